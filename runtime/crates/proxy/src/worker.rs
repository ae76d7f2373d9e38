//! One thread: its loop, and everything that belongs to it alone.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use meshc_decide::UnixSeconds;
use meshc_http1::{Head, Limits};
use meshc_request::Scratch as Canonicals;
use meshc_token::Cache;
use rustix::io::Errno;
use rustls::{ClientConfig, ServerConfig};

use crate::access_log::AccessLog;
use crate::args::Arguments;
use crate::clock::{Clock, NEVER, Nanos, SECOND, unix_seconds};
use crate::connection::{Connection, Kind, Phase, READ, Scratch};
use crate::generation::Generations;
use crate::listener::Listener;
use crate::mailbox::{Letter, Mailbox};
use crate::metrics::Metrics;
use crate::poll::{Events, Poll, Readiness};
use crate::pool::Pools;
use crate::random::Random;
use crate::slots::{Slots, Token};
use crate::tls::Credentials;
use crate::upstreams::Upstreams;

/// Everything of one thread.
pub struct Worker {
    pub(crate) arguments: Arc<Arguments>,
    pub(crate) log: AccessLog,
    pub(crate) slots: Slots<Entry>,
    pub(crate) ready: VecDeque<Token>,
    pub(crate) generations: Generations,
    pub(crate) credentials: Option<Arc<Credentials>>,
    /// How peers are accepted where other trust domains are federated, and the number of the
    /// generation that says so.
    pub(crate) federated: Option<(u64, Arc<ServerConfig>)>,
    pub(crate) clients: HashMap<Box<str>, Arc<ClientConfig>>,
    pub(crate) pools: Pools,
    pub(crate) upstreams: Upstreams,
    pub(crate) metrics: Metrics,
    pub(crate) random: Random,
    pub(crate) limits: Limits,
    pub(crate) now: Nanos,
    pub(crate) unix: i64,
    pub(crate) draining: Option<Nanos>,
    /// When rules begin or end, so that connections that stand are to be decided again.
    pub(crate) turn: Option<UnixSeconds>,
    /// Scratch: what was read, the head in it, its canonical form, what is sent.
    pub(crate) input: Vec<u8>,
    pub(crate) head: Head,
    pub(crate) canonicals: Canonicals,
    /// Tokens that were verified.
    pub(crate) verified: Cache,
    pub(crate) out: Vec<u8>,
    pub(crate) scratch: Scratch,
    pub(crate) poll: Poll,
    pub(crate) wheel: crate::wheel::Wheel,
    clock: Clock,
    mailbox: Arc<Mailbox>,
    mail: Token,
    pub(crate) listeners: HashMap<SocketAddr, Token>,
}

/// What a slot holds.
pub(crate) enum Entry {
    /// A listening socket.
    Listener(Listener),
    /// A connection.
    Connection(Box<Connection>),
}

/// How long a handshake may take.
pub(crate) const HANDSHAKE: Nanos = 5 * SECOND;
/// How long a head may take.
pub(crate) const HEAD: Nanos = 10 * SECOND;
/// How long a connection may carry nothing.
pub(crate) const IDLE: Nanos = 300 * SECOND;
/// How long we throw away what still comes after our last word.
const LINGER: Nanos = 2 * SECOND;

/// Tokens that a thread keeps: 160 KiB while it has none, what their claims take with them.
const VERIFIED: usize = 1 << 12;

impl Worker {
    /// The state of a thread by its number; it listens nowhere yet. All threads share the clock:
    /// they compare what it says.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn new(
        arguments: Arc<Arguments>,
        log: AccessLog,
        mailbox: Arc<Mailbox>,
        (number, clock): (usize, Clock),
    ) -> Result<Self, Errno> {
        let poll = Poll::new()?;
        let mut slots = Slots::new();
        let mail = slots.reserve();
        poll.add(mailbox.wake(), mail)?;
        let now = clock.now();
        Ok(Self {
            arguments,
            log,
            slots,
            ready: VecDeque::new(),
            generations: Generations::default(),
            credentials: None,
            federated: None,
            clients: HashMap::new(),
            pools: Pools::default(),
            upstreams: Upstreams::new(number),
            metrics: Metrics::default(),
            random: Random::new(),
            limits: Limits { head_bytes: 64 * 1024, fields: 128, ..Limits::default() },
            now,
            unix: unix_seconds(),
            draining: None,
            turn: None,
            input: Vec::with_capacity(READ),
            head: Head::new(),
            canonicals: Canonicals::new(),
            verified: Cache::new(VERIFIED).map_err(|_| Errno::INVAL)?,
            out: Vec::new(),
            scratch: Scratch::default(),
            poll,
            wheel: crate::wheel::Wheel::new(now),
            clock,
            mailbox,
            mail,
            listeners: HashMap::new(),
        })
    }

    /// Turns until everything is drained.
    pub fn run(mut self) {
        let mut events = Events::new();
        let mut happened = Vec::new();
        let mut due = Vec::new();
        while !self.is_drained() {
            let wait = self.wait();
            self.poll.wait(wait, &mut events, &mut happened);
            self.now = self.clock.now();
            self.unix = unix_seconds();
            if self.turn.is_some_and(|at| at.0 <= self.unix) {
                self.readmit();
            }
            for (token, readiness) in happened.drain(..) {
                if token == self.mail {
                    self.read_mail();
                } else {
                    self.turn_to(token, Some(readiness));
                }
            }
            for _ in 0..self.ready.len() {
                if let Some(token) = self.ready.pop_front() {
                    self.turn_to(token, None);
                }
            }
            self.wheel.expire(self.now, &mut due);
            for token in due.drain(..) {
                self.look_at(token);
            }
        }
    }

    fn wait(&self) -> Option<Nanos> {
        if !self.ready.is_empty() {
            return Some(0);
        }
        let now = self.clock.now();
        let next = [self.wheel.next(), self.draining, self.turn_by(now)];
        let next = next.into_iter().flatten().min();
        next.map(|next| next.saturating_sub(now))
    }

    /// When to look at the wall clock again; it may be set meanwhile, so never very much later.
    fn turn_by(&self, now: Nanos) -> Option<Nanos> {
        let left = self.turn?.0.saturating_sub(unix_seconds());
        Some(now.saturating_add(Nanos::try_from(left).unwrap_or(0).min(60).saturating_mul(SECOND)))
    }

    fn is_drained(&mut self) -> bool {
        // The mailbox's token stays to the end.
        self.draining.is_some_and(|until| self.now >= until || self.slots.len() <= 1)
    }

    fn turn_to(&mut self, token: Token, readiness: Option<Readiness>) {
        match self.slots.take(token) {
            Some(Entry::Listener(listener)) => {
                self.accept(token, &listener);
                self.slots.put(token, Entry::Listener(listener));
            }
            Some(Entry::Connection(mut connection)) => {
                if let Some(readiness) = readiness {
                    connection.readable |= readiness.readable;
                    if readiness.hung_up {
                        connection.note_hang_up();
                    }
                    if readiness.writable && !self.writable(&mut connection) {
                        return self.broken(connection, "the connection could not be made");
                    }
                }
                self.go_on(connection);
            }
            None => {}
        }
    }

    /// Has a connection go on with whatever it can.
    fn go_on(&mut self, connection: Box<Connection>) {
        match (&connection.phase, &connection.kind) {
            (Phase::Connecting, _) => self.settle(connection),
            (Phase::Lingering, _) => self.linger(connection),
            (_, Kind::Server(_)) => self.serve(connection),
            (_, Kind::Client(_)) => self.listen_to(connection),
            (_, Kind::Stream(_)) => self.copy(connection),
        }
    }

    /// Works off writability; false when the connection is broken.
    fn writable(&mut self, connection: &mut Connection) -> bool {
        if connection.phase == Phase::Connecting {
            if connection.connected(&mut self.scratch.sealed).is_err() {
                return false;
            }
            self.metrics.connected += 1;
            self.made(connection);
            return true;
        }
        let before = connection.backlog();
        if connection.flush().is_err() {
            return connection.readable;
        }
        if before > 0 && connection.backlog() == 0 {
            self.wake_source(connection);
        }
        true
    }

    /// Puts a connection back, or closes it when everything is said.
    pub(crate) fn settle(&mut self, mut connection: Box<Connection>) {
        if connection.aborted {
            connection.reset();
            return self.close(connection);
        }
        if connection.closing && connection.backlog() == 0 && connection.phase != Phase::Lingering {
            connection.end();
            if connection.ended {
                return self.close(connection);
            }
            connection.phase = Phase::Lingering;
            connection.deadline = self.now + LINGER;
            if connection.readable {
                self.ready.push_back(connection.token);
            }
        }
        if connection.readable && !connection.paused {
            self.ready.push_back(connection.token);
        }
        self.arm(&mut connection);
        let token = connection.token;
        self.slots.put(token, Entry::Connection(connection));
    }

    /// Sees to it that the wheel looks at a connection no later than its deadline.
    fn arm(&mut self, connection: &mut Connection) {
        if connection.deadline < connection.looked_at {
            connection.looked_at = connection.deadline;
            self.wheel.insert(connection.deadline, connection.token);
        }
    }

    fn look_at(&mut self, token: Token) {
        match self.slots.take(token) {
            Some(Entry::Listener(listener)) => {
                self.accept(token, &listener);
                self.slots.put(token, Entry::Listener(listener));
            }
            Some(Entry::Connection(mut connection)) => {
                connection.looked_at = NEVER;
                if connection.deadline > self.now {
                    self.arm(&mut connection);
                    self.slots.put(token, Entry::Connection(connection));
                    return;
                }
                connection.deadline = NEVER;
                match (&connection.phase, &connection.kind) {
                    (Phase::Lingering, _) => self.close(connection),
                    (_, Kind::Server(_)) => self.server_expired(connection),
                    (_, Kind::Client(_)) => self.client_expired(connection),
                    (_, Kind::Stream(_)) => self.stream_over(connection, "SI", "nothing was sent"),
                }
            }
            None => {}
        }
    }

    fn linger(&mut self, mut connection: Box<Connection>) {
        let mut input = std::mem::take(&mut self.input);
        input.clear();
        let alive =
            !connection.readable || connection.receive(&mut input, &mut self.scratch).is_ok();
        self.input = input;
        if alive && !connection.ended {
            self.settle(connection);
        } else {
            self.close(connection);
        }
    }

    /// Ends a connection and its token.
    pub(crate) fn close(&mut self, connection: Box<Connection>) {
        self.metrics.open = self.metrics.open.saturating_sub(1);
        self.slots.release(connection.token);
        drop(connection);
    }

    /// A connection that cannot go on.
    fn broken(&mut self, connection: Box<Connection>, why: &str) {
        match &connection.kind {
            Kind::Server(_) => self.client_gone(connection),
            Kind::Client(_) => self.upstream_gone(connection, why),
            Kind::Stream(_) => self.stream_over(connection, "UF", why),
        }
    }

    /// Takes a connection out of its slot for a while.
    pub(crate) fn take(&mut self, token: Token) -> Option<Box<Connection>> {
        match self.slots.take(token)? {
            Entry::Connection(connection) => Some(connection),
            listener @ Entry::Listener(_) => {
                self.slots.put(token, listener);
                None
            }
        }
    }

    /// A connection in its slot.
    pub(crate) fn peek(&mut self, token: Token) -> Option<&mut Connection> {
        match self.slots.get_mut(token)? {
            Entry::Connection(connection) => Some(connection),
            Entry::Listener(_) => None,
        }
    }

    fn read_mail(&mut self) {
        for letter in self.mailbox.take() {
            match letter {
                Letter::Prepare(generation) => self.generations.prepare(generation),
                Letter::Abort => self.generations.abort(),
                Letter::Commit(generation, done) => {
                    let (doors, _) = crate::listener::doors(&self.arguments, &generation.tables);
                    self.generations.commit(generation, self.now);
                    self.listen(doors);
                    self.readmit();
                    // Whoever asked may have given up waiting.
                    let _ = done.send(());
                }
                Letter::Credentials(credentials) => {
                    self.credentials = Some(credentials);
                    self.federated = None;
                    self.clients.clear();
                }
                Letter::Metrics(reply) => {
                    let mut metrics = self.metrics.clone();
                    metrics.pooled = self.pools.len() as u64;
                    let _ = reply.send(metrics);
                }
                Letter::Drain => self.drain(),
            }
        }
    }

    /// Stops accepting, closes what is idle, and sets the end.
    fn drain(&mut self) {
        self.draining = Some(self.now + self.arguments.grace * SECOND);
        for (_, token) in self.listeners.drain() {
            self.slots.release(token);
        }
        for token in self.slots.tokens() {
            let Some(mut connection) = self.take(token) else { continue };
            let idle = match &connection.kind {
                Kind::Server(server) => server.exchange.is_none() && connection.plain.is_empty(),
                Kind::Client(client) => client.owner.is_none(),
                Kind::Stream(_) => false,
            };
            connection.closing |= idle;
            self.settle(connection);
        }
    }
}
