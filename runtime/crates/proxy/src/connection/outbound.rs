//! Connections on which we are the client: answers on their way back.

use meshc_balance::Outcome as Health;
use meshc_http1::{
    Body, ExtraField, FieldId, Head, Parse, Side, StatusLine, parse_response, write_response_head,
};

use super::{Connection, HIGH_WATER, Kind, Phase};
use crate::body::{Flow, Wrap};
use crate::exchange::{Exchange, Failure, Response};
use crate::forwarding::{peek_exchange, put_exchange, take_exchange};
use crate::headers::{FLAGS, REASON, SNAPSHOT};
use crate::metrics::Direction;
use crate::worker::{IDLE, Worker};

/// How far reading an answer came.
enum Progress {
    /// More is needed.
    More,
    /// The answer is complete.
    Complete,
    /// The answer breaks HTTP.
    Unsound,
}

impl Worker {
    /// Reads what an upstream sends and passes it to whoever asked.
    pub(crate) fn listen_to(&mut self, mut upstream: Box<Connection>) {
        let mut input = std::mem::take(&mut self.input);
        input.clear();
        input.append(&mut upstream.plain);
        upstream.plain = Vec::new();
        let phase = upstream.phase;
        let read = upstream.readable && !upstream.paused;
        let received = if read { upstream.receive(&mut input, &mut self.scratch) } else { Ok(()) };
        if phase == Phase::Handshaking && received.is_ok() {
            match upstream.phase {
                Phase::Open => {
                    self.metrics.handshakes += 1;
                    self.opened(&mut upstream);
                }
                _ if upstream.ended => {
                    self.input = input;
                    return self.upstream_gone(upstream, "the handshake was cut off");
                }
                _ => {}
            }
        }
        let broken = received.err();
        if broken.is_none() || !input.is_empty() {
            self.respond(&mut upstream, &input);
        }
        self.input = input;
        match broken {
            Some(why) => self.upstream_gone(upstream, &why.to_string()),
            None if upstream.ended => self.upstream_ended(upstream),
            None => self.settle(upstream),
        }
    }

    /// Passes input of an upstream on; what is not used stays with the connection.
    fn respond(&mut self, upstream: &mut Connection, input: &[u8]) {
        let Kind::Client(client) = &mut upstream.kind else { return };
        let Some(owner) = client.owner else {
            // Nobody asked: whatever this is, the connection can carry nothing more.
            upstream.ended |= !input.is_empty();
            return;
        };
        let Some(mut asker) = self.take(owner) else {
            client.owner = None;
            upstream.ended = true;
            return;
        };
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        let mut used = 0;
        let mut progress = Progress::More;
        if let Some(mut exchange) = take_exchange(&mut asker) {
            (used, progress) = self.pass_response(&mut exchange, input, &mut out);
            put_exchange(&mut asker, exchange);
        }
        let rest = input.get(used..).unwrap_or_default();
        upstream.plain.extend_from_slice(rest);
        let gone = asker.send(&out, &mut self.scratch.sealed).is_err();
        self.out = out;
        if gone {
            upstream.ended = true;
            detach(upstream);
            if let Some(exchange) = peek_exchange(&mut asker) {
                exchange.upstream = None;
            }
            return self.client_gone(asker);
        }
        match progress {
            Progress::More => {
                upstream.paused = asker.backlog() > HIGH_WATER;
                if !input.is_empty()
                    && peek_exchange(&mut asker).is_some_and(|one| one.is_answered())
                {
                    upstream.deadline = self.now + IDLE;
                }
            }
            Progress::Complete => self.complete(&mut asker, upstream),
            Progress::Unsound => {
                detach(upstream);
                upstream.ended = true;
                if let Some(exchange) = peek_exchange(&mut asker) {
                    exchange.upstream = None;
                }
                self.fail(&mut asker, Failure::Protocol);
            }
        }
        self.settle(asker);
    }

    fn pass_response(
        &mut self,
        exchange: &mut Exchange,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> (usize, Progress) {
        let mut at = 0;
        loop {
            let rest = input.get(at..).unwrap_or_default();
            match &mut exchange.response {
                Response::Head(_) if rest.is_empty() => return (at, Progress::More),
                Response::Head(_) => {
                    let mut head = std::mem::take(&mut self.head);
                    let parsed = parse_response(rest, &mut head, exchange.method, &self.limits);
                    let result = match parsed {
                        Ok(Parse::Complete { head_len }) => {
                            at += head_len;
                            self.write_head(exchange, &head, rest, out)
                        }
                        Ok(Parse::Partial) => Some(Progress::More),
                        Err(_) => Some(Progress::Unsound),
                    };
                    self.head = head;
                    if let Some(progress) = result {
                        return (at, progress);
                    }
                }
                Response::Body(flow, wrap) => {
                    let before = out.len();
                    match flow.pass(*wrap, rest, out) {
                        Ok(used) => at += used,
                        Err(_) => return (at, Progress::Unsound),
                    }
                    exchange.sent += (out.len() - before) as u64;
                    if !flow.is_done() {
                        return (at, Progress::More);
                    }
                    exchange.response = Response::Done;
                }
                Response::Done => return (at, Progress::Complete),
            }
        }
    }

    /// Writes the head of an answer; gives how it ended where that ends it.
    fn write_head(
        &self,
        exchange: &mut Exchange,
        head: &Head,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<Progress> {
        let status = head.status();
        let passing = head.fields(input).filter(|field| field.id != FieldId::Meshc);
        if status < 200 {
            let Response::Head(interim) = &mut exchange.response else { return None };
            *interim = interim.saturating_add(1);
            if status == 101 || *interim > self.limits.interim_responses {
                return Some(Progress::Unsound);
            }
            if exchange.modern
                && let Some(line) = StatusLine::new(status, false)
            {
                write_response_head(out, line, passing, Body::None, &[]);
            }
            return None;
        }
        exchange.keep_alive &= exchange.request.is_done() && self.draining.is_none();
        let (body, wrap) = match head.body() {
            Body::None => (head.content_length().map_or(Body::None, Body::Length), Wrap::Bare),
            Body::Length(length) => (Body::Length(length), Wrap::Bare),
            Body::Chunked | Body::UntilClose if exchange.modern => (Body::Chunked, Wrap::Chunks),
            Body::Chunked | Body::UntilClose => (Body::UntilClose, Wrap::Bare),
        };
        exchange.keep_alive &= body != Body::UntilClose;
        let snapshot = self.snapshot_field(exchange, head, input);
        let told = |name| {
            let value = peers_field(exchange, head, input, name);
            value.and_then(|value| ExtraField::new(name, value))
        };
        let extra = [
            snapshot.as_deref().and_then(|text| ExtraField::new(SNAPSHOT, text)),
            told(FLAGS),
            told(REASON),
        ];
        let extra: Vec<_> = extra.into_iter().flatten().collect();
        let Some(line) = StatusLine::new(status, !exchange.keep_alive) else {
            return Some(Progress::Unsound);
        };
        write_response_head(out, line, passing, body, &extra);
        exchange.status = status;
        exchange.reusable = head.keep_alive();
        exchange.response = match Flow::new(head.body(), Side::Upstream, &self.limits) {
            Flow::Done => Response::Done,
            flow => Response::Body(flow, wrap),
        };
        None
    }

    /// What an answer says of the snapshots that decided it, where it shall say so: ours, and the
    /// peer's where that is another.
    fn snapshot_field(&self, exchange: &Exchange, head: &Head, input: &[u8]) -> Option<Vec<u8>> {
        if !self.arguments.expose_snapshot {
            return None;
        }
        let ours = exchange.generation.manifest.as_bytes();
        let theirs = match exchange.route {
            crate::exchange::Route::Destination => crate::headers::snapshot(head, input),
            crate::exchange::Route::Application(_) => None,
        };
        match theirs {
            Some(theirs) if theirs != ours => Some([ours, b", ", theirs].concat()),
            _ => Some(ours.to_vec()),
        }
    }

    /// An answer is complete: the upstream goes back to the pool, the client to its next request.
    fn complete(&mut self, asker: &mut Connection, upstream: &mut Connection) {
        let Some(exchange) = take_exchange(asker) else { return };
        let Kind::Client(client) = &mut upstream.kind else { return };
        client.owner = None;
        let (key, token) = (client.key, upstream.token);
        let how = if exchange.status >= 500 { Health::ServerError } else { Health::Success };
        self.count_health(&exchange, key.address, how);
        let reusable = exchange.request.is_done()
            && exchange.reusable
            && upstream.is_clean()
            && self.draining.is_none();
        if !reusable || !self.pools.put(key, token) {
            upstream.ended = true;
        }
        upstream.paused = false;
        upstream.deadline = self.now + IDLE;
        asker.closing |= !exchange.keep_alive;
        self.record(asker, &exchange, "", "");
        self.rest(asker);
    }

    /// A client's connection waits for its next request.
    pub(crate) fn rest(&mut self, asker: &mut Connection) {
        asker.paused = false;
        asker.deadline = self.now + IDLE;
        if !asker.plain.is_empty() || asker.readable {
            self.ready.push_back(asker.token);
        }
    }

    /// An upstream has sent its end.
    fn upstream_ended(&mut self, mut upstream: Box<Connection>) {
        let Kind::Client(client) = &upstream.kind else { return self.close(upstream) };
        let owner = client.owner;
        let Some(mut asker) = owner.and_then(|owner| self.take(owner)) else {
            return self.upstream_gone(upstream, "");
        };
        let until_close = peek_exchange(&mut asker)
            .is_some_and(|one| matches!(one.response, Response::Body(Flow::UntilClose, _)));
        if !until_close {
            let token = asker.token;
            self.slots.put(token, crate::worker::Entry::Connection(asker));
            return self.upstream_gone(upstream, "the connection ended before the answer");
        }
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        if let Some(exchange) = peek_exchange(&mut asker)
            && let Response::Body(flow, wrap) = &mut exchange.response
        {
            flow.end(*wrap, &mut out);
            exchange.response = Response::Done;
        }
        let gone = asker.send(&out, &mut self.scratch.sealed).is_err();
        self.out = out;
        if !gone {
            self.complete(&mut asker, &mut upstream);
        }
        self.close(upstream);
        if gone { self.client_gone(asker) } else { self.settle(asker) }
    }

    /// A connection to an upstream is gone.
    pub(crate) fn upstream_gone(&mut self, upstream: Box<Connection>, why: &str) {
        let Kind::Client(client) = &upstream.kind else { return self.close(upstream) };
        let (owner, key) = (client.owner, client.key);
        let failure = match upstream.phase {
            Phase::Connecting | Phase::Handshaking => Failure::Connect,
            Phase::Open | Phase::Lingering => Failure::Reset,
        };
        if failure == Failure::Connect {
            self.metrics.connect_failures += 1;
            if upstream.phase == Phase::Handshaking {
                self.metrics.handshake_failures += 1;
                self.log_handshake(&key.address.to_string(), why);
            }
        }
        let Some(owner) = owner else {
            self.pools.forget(&key, upstream.token);
            return self.close(upstream);
        };
        self.close(upstream);
        let Some(mut asker) = self.take(owner) else { return };
        if let Some(exchange) = take_exchange(&mut asker) {
            let how = match failure {
                Failure::Connect => Health::ConnectFailure,
                _ => Health::ServerError,
            };
            self.count_health(&exchange, key.address, how);
            put_exchange(&mut asker, exchange);
        }
        if let Some(exchange) = peek_exchange(&mut asker) {
            exchange.upstream = None;
        }
        self.fail(&mut asker, failure);
        self.settle(asker);
    }

    /// An upstream's wait is over.
    pub(crate) fn client_expired(&mut self, mut upstream: Box<Connection>) {
        let Kind::Client(client) = &upstream.kind else { return self.close(upstream) };
        let making = matches!(upstream.phase, Phase::Connecting | Phase::Handshaking);
        let Some(owner) = client.owner.filter(|_| !making) else {
            return self.upstream_gone(upstream, "it took too long");
        };
        detach(&mut upstream);
        self.close(upstream);
        let Some(mut asker) = self.take(owner) else { return };
        if let Some(exchange) = peek_exchange(&mut asker) {
            exchange.upstream = None;
        }
        self.fail(&mut asker, Failure::Timeout);
        self.settle(asker);
    }

    /// A connection has sent everything: whoever feeds it goes on.
    pub(crate) fn wake_source(&mut self, connection: &Connection) {
        let source = match &connection.kind {
            Kind::Server(server) => server.exchange.as_ref().and_then(|one| one.upstream),
            Kind::Client(client) => client.owner,
            Kind::Stream(stream) => stream.other,
        };
        let Some(source) = source else { return };
        let end_is_due = !connection.has_ended();
        if let Some(waiting) = self.peek(source)
            && (waiting.paused || (waiting.ended && end_is_due))
        {
            waiting.paused = false;
            self.ready.push_back(source);
        }
    }
}

fn detach(upstream: &mut Connection) {
    if let Kind::Client(client) = &mut upstream.kind {
        client.owner = None;
    }
}

/// What a peer says of its own answer, for the application; a gateway tells nobody.
fn peers_field<'a>(
    exchange: &Exchange,
    head: &'a Head,
    input: &'a [u8],
    name: &[u8],
) -> Option<&'a [u8]> {
    let outbound = exchange.direction == Direction::Outbound;
    let mut fields = head.fields(input).filter(|field| outbound && field.id == FieldId::Meshc);
    fields.find(|field| field.name.eq_ignore_ascii_case(name)).map(|one| one.value)
}
