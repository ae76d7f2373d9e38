//! Connections whose bytes mean nothing to us: copied both ways, ends included.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use meshc_decide::{Asked, Forward, ListenerIx, Outcome, Reason, Scene, UnixSeconds};
use meshc_request::NoFields;

use super::{Connection, HIGH_WATER, Kind, Phase, Stream};
use crate::generation::Generation;
use crate::listener::{Door, Way};
use crate::metrics::{Direction, Request};
use crate::pool::PoolKey;
use crate::record::Told;
use crate::worker::{Entry, IDLE, Worker};

/// Where an accepted connection leads.
struct Lead {
    key: PoolKey,
    forward: Option<Forward>,
}

/// Why an accepted connection leads nowhere.
struct Refused {
    flags: &'static str,
    why: String,
    reason: Option<Box<Reason>>,
}

impl Worker {
    /// Decides an accepted connection and connects it on.
    pub(crate) fn begin_stream(&mut self, mut connection: Box<Connection>) {
        let Some(generation) = self.generations.current().cloned() else {
            return self.close(connection);
        };
        let identity = connection.identity().map(str::to_owned);
        let Kind::Stream(stream) = &mut connection.kind else { return self.close(connection) };
        let Some(door) = stream.door.clone() else { return self.close(connection) };
        let result = self
            .leads_to(&door, &generation, (identity.as_deref(), connection.address()))
            .and_then(|way| {
                let started = self.now;
                let other = Some(connection.token);
                let kind =
                    Kind::Stream(Box::new(Stream { door: None, other, received: 0, started }));
                let address = way.key.address;
                self.connect(kind, address, &generation, way.forward.as_ref()).map_err(|failure| {
                    Refused {
                        flags: failure.flags(),
                        why: format!("no connection to {address} could be made"),
                        reason: None,
                    }
                })
            });
        match result {
            Ok(onward) => {
                if let Kind::Stream(stream) = &mut connection.kind {
                    stream.other = Some(onward.token);
                }
                // Nothing is read before the other side stands.
                connection.paused = true;
                connection.deadline = self.now + IDLE;
                self.settle(onward);
                self.settle(connection);
            }
            Err(refused) => {
                self.tell_stream(&connection, &door, &refused);
                connection.aborted = true;
                self.settle(connection);
            }
        }
    }

    fn leads_to(
        &mut self,
        door: &Door,
        generation: &Arc<Generation>,
        (identity, from): (Option<&str>, Option<IpAddr>),
    ) -> Result<Lead, Refused> {
        let tables = &generation.tables;
        let now = UnixSeconds(self.unix);
        let explained = |scene: Scene<'_>, denial| {
            let asked = Asked::<NoFields>::connection(now);
            let reason = tables.reason(scene, &asked, Outcome::Denied(denial));
            Refused { flags: "UAEX", why: reason.sentence.clone(), reason: Some(Box::new(reason)) }
        };
        match &door.way {
            Way::Inbound { listener, target, .. } => {
                let ix = tables.listener(listener).unwrap_or(ListenerIx(u32::MAX));
                let peer = tables.peer(identity, from);
                let permit = tables.admit_connection(ix, &peer, now);
                permit
                    .map_err(|one| explained(Scene::Inbound { listener: ix, peer: &peer }, one))?;
                let address = SocketAddr::new(self.arguments.app, *target);
                Ok(Lead {
                    key: PoolKey { destination: PoolKey::APPLICATION, address },
                    forward: None,
                })
            }
            Way::OutboundStream { destination, port } => {
                let gone = || Refused {
                    flags: "NR",
                    why: format!("the caller declares no call to `{destination}`"),
                    reason: None,
                };
                let to = tables.destination_named(destination).ok_or_else(gone)?;
                let routed = tables.route_connection(to, *port, self.random.draw());
                let scene = Scene::OutboundConnection { destination: to };
                let forward = routed.map_err(|one| explained(scene, one))?;
                let ports = &self.arguments.ports;
                let key = self.upstreams.pick(generation, &forward, ports, self.now);
                let none = || Refused {
                    flags: "UH",
                    why: "the destination has no instance".to_owned(),
                    reason: None,
                };
                Ok(Lead { key: key.ok_or_else(none)?, forward: Some(forward) })
            }
            Way::Outbound => Err(Refused {
                flags: "DPE",
                why: "this door takes requests".to_owned(),
                reason: None,
            }),
        }
    }

    /// Copies what has come to the other side.
    pub(crate) fn copy(&mut self, mut connection: Box<Connection>) {
        let mut input = std::mem::take(&mut self.input);
        input.clear();
        input.append(&mut connection.plain);
        connection.plain = Vec::new();
        let phase = connection.phase;
        let read = connection.readable && (!connection.paused || phase == Phase::Handshaking);
        let received =
            if read { connection.receive(&mut input, &mut self.scratch) } else { Ok(()) };
        if let Err(broken) = received {
            self.input = input;
            return self.stream_over(connection, "UC", &broken.to_string());
        }
        if phase == Phase::Handshaking {
            connection.plain.extend_from_slice(&input);
            self.input = input;
            return self.after_handshake(connection);
        }
        let other = match &connection.kind {
            Kind::Stream(stream) => stream.other,
            _ => None,
        };
        let Some(mut other) = other.and_then(|other| self.take(other)) else {
            self.input = input;
            return self.stream_over(connection, "UC", "the other side is gone");
        };
        if let Kind::Stream(stream) = &mut connection.kind {
            stream.received += input.len() as u64;
        }
        let sent = other.send(&input, &mut self.scratch.sealed);
        self.input = input;
        connection.deadline = self.now + IDLE;
        other.deadline = other.deadline.max(self.now + IDLE);
        connection.paused = other.backlog() > HIGH_WATER || other.phase != Phase::Open;
        if connection.ended {
            other.end();
        }
        let both = connection.has_ended() && other.has_ended() && connection.ended && other.ended;
        let token = other.token;
        self.slots.put(token, Entry::Connection(other));
        if both {
            self.stream_over(connection, "", "");
        } else if sent.is_err() {
            self.stream_over(connection, "UC", "the other side took no more");
        } else {
            // An end that waits for bytes before it is sent by the other side's flush.
            self.settle(connection);
        }
    }

    fn after_handshake(&mut self, mut connection: Box<Connection>) {
        match connection.phase {
            Phase::Open => {
                self.metrics.handshakes += 1;
                let accepted = matches!(&connection.kind, Kind::Stream(one) if one.door.is_some());
                if accepted {
                    self.begin_stream(connection);
                } else {
                    self.opened(&mut connection);
                    self.ready.push_back(connection.token);
                    self.settle(connection);
                }
            }
            _ if connection.ended => {
                self.stream_over(connection, "UF", "the handshake was cut off")
            }
            _ => self.settle(connection),
        }
    }

    /// Ends both sides; cleanly where nothing is amiss.
    pub(crate) fn stream_over(
        &mut self,
        mut connection: Box<Connection>,
        flags: &'static str,
        why: &str,
    ) {
        if connection.phase == Phase::Handshaking {
            self.metrics.handshake_failures += 1;
        }
        let Kind::Stream(stream) = &mut connection.kind else { return self.close(connection) };
        let other = stream.other.take().and_then(|other| self.take(other));
        let mut sides = [Some(connection), other];
        let accepted = sides.iter().flatten().find_map(|side| match &side.kind {
            Kind::Stream(stream) => stream.door.clone().map(|door| (door, side)),
            _ => None,
        });
        if let Some((door, side)) = accepted {
            let refused = Refused { flags, why: why.to_owned(), reason: None };
            let told = Streamed::of(side, &door, &self.arguments.workload);
            let generation = self.generations.current().cloned();
            self.remember(&told.told(&refused, generation.as_ref()));
        }
        for side in sides.iter_mut().filter_map(Option::take) {
            if !flags.is_empty() {
                side.reset();
            }
            self.close(side);
        }
    }

    fn tell_stream(&mut self, connection: &Connection, door: &Door, refused: &Refused) {
        let told = Streamed::of(connection, door, &self.arguments.workload);
        let generation = self.generations.current().cloned();
        self.remember(&told.told(refused, generation.as_ref()));
    }

    /// Decides the connections that stand once more, after a swap or because a rule begins or ends
    /// now; those whose right has ended are closed.
    pub(crate) fn readmit(&mut self) {
        let Some(generation) = self.generations.current().cloned() else { return };
        self.turn = generation.tables.turns_after(UnixSeconds(self.unix));
        for token in self.slots.tokens() {
            let Some(connection) = self.take(token) else { continue };
            let door = match &connection.kind {
                Kind::Stream(stream) if connection.phase == Phase::Open => stream.door.clone(),
                _ => None,
            };
            let refused = door
                .as_ref()
                .and_then(|door| self.leads_to(door, &generation, connection.known()).err());
            match (refused, door) {
                (Some(refused), Some(door)) if refused.flags != "UH" => {
                    self.tell_stream(&connection, &door, &refused);
                    self.stream_over(connection, refused.flags, "its right has ended");
                }
                _ => {
                    self.slots.put(token, Entry::Connection(connection));
                }
            }
        }
    }
}

/// What is remembered of a stream.
struct Streamed {
    direction: Direction,
    source: String,
    destination: String,
    operation: String,
    sent: u64,
    started: crate::clock::Nanos,
}

impl Streamed {
    fn of(connection: &Connection, door: &Door, own: &str) -> Self {
        let (received, started) = match &connection.kind {
            Kind::Stream(stream) => (stream.received, stream.started),
            _ => (0, 0),
        };
        let (direction, source, destination, operation) = match &door.way {
            Way::OutboundStream { destination, .. } => {
                (Direction::Outbound, own.to_owned(), destination.clone(), String::new())
            }
            Way::Inbound { listener, .. } => {
                let source = connection.identity().unwrap_or("anonymous").to_owned();
                (Direction::Inbound, source, own.to_owned(), listener.clone())
            }
            Way::Outbound => (Direction::Outbound, own.to_owned(), String::new(), String::new()),
        };
        Self { direction, source, destination, operation, sent: received, started }
    }

    fn told<'a>(
        &'a self,
        refused: &'a Refused,
        generation: Option<&'a Arc<Generation>>,
    ) -> Told<'a> {
        Told {
            request: Request {
                direction: self.direction,
                source: &self.source,
                destination: &self.destination,
                operation: &self.operation,
                verdict: if refused.flags == "UAEX" { "denied" } else { "allowed" },
                status: 0,
            },
            protocol: "tcp",
            method: String::new(),
            target: String::new(),
            flags: refused.flags,
            started: self.started,
            sent: self.sent,
            snapshot: generation.map_or("", |one| one.manifest.as_str()),
            why: &refused.why,
            reason: refused.reason.as_deref(),
        }
    }
}
