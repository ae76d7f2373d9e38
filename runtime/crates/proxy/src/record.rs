//! What is answered by us and what is remembered of a request: answers, counters, log lines.

use std::sync::Arc;

use meshc_decide::Reason;
use meshc_http1::{Head, Method};
use meshc_svid::SpiffeId;

use crate::access_log::{Line, shown};
use crate::answer::{Answer, Manner};
use crate::clock::{Nanos, unix_millis};
use crate::connection::{Connection, Kind};
use crate::exchange::{Exchange, Leave, Response};
use crate::forwarding::take_exchange;
use crate::generation::Generation;
use crate::metrics::{Direction, Request};
use crate::worker::Worker;

/// One in so many requests is logged when nothing went wrong.
const SAMPLE: u64 = 100;

/// What is remembered of one request or connection.
pub(crate) struct Told<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) protocol: &'static str,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) flags: &'static str,
    pub(crate) started: Nanos,
    pub(crate) sent: u64,
    pub(crate) snapshot: &'a str,
    pub(crate) why: &'a str,
    pub(crate) reason: Option<&'a Reason>,
}

impl Worker {
    /// Answers a request that could not even be read, and closes.
    pub(crate) fn refuse_unread(
        &mut self,
        connection: &mut Connection,
        answer: &Answer,
        input: &[u8],
    ) {
        let line = input.split(|&byte| byte == b'\r').next().unwrap_or_default();
        let generation = self.generations.current().cloned();
        let asked = Asked { method: String::new(), target: shown(line) };
        let form = Form { head_only: false, close: true };
        self.tell(connection, generation.as_ref(), answer, asked, form);
    }

    /// Answers a request that is not let through.
    pub(crate) fn refuse(
        &mut self,
        connection: &mut Connection,
        generation: Option<&Arc<Generation>>,
        answer: &Answer,
        (head, input): (&Head, &[u8]),
    ) {
        let host = head.host(input).unwrap_or_default();
        let target = [host, head.path_and_query(input)].concat();
        let asked = Asked { method: shown(head.method(input)), target: shown(&target) };
        let bodiless =
            matches!(head.body(), meshc_http1::Body::None | meshc_http1::Body::Length(0));
        let alive = head.keep_alive() && head.minor_version() == 1;
        // What follows a request for a tunnel may have been meant for its end, not for us.
        let tunnel = head.upgrade_requested() || head.method_token() == Method::Connect;
        let close = !bodiless || !alive || tunnel || self.draining.is_some();
        let form = Form { head_only: head.method_token() == Method::Head, close };
        self.tell(connection, generation, answer, asked, form);
    }

    fn tell(
        &mut self,
        connection: &mut Connection,
        generation: Option<&Arc<Generation>>,
        answer: &Answer,
        asked: Asked,
        form: Form,
    ) {
        let snapshot = generation.map(|one| one.manifest.as_str());
        self.say(connection, answer, generation.map(|one| &**one), form);
        let outbound = is_outbound(connection);
        let source = source(connection, &self.arguments.workload);
        let own = self.arguments.workload.clone();
        let reason = answer.reason.as_ref();
        let to = reason.and_then(|reason| reason.destination.clone());
        let request = Request {
            direction: if outbound { Direction::Outbound } else { Direction::Inbound },
            source: &source,
            destination: to.as_deref().unwrap_or(if outbound { "unknown" } else { &own }),
            operation: reason.and_then(|one| one.operation.as_deref()).unwrap_or_default(),
            verdict: answer.verdict(),
            status: answer.status,
        };
        let told = Told {
            request,
            protocol: "http",
            method: asked.method,
            target: asked.target,
            flags: answer.flags,
            started: self.now,
            sent: 0,
            snapshot: snapshot.unwrap_or_default(),
            why: &answer.sentence,
            reason,
        };
        self.remember(&told);
        if !connection.closing {
            self.rest(connection);
        }
    }

    /// Whether the peer proved an identity of our own trust domain; those of federated ones learn no
    /// rule.
    fn is_ours(&self, connection: &Connection) -> bool {
        let own = self.credentials.as_ref().map(|own| own.id().trust_domain());
        let peer = connection.identity().and_then(|text| SpiffeId::parse(text).ok());
        peer.is_some_and(|peer| own == Some(peer.trust_domain()))
    }

    /// Sends an answer of ours.
    fn say(
        &mut self,
        connection: &mut Connection,
        answer: &Answer,
        generation: Option<&Generation>,
        form: Form,
    ) {
        let (own, ours) = (is_outbound(connection), self.is_ours(connection));
        let identity = connection.identity().filter(|_| ours);
        let trusted = own || ours;
        let lists = |identity| generation.is_some_and(|one| one.tables.lists(identity));
        let listed = own || identity.is_some_and(lists);
        let exposed = generation.filter(|_| self.arguments.expose_snapshot);
        let snapshot = exposed.map(|one| one.manifest.as_str());
        let Form { head_only, close } = form;
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        answer.write(Manner { head_only, close, trusted, listed, snapshot }, &mut out);
        connection.aborted |= connection.send(&out, &mut self.scratch.sealed).is_err();
        connection.closing |= close;
        self.out = out;
    }

    /// Ends the request under way: by an answer of ours, or, where an answer has begun, by an
    /// abort that no client takes for its end.
    pub(crate) fn give_up(&mut self, connection: &mut Connection, answer: &Answer) {
        let Some(mut exchange) = take_exchange(connection) else { return };
        if let Some(upstream) = exchange.upstream.take().and_then(|token| self.take(token)) {
            self.close(upstream);
        }
        if matches!(exchange.response, Response::Head(_)) {
            let close =
                !exchange.keep_alive || !exchange.request.is_done() || self.draining.is_some();
            let form = Form { head_only: exchange.method == Method::Head, close };
            exchange.status = answer.status;
            let generation = Arc::clone(&exchange.generation);
            self.say(connection, answer, Some(&generation), form);
        } else {
            connection.aborted = true;
        }
        self.record(connection, &exchange, answer.flags, &answer.sentence);
        if !connection.closing {
            self.rest(connection);
        }
    }

    /// Counts and logs a request that was let through, at its end.
    pub(crate) fn record(
        &mut self,
        connection: &Connection,
        exchange: &Exchange,
        flags: &'static str,
        why: &str,
    ) {
        let tables = &exchange.generation.tables;
        let source = source(connection, &self.arguments.workload);
        let (destination, operation) = match &exchange.leave {
            Leave::Admitted(permit) => {
                (tables.slice().workload.as_str(), tables.operation_name(permit.operation()))
            }
            Leave::Forwarded(forward) => {
                let to = forward.destination();
                let name = tables.destination(to).map_or("", |one| one.workload.as_str());
                (name, tables.destination_operation_name(to, forward.operation()))
            }
        };
        let (direction, status) = (exchange.direction, exchange.status);
        let verdict = "allowed";
        let request =
            Request { direction, source: &source, destination, operation, verdict, status };
        let micros = self.now.saturating_sub(exchange.started) / 1_000;
        let audited = exchange.audited.as_deref();
        self.metrics.audited += u64::from(audited.is_some());
        if audited.is_none() && !self.is_logged(status, flags) {
            return self.metrics.request(&request, micros);
        }
        let (method, target) = line_of(exchange);
        let told = Told {
            request,
            protocol: "http",
            method,
            target,
            flags,
            started: exchange.started,
            sent: exchange.sent,
            snapshot: &exchange.generation.manifest,
            why,
            reason: audited,
        };
        self.write(&told, micros);
        self.metrics.request(&told.request, micros);
    }

    /// Counts and logs.
    pub(crate) fn remember(&mut self, told: &Told<'_>) {
        let micros = self.now.saturating_sub(told.started) / 1_000;
        self.metrics.request(&told.request, micros);
        self.write(told, micros);
    }

    fn is_logged(&mut self, status: u16, flags: &str) -> bool {
        status >= 500
            || !flags.is_empty()
            || self.arguments.log_all
            || self.random.below(SAMPLE) == 0
    }

    fn write(&self, told: &Told<'_>, micros: u64) {
        let Request { direction, source, destination, operation, verdict, status } = told.request;
        self.log.line(&Line {
            at: unix_millis(),
            direction: direction.word(),
            protocol: told.protocol,
            source,
            destination,
            operation,
            verdict,
            method: told.method.clone(),
            target: told.target.clone(),
            status,
            flags: told.flags,
            micros,
            sent: told.sent,
            snapshot: told.snapshot,
            why: told.why,
            reason: told.reason,
        });
    }

    /// Logs a handshake that failed, whichever side it was begun by.
    pub(crate) fn log_handshake(&mut self, peer: &str, why: &str) {
        let snapshot = self.generations.current().cloned();
        let own = self.arguments.workload.clone();
        let request = Request {
            direction: Direction::Inbound,
            source: "unknown",
            destination: &own,
            operation: "",
            verdict: "denied",
            status: 0,
        };
        self.remember(&Told {
            request,
            protocol: "tls",
            method: String::new(),
            target: shown(peer.as_bytes()),
            flags: "UF",
            started: self.now,
            sent: 0,
            snapshot: snapshot.as_ref().map_or("", |one| one.manifest.as_str()),
            why,
            reason: None,
        });
    }
}

struct Asked {
    method: String,
    target: String,
}

#[derive(Clone, Copy)]
struct Form {
    head_only: bool,
    close: bool,
}

fn is_outbound(connection: &Connection) -> bool {
    matches!(&connection.kind, Kind::Server(server) if server.door.is_outbound())
}

/// Who asks: the identity proved, ourselves for our own application, nobody known otherwise.
pub(crate) fn source(connection: &Connection, own: &str) -> String {
    match connection.identity() {
        Some(identity) => identity.to_owned(),
        None if is_outbound(connection) => own.to_owned(),
        None => "anonymous".to_owned(),
    }
}

/// Method and target of a request, from the head as it was sent on.
fn line_of(exchange: &Exchange) -> (String, String) {
    let head = exchange.replay.get(..exchange.head_len).unwrap_or_default();
    let mut lines = head.split(|&byte| byte == b'\n');
    let line = lines.next().unwrap_or_default();
    let host = lines.next().and_then(|line| line.strip_prefix(b"host: ")).unwrap_or_default();
    let mut words = line.split(|&byte| byte == b' ');
    let method = words.next().unwrap_or_default();
    let target = [host.trim_ascii_end(), words.next().unwrap_or_default()].concat();
    (shown(method), shown(&target))
}
