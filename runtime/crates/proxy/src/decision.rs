//! From a parsed head to an exchange or an answer: the place where the core is asked.

use std::net::IpAddr;
use std::sync::Arc;

use meshc_decide::{
    Asked, Forward, ListenerIx, OperationIx, Outcome, Peer, Permit, Reason, Scene, Settings,
    Tables, UnixSeconds, User,
};
use meshc_http1::{ExtraField, FieldId, Head, RequestLine, Side, write_request_head};
use meshc_request::{Canonical, Raw, canonicalise};

use crate::allowances::Counted;
use crate::answer::Answer;
use crate::body::{Flow, Wrap};
use crate::clock::{MILLISECOND, Nanos};
use crate::connection::{Connection, Kind, Server};
use crate::exchange::{Exchange, Leave, Response, Route};
use crate::generation::Generation;
use crate::headers::{self, Passing, SNAPSHOT, Sender};
use crate::listener::Way;
use crate::metrics::Direction;
use crate::socket;
use crate::tokens::Presented;
use crate::worker::Worker;

/// A request in its one form, with what was asked about it.
struct Question<'a> {
    canonical: Canonical<'a>,
    passing: Passing<'a>,
    user: User<'a>,
    /// The client as our gateway saw it, once a rule has asked.
    client: Option<IpAddr>,
    now: UnixSeconds,
    /// By the clock that rate limits are kept by.
    at: Nanos,
}

impl<'a> Question<'a> {
    const fn asked(&'a self) -> Asked<'a, Passing<'a>> {
        let Self { canonical, passing, user, client, now, .. } = self;
        let asked = Asked::request(canonical, passing, *now);
        Asked { user: *user, client: *client, ..asked }
    }
}

impl Worker {
    /// Decides a request and sends it on, or answers it. The head is in `self.head`.
    pub(crate) fn begin(&mut self, connection: &mut Connection, input: &[u8]) {
        let head = std::mem::take(&mut self.head);
        let mut canonicals = std::mem::take(&mut self.canonicals);
        let generation = self.generation_for(connection, &head, input);
        let decided = match &generation {
            Some(generation) => {
                let raw = Raw {
                    method: head.method(input),
                    target: head.target(input),
                    host: head.host(input),
                    odd: head.path_is_odd(),
                };
                match canonicalise(raw, &mut canonicals) {
                    Ok(canonical) => self.decide(connection, generation, canonical, (&head, input)),
                    Err(bad) => {
                        let reason = Reason::bad_request(bad, generation.tables.commit());
                        let (word, sentence) = (bad.kind().word(), bad.kind().sentence());
                        let answer = Answer::new(400, "DPE", word, sentence);
                        Err(Box::new(Answer { reason: Some(reason), ..answer }))
                    }
                }
            }
            None => {
                let sentence = "this proxy has no snapshot yet";
                Err(Box::new(Answer::new(503, "NC", "no-snapshot", sentence)))
            }
        };
        match decided {
            Ok(exchange) => {
                connection.deadline = exchange.deadline;
                if let Kind::Server(server) = &mut connection.kind {
                    server.exchange = Some(exchange);
                }
                self.attempt(connection);
            }
            Err(answer) => self.refuse(connection, generation.as_ref(), &answer, (&head, input)),
        }
        self.head = head;
        self.canonicals = canonicals;
    }

    /// The tables a request is decided with: those its sender began with, where the sender is a
    /// peer, else the current ones.
    fn generation_for(
        &self,
        connection: &Connection,
        head: &Head,
        input: &[u8],
    ) -> Option<Arc<Generation>> {
        let Kind::Server(server) = &connection.kind else { return None };
        let named = server.door.is_mutual().then(|| headers::snapshot(head, input)).flatten();
        self.generations.named(named, self.now).cloned()
    }

    fn decide(
        &mut self,
        connection: &mut Connection,
        generation: &Arc<Generation>,
        canonical: Canonical<'_>,
        (head, input): (&Head, &[u8]),
    ) -> Result<Box<Exchange>, Box<Answer>> {
        if head.upgrade_requested() {
            let sentence = "no operation allows an upgrade";
            return Err(Box::new(Answer::new(403, "UAEX", "upgrade", sentence)));
        }
        let (mutual, outbound) = match &connection.kind {
            Kind::Server(server) => (server.door.is_mutual(), server.door.is_outbound()),
            Kind::Client(_) | Kind::Stream(_) => (false, true),
        };
        // What leaves a gateway says what the gateway saw, even where a process beside it sends it.
        let of_mesh = mutual || (outbound && !generation.tables.is_gateway());
        let sender = if of_mesh { Sender::Mesh } else { Sender::Public };
        // What leaves through us is read where it arrives.
        let presented =
            if outbound { Presented::Nobody } else { self.present(generation, (head, input)) };
        let ours = if outbound { &[] } else { generation.tables.forwarded_fields() };
        let passing = Passing { head, input, sender, ours };
        let (now, at) = (UnixSeconds(self.unix), self.now);
        let user = presented.user();
        let mut question = Question { canonical, passing, user, client: None, now, at };
        let draw = self.random.draw();
        let Decided { leave, route, audited } =
            decide(connection, generation, &mut question, draw)?;
        let replay = self.head_for(connection, generation, &leave, &question)?;
        let direction = match &connection.kind {
            Kind::Server(server) if server.door.is_outbound() => Direction::Outbound,
            _ => Direction::Inbound,
        };
        let Settings { timeout_ms, attempts, .. } = match &leave {
            Leave::Admitted(permit) => permit.settings(),
            Leave::Forwarded(forward) => forward.settings(),
        };
        let body = head.body();
        let chunked = body == meshc_http1::Body::Chunked;
        Ok(Box::new(Exchange {
            generation: Arc::clone(generation),
            leave,
            route,
            started: self.now,
            deadline: self.now + u64::from(timeout_ms) * MILLISECOND,
            method: head.method_token(),
            modern: head.minor_version() == 1,
            keep_alive: head.minor_version() == 1 && head.keep_alive(),
            request: Flow::new(body, Side::Client, &self.limits),
            wrap: if chunked { Wrap::Chunks } else { Wrap::Bare },
            response: Response::Head(0),
            head_len: replay.len(),
            replay,
            lost: false,
            upstream: None,
            audited,
            tried: None,
            tries: attempts,
            reusable: false,
            status: 0,
            sent: 0,
            direction,
        }))
    }

    /// For whom a request that comes in is made.
    fn present(&mut self, generation: &Generation, message: (&Head, &[u8])) -> Presented {
        let Generation { tables, tokens, .. } = generation;
        let presented = tokens.read(tables, message, &mut self.verified, self.unix);
        match &presented {
            Presented::Nobody => {}
            Presented::Unsound(..) => self.metrics.tokens_refused += 1,
            Presented::Verified(_) => self.metrics.tokens_verified += 1,
        }
        presented
    }

    /// The head as it is sent on: nothing of it is as it came but what was checked.
    fn head_for(
        &mut self,
        connection: &Connection,
        generation: &Generation,
        leave: &Leave,
        question: &Question<'_>,
    ) -> Result<Vec<u8>, Box<Answer>> {
        let Question { canonical, passing, .. } = question;
        let mut target = Vec::with_capacity(256);
        target.extend_from_slice(canonical.path().as_bytes());
        if let Some(query) = canonical.query() {
            target.push(b'?');
            target.extend_from_slice(query.as_bytes());
        }
        let asked = authority(canonical);
        let rewritten = match leave {
            Leave::Forwarded(forward) => generation.tables.rewrite_authority(forward),
            Leave::Admitted(_) => None,
        };
        let host = rewritten.map_or(asked.as_bytes(), str::as_bytes);
        let line = RequestLine::new(canonical.method().as_bytes(), &target, host);
        let unsound = || Answer::new(400, "DPE", "bad-request", "the request cannot be sent on");
        let line = line.ok_or_else(|| Box::new(unsound()))?;
        let told: Vec<_> = generation.tables.forwarded(question.user).collect();
        let mut extra = Vec::with_capacity(5 + told.len());
        for (name, value) in &told {
            extra.extend(ExtraField::new(name.as_bytes(), value.as_bytes()));
        }
        let trace;
        if !passing.iter().any(|field| field.id == FieldId::Traceparent) {
            trace = headers::traceparent(&mut self.random);
            extra.extend(ExtraField::new(b"traceparent", &trace));
        }
        if matches!(leave, Leave::Forwarded(_)) {
            extra.extend(ExtraField::new(SNAPSHOT, generation.manifest.as_bytes()));
        }
        let client;
        if passing.sender == Sender::Public {
            let address = socket::peer(connection.socket()).map(|peer| peer.ip().to_string());
            client = address.unwrap_or_default();
            let proto: &[u8] = if is_tls(connection) { b"https" } else { b"http" };
            extra.extend(ExtraField::new(b"x-forwarded-for", client.as_bytes()));
            extra.extend(ExtraField::new(b"x-forwarded-proto", proto));
            extra.extend(ExtraField::new(b"x-forwarded-host", asked.as_bytes()));
        }
        let mut out = Vec::with_capacity(1_024);
        write_request_head(&mut out, &line, passing.iter(), passing.head.body(), &extra);
        Ok(out)
    }
}

fn authority(canonical: &Canonical<'_>) -> String {
    let authority = canonical.authority();
    match authority.port {
        Some(port) => format!("{}:{port}", authority.host),
        None => authority.host.to_owned(),
    }
}

fn is_tls(connection: &Connection) -> bool {
    let Kind::Server(server) = &connection.kind else { return false };
    matches!(server.door.way, Way::Inbound { tls: meshc_snapshot::slice::Tls::Terminate, .. })
}

/// What lets a request through, and where it goes.
struct Decided {
    leave: Leave,
    route: Route,
    /// What it would have been refused for.
    audited: Option<Box<Reason>>,
}

impl Decided {
    const fn new(leave: Leave, route: Route) -> Self {
        Self { leave, route, audited: None }
    }
}

/// Asks the core.
fn decide(
    connection: &mut Connection,
    generation: &Generation,
    question: &mut Question<'_>,
    draw: u32,
) -> Result<Decided, Box<Answer>> {
    let (tables, number) = (&generation.tables, generation.number);
    let identity = connection.identity().map(str::to_owned);
    let is_known = matches!(&connection.kind, Kind::Server(server)
        if server.peer.as_ref().is_some_and(|(known, ..)| *known == number));
    let address = if is_known { None } else { connection.address() };
    let Kind::Server(server) = &mut connection.kind else {
        return Err(Box::new(Answer::new(
            500,
            "",
            "internal",
            "this connection takes no requests",
        )));
    };
    let door = Arc::clone(&server.door);
    let Way::Inbound { listener, target, .. } = &door.way else {
        let routed = tables.route(&question.canonical, &question.passing, draw);
        let forward = explained(tables, Scene::Outbound, question, routed)?;
        return Ok(Decided::new(Leave::Forwarded(forward), Route::Destination));
    };
    let (ix, peer) = known_peer(server, tables, number, listener, (identity.as_deref(), address));
    question.client = tables.client(peer, &question.passing);
    let permit = tables.admit(ix, peer, &question.asked());
    let permit: Permit =
        explained(tables, Scene::Inbound { listener: ix, peer }, question, permit)?;
    let audited = permit.would_deny().map(|_| {
        let scene = Scene::Inbound { listener: ix, peer };
        Box::new(tables.reason(scene, &question.asked(), Outcome::Permitted(permit)))
    });
    let operation = permit.operation();
    if !tables.is_gateway() {
        charge(generation, operation, identity.as_deref(), question)?;
        let decided = Decided::new(Leave::Admitted(permit), Route::Application(*target));
        return Ok(Decided { audited, ..decided });
    }
    let routed = tables.route_gateway(permit, &question.canonical, &question.passing, draw);
    let forward: Forward = explained(tables, Scene::Gateway { listener: ix }, question, routed)?;
    charge(generation, operation, identity.as_deref(), question)?;
    Ok(Decided { audited, ..Decided::new(Leave::Forwarded(forward), Route::Destination) })
}

/// Charges a request that is let through to the rate limits of its operation.
fn charge(
    generation: &Generation,
    operation: OperationIx,
    caller: Option<&str>,
    question: &Question<'_>,
) -> Result<(), Box<Answer>> {
    let tables = &generation.tables;
    let counted = Counted { tables, caller, user: question.user };
    generation.limits.charge(tables.limits(operation), &counted, question.at).map_err(|limited| {
        let reason = tables.limited(limited.by, operation);
        Box::new(Answer::limited(reason, limited.retry_after))
    })
}

/// The peer by the tables at hand; worked out once per connection and generation.
fn known_peer<'a>(
    server: &'a mut Server,
    tables: &Tables,
    number: u64,
    listener: &str,
    (identity, address): (Option<&str>, Option<IpAddr>),
) -> (ListenerIx, &'a Peer) {
    if server.peer.as_ref().is_some_and(|(known, ..)| *known != number) {
        server.peer = None;
    }
    let (_, ix, peer) = server.peer.get_or_insert_with(|| {
        let ix = tables.listener(listener).unwrap_or(ListenerIx(u32::MAX));
        (number, ix, tables.peer(identity, address))
    });
    (*ix, peer)
}

fn explained<T: Copy>(
    tables: &Tables,
    scene: Scene<'_>,
    question: &Question<'_>,
    result: Result<T, meshc_decide::Denial>,
) -> Result<T, Box<Answer>> {
    result.map_err(|denial| {
        let reason = tables.reason(scene, &question.asked(), Outcome::Denied(denial));
        Box::new(Answer::denial(denial, reason))
    })
}
