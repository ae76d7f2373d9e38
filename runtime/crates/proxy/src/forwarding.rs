//! Sending a request on: pooled connections, new ones, retries, and giving up.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use meshc_balance::Outcome as Health;
use meshc_decide::Forward;

use crate::answer::Answer;
use crate::clock::{MILLISECOND, Nanos, SECOND};
use crate::connection::{Client, Connection, Kind, Phase};
use crate::exchange::{Exchange, Failure, Leave, Route};
use crate::generation::Generation;
use crate::pool::PoolKey;
use crate::slots::Token;
use crate::socket;
use crate::tls::{Expected, Session};
use crate::upstreams;
use crate::worker::{Entry, HANDSHAKE, Worker};

/// How long making a connection may take.
pub(crate) const CONNECT: Nanos = 5 * SECOND;

impl Worker {
    /// Sends the request under way to an upstream; answers it when there is none to be had.
    pub(crate) fn attempt(&mut self, connection: &mut Connection) {
        let token = connection.token;
        let Some(mut exchange) = take_exchange(connection) else { return };
        let mut failure = None;
        loop {
            match self.try_once(token, &mut exchange) {
                Ok(upstream) => {
                    exchange.upstream = Some(upstream);
                    break;
                }
                Err(why) if exchange.may_retry(why) && self.may_spend(&exchange) => {
                    exchange.tries -= 1;
                }
                Err(why) => {
                    failure = Some(why);
                    break;
                }
            }
        }
        let route = exchange.route;
        put_exchange(connection, exchange);
        if let Some(why) = failure {
            self.give_up(connection, &Answer::failure(why, &route));
        }
    }

    fn try_once(&mut self, owner: Token, exchange: &mut Exchange) -> Result<Token, Failure> {
        let (key, forward) = match (&exchange.route, &exchange.leave) {
            (Route::Application(target), _) => {
                let address = SocketAddr::new(self.arguments.app, *target);
                (PoolKey { destination: PoolKey::APPLICATION, address }, None)
            }
            (Route::Destination, Leave::Forwarded(forward)) => {
                let ports = &self.arguments.ports;
                let (generation, tried) = (&exchange.generation, exchange.tried);
                let key = self.upstreams.pick_other(generation, forward, ports, tried, self.now);
                (key.ok_or(Failure::NoInstance)?, Some(*forward))
            }
            (Route::Destination, Leave::Admitted(_)) => return Err(Failure::NoInstance),
        };
        exchange.tried = Some(key.address);
        if exchange.tries == exchange.settings().attempts {
            self.upstreams.request(key.destination, self.now);
        }
        if let Some(token) = self.send_pooled(owner, key, exchange) {
            return Ok(token);
        }
        let kind = Kind::Client(Client { key, owner: Some(owner), reused: false });
        let connecting = self.connect(kind, key.address, &exchange.generation, forward.as_ref());
        match connecting {
            Ok(mut upstream) => {
                let token = upstream.token;
                // Nothing is sent before the connection stands.
                let _ = upstream.send(&exchange.replay, &mut self.scratch.sealed);
                self.settle(upstream);
                Ok(token)
            }
            Err(failure) => {
                self.count_health(exchange, key.address, Health::ConnectFailure);
                Err(failure)
            }
        }
    }

    /// Sends over the connection that was used last, if one is alive.
    fn send_pooled(&mut self, owner: Token, key: PoolKey, exchange: &Exchange) -> Option<Token> {
        while let Some(token) = self.pools.take(&key) {
            let Some(mut upstream) = self.take(token) else { continue };
            if !upstream.is_clean() || upstream.readable {
                self.close(upstream);
                continue;
            }
            if upstream.send(&exchange.replay, &mut self.scratch.sealed).is_err() {
                self.close(upstream);
                continue;
            }
            if let Kind::Client(client) = &mut upstream.kind {
                client.owner = Some(owner);
                client.reused = true;
            }
            upstream.deadline = self.try_deadline(exchange);
            self.settle(upstream);
            return Some(token);
        }
        None
    }

    /// When a try must be answered.
    pub(crate) fn try_deadline(&self, exchange: &Exchange) -> Nanos {
        let per_try = u64::from(exchange.settings().per_try_ms) * MILLISECOND;
        self.now + per_try.max(MILLISECOND)
    }

    /// Begins a connection. With a forward it leads to a peer, who has to prove the identity that
    /// the forward names; without, to the application.
    pub(crate) fn connect(
        &mut self,
        kind: Kind,
        address: SocketAddr,
        generation: &Arc<Generation>,
        forward: Option<&Forward>,
    ) -> Result<Box<Connection>, Failure> {
        let session = match forward {
            Some(forward) => Some(self.session_to(address.ip(), generation, forward)?),
            None => None,
        };
        let socket = socket::connect(address).map_err(|_| self.connect_failed())?;
        let token = self.slots.reserve();
        if self.poll.add(&socket, token).is_err() {
            self.slots.release(token);
            return Err(Failure::Overflow);
        }
        let mut connection = Box::new(Connection::new(token, socket, session, kind));
        connection.phase = Phase::Connecting;
        connection.deadline = self.now + CONNECT;
        self.metrics.open += 1;
        Ok(connection)
    }

    fn connect_failed(&mut self) -> Failure {
        self.metrics.connect_failures += 1;
        Failure::Connect
    }

    fn session_to(
        &mut self,
        address: IpAddr,
        generation: &Arc<Generation>,
        forward: &Forward,
    ) -> Result<Session, Failure> {
        let expected = upstreams::identity(generation, forward).ok_or(Failure::NoInstance)?;
        let config = match self.clients.get(&expected) {
            Some(config) => Arc::clone(config),
            None => {
                let credentials = self.credentials.as_ref().ok_or(Failure::Connect)?;
                let config = credentials.client(Expected::Identity(expected.clone()));
                let config = config.map_err(|_| Failure::Connect)?;
                self.clients.insert(expected, Arc::clone(&config));
                config
            }
        };
        Session::client(config, address).map_err(|_| Failure::Connect)
    }

    /// A connection to an upstream stands: TLS is next, or the request is on its way already.
    pub(crate) fn made(&mut self, connection: &mut Connection) {
        connection.deadline = self.now + HANDSHAKE;
        if connection.phase == Phase::Open {
            self.opened(connection);
        }
    }

    /// A connection to an upstream takes data: whoever waits for it goes on.
    pub(crate) fn opened(&mut self, connection: &mut Connection) {
        let owner = match &connection.kind {
            Kind::Client(client) => client.owner,
            Kind::Stream(stream) => stream.other,
            Kind::Server(_) => None,
        };
        connection.deadline = self.now + crate::worker::IDLE;
        let Some(owner) = owner else { return };
        let now = self.now;
        if let Some(Entry::Connection(waiting)) = self.slots.get_mut(owner) {
            waiting.paused = false;
            if let Kind::Server(server) = &waiting.kind
                && let Some(exchange) = &server.exchange
            {
                let per_try = u64::from(exchange.settings().per_try_ms) * MILLISECOND;
                connection.deadline = now + per_try.max(MILLISECOND);
            }
        }
        self.ready.push_back(owner);
    }

    /// The request under way cannot be answered by its upstream: another try, or our own answer.
    pub(crate) fn fail(&mut self, connection: &mut Connection, failure: Failure) {
        let Some(exchange) = peek_exchange(connection) else { return };
        if let Some(upstream) = exchange.upstream.take().and_then(|token| self.take(token)) {
            self.close(upstream);
        }
        let Some(exchange) = peek_exchange(connection) else { return };
        if exchange.may_retry(failure) && self.may_spend(exchange) {
            exchange.tries -= 1;
            self.metrics.retries += 1;
            return self.attempt(connection);
        }
        let answer = Answer::failure(failure, &exchange.route);
        self.give_up(connection, &answer);
    }

    fn may_spend(&mut self, exchange: &Exchange) -> bool {
        match &exchange.leave {
            Leave::Forwarded(forward) => {
                // The budget is the destination's, whichever of its instances is tried.
                let number = self.upstreams.number(&exchange.generation, forward);
                number.is_some_and(|number| self.upstreams.may_retry(number, self.now))
            }
            Leave::Admitted(_) => self.upstreams.may_retry(PoolKey::APPLICATION, self.now),
        }
    }

    /// Counts how an attempt at an instance ended.
    pub(crate) fn count_health(&mut self, exchange: &Exchange, address: SocketAddr, how: Health) {
        if let Leave::Forwarded(forward) = &exchange.leave
            && self.upstreams.record(&exchange.generation, forward, address, how, self.now)
        {
            crate::report::warn(&format!("{address} fails and is left out for a while"));
        }
    }
}

/// Takes the exchange out of a server's connection.
pub(crate) fn take_exchange(connection: &mut Connection) -> Option<Box<Exchange>> {
    match &mut connection.kind {
        Kind::Server(server) => server.exchange.take(),
        _ => None,
    }
}

/// Puts it back.
pub(crate) fn put_exchange(connection: &mut Connection, exchange: Box<Exchange>) {
    if let Kind::Server(server) = &mut connection.kind {
        server.exchange = Some(exchange);
    }
}

/// The exchange of a server's connection.
pub(crate) fn peek_exchange(connection: &mut Connection) -> Option<&mut Exchange> {
    match &mut connection.kind {
        Kind::Server(server) => server.exchange.as_deref_mut(),
        _ => None,
    }
}
