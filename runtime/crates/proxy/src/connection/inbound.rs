//! Connections on which we are the server.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use meshc_http1::{Parse, parse_request, worth_parsing};

use super::{Connection, HIGH_WATER, Kind, Phase, Server, Stream};
use crate::answer::Answer;
use crate::exchange::Failure;
use crate::listener::Door;
use crate::tls::Session;
use crate::worker::{HANDSHAKE, HEAD, IDLE, Worker};

impl Server {
    fn new(door: &Arc<Door>) -> Self {
        Self { door: Arc::clone(door), peer: None, exchange: None, seen: 0, used: false }
    }
}

impl Worker {
    /// Takes in a connection that was accepted at a door.
    pub(crate) fn admit(&mut self, socket: OwnedFd, session: Option<Session>, door: &Arc<Door>) {
        let token = self.slots.reserve();
        if self.poll.add(&socket, token).is_err() {
            return self.slots.release(token);
        }
        let kind = if door.is_stream() {
            let (door, started) = (Some(Arc::clone(door)), self.now);
            Kind::Stream(Box::new(Stream { door, other: None, received: 0, started }))
        } else {
            Kind::Server(Box::new(Server::new(door)))
        };
        let plain_stream = door.is_stream() && session.is_none();
        let mut connection = Box::new(Connection::new(token, socket, session, kind));
        self.metrics.open += 1;
        connection.deadline =
            self.now + if connection.phase == Phase::Handshaking { HANDSHAKE } else { HEAD };
        if plain_stream {
            return self.begin_stream(connection);
        }
        self.settle(connection);
    }

    /// Reads requests and passes on what belongs to the one under way.
    pub(crate) fn serve(&mut self, mut connection: Box<Connection>) {
        let mut input = std::mem::take(&mut self.input);
        input.clear();
        input.append(&mut connection.plain);
        connection.plain = Vec::new();
        let phase = connection.phase;
        let read = connection.readable && !connection.paused;
        if read && let Err(broken) = connection.receive(&mut input, &mut self.scratch) {
            self.input = input;
            if phase == Phase::Handshaking {
                self.handshake_failed(&connection, &broken.to_string());
            }
            return self.client_gone(connection);
        }
        if phase == Phase::Handshaking && connection.phase == Phase::Open {
            self.metrics.handshakes += 1;
            connection.deadline = self.now + HEAD;
        }
        if connection.phase == Phase::Open {
            let used = self.consume(&mut connection, &input);
            connection.plain.extend_from_slice(input.get(used..).unwrap_or_default());
        }
        self.input = input;
        if connection.ended && !connection.closing && !self.may_go_on(&connection) {
            return self.client_gone(connection);
        }
        self.settle(connection);
    }

    /// Whether there is still something to do for a client that has sent its end. One that waits
    /// for an answer is gone: half-closed HTTP connections are not told from broken ones.
    fn may_go_on(&self, connection: &Connection) -> bool {
        connection.paused && matches!(&connection.kind, Kind::Server(one) if one.exchange.is_some())
    }

    /// Works through the input; gives how much of it was used.
    fn consume(&mut self, connection: &mut Connection, input: &[u8]) -> usize {
        let mut at = 0;
        loop {
            if connection.closing {
                return input.len();
            }
            let rest = input.get(at..).unwrap_or_default();
            let Kind::Server(server) = &mut connection.kind else { return at };
            match &server.exchange {
                None if rest.is_empty() || !worth_parsing(rest, server.seen, &self.limits) => break,
                None => match parse_request(rest, &mut self.head, &self.limits) {
                    Ok(Parse::Complete { head_len }) => {
                        server.seen = 0;
                        server.used = true;
                        let head = rest.get(..head_len).unwrap_or_default();
                        self.begin(connection, head);
                        at += head_len;
                    }
                    Ok(Parse::Partial) => {
                        if server.seen == 0 {
                            connection.deadline = self.now + HEAD;
                        }
                        server.seen = rest.len();
                        break;
                    }
                    Err(fault) => {
                        self.refuse_unread(connection, &Answer::fault(fault), rest);
                        return input.len();
                    }
                },
                Some(exchange) if exchange.request.is_done() => {
                    // A request in the pipeline waits; more of them need not be read.
                    connection.paused = !rest.is_empty();
                    break;
                }
                Some(_) => match self.pass_request(connection, rest) {
                    0 => break,
                    used => at += used,
                },
            }
        }
        at
    }

    /// Passes body bytes to the upstream; 0 when it takes none now.
    fn pass_request(&mut self, connection: &mut Connection, input: &[u8]) -> usize {
        let Kind::Server(server) = &mut connection.kind else { return 0 };
        let Some(exchange) = &mut server.exchange else { return 0 };
        let upstream = exchange.upstream.and_then(|token| match self.slots.get_mut(token)? {
            crate::worker::Entry::Connection(upstream) => Some(upstream),
            crate::worker::Entry::Listener(_) => None,
        });
        let Some(upstream) = upstream.filter(|one| one.phase == Phase::Open) else {
            connection.paused = true;
            return 0;
        };
        if upstream.backlog() > HIGH_WATER {
            connection.paused = true;
            return 0;
        }
        if input.is_empty() {
            return 0;
        }
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        let passed = exchange.request.pass(exchange.wrap, input, &mut out);
        exchange.remember(&out);
        // An upstream that breaks here says so itself, maybe with an answer before.
        let broken = upstream.send(&out, &mut self.scratch.sealed).is_err();
        let token = upstream.token;
        self.out = out;
        if broken {
            if let Some(upstream) = self.peek(token) {
                upstream.readable = true;
            }
            self.ready.push_back(token);
        }
        match passed {
            Ok(used) => used,
            Err(fault) => {
                self.give_up(connection, &Answer::fault(fault));
                input.len()
            }
        }
    }

    /// A client's wait is over.
    pub(crate) fn server_expired(&mut self, mut connection: Box<Connection>) {
        if connection.phase == Phase::Handshaking {
            self.handshake_failed(&connection, "the handshake took too long");
            return self.close(connection);
        }
        let Kind::Server(server) = &connection.kind else { return self.close(connection) };
        if server.exchange.is_some() {
            self.fail(&mut connection, Failure::Timeout);
        } else if !connection.plain.is_empty() {
            let answer = Answer::new(408, "DT", "head-timeout", "the request's head took too long");
            self.refuse_unread(&mut connection, &answer, &[]);
        } else {
            connection.closing = true;
        }
        if connection.deadline <= self.now || connection.deadline == crate::clock::NEVER {
            connection.deadline = self.now + IDLE;
        }
        self.settle(connection);
    }

    fn handshake_failed(&mut self, connection: &Connection, why: &str) {
        self.metrics.handshake_failures += 1;
        let peer = crate::socket::peer(connection.socket());
        let peer = peer.map_or_else(|| "a peer".to_owned(), |peer| peer.to_string());
        self.log_handshake(&peer, why);
    }

    /// A client's connection is gone: so is its request.
    pub(crate) fn client_gone(&mut self, mut connection: Box<Connection>) {
        if let Kind::Server(server) = &mut connection.kind
            && let Some(exchange) = server.exchange.take()
        {
            if let Some(upstream) = exchange.upstream.and_then(|token| self.take(token)) {
                self.close(upstream);
            }
            self.record(&connection, &exchange, "DC", "the client is gone");
        }
        self.close(connection);
    }
}
