//! One request from its head to the end of its answer.

use std::net::SocketAddr;
use std::sync::Arc;

use meshc_decide::{Forward, Permit, Reason, Settings};
use meshc_http1::Method;

use crate::body::{Flow, Wrap};
use crate::clock::Nanos;
use crate::generation::Generation;
use crate::metrics::Direction;
use crate::slots::Token;

/// A request that was let through, and how far it has come.
#[derive(Debug)]
pub struct Exchange {
    /// The tables it began with; it keeps them to its end.
    pub generation: Arc<Generation>,
    /// What lets it through. Only a decision makes one.
    pub leave: Leave,
    /// Where it goes.
    pub route: Route,
    /// When it began.
    pub started: Nanos,
    /// When it must be answered.
    pub deadline: Nanos,
    /// Its method.
    pub method: Method,
    /// The client speaks HTTP/1.1, not 1.0.
    pub modern: bool,
    /// The client's connection may live on.
    pub keep_alive: bool,
    /// What is left of its body.
    pub request: Flow,
    /// How its body is written on.
    pub wrap: Wrap,
    /// What is left of the answer.
    pub response: Response,
    /// The head as sent on, and body bytes while they may have to be sent again.
    pub replay: Vec<u8>,
    /// Length of the head within `replay`.
    pub head_len: usize,
    /// Body bytes went on that `replay` does not hold.
    pub lost: bool,
    /// The connection that carries it.
    pub upstream: Option<Token>,
    /// What it would have been refused for, if what is audited were enforced.
    pub audited: Option<Box<Reason>>,
    /// The instance of the last try.
    pub tried: Option<SocketAddr>,
    /// Tries left after this one.
    pub tries: u32,
    /// The upstream's connection may carry another request.
    pub reusable: bool,
    /// The status of the answer, 0 before it.
    pub status: u16,
    /// Bytes of the answer's body.
    pub sent: u64,
    /// Which way it goes.
    pub direction: Direction,
}

/// What lets a request through.
#[derive(Clone, Copy, Debug)]
pub enum Leave {
    /// To the application.
    Admitted(Permit),
    /// To a destination.
    Forwarded(Forward),
}

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    /// To the application's port.
    Application(u16),
    /// To the destination its leave names.
    Destination,
}

/// How far the answer has come.
#[derive(Debug)]
pub enum Response {
    /// Its head is awaited; so many interim ones came.
    Head(u8),
    /// Its body is passed on.
    Body(Flow, Wrap),
    /// It is complete.
    Done,
}

/// Why an upstream did not answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No connection could be made.
    Connect,
    /// No instance is ready.
    NoInstance,
    /// The connection ended before the answer.
    Reset,
    /// It took too long.
    Timeout,
    /// The answer breaks HTTP.
    Protocol,
    /// We are at our limit.
    Overflow,
}

/// Body bytes kept so that an idempotent request can be sent again.
const REPLAY: usize = 64 * 1024;

impl Exchange {
    /// Timeout and retries of its operation.
    pub const fn settings(&self) -> Settings {
        match &self.leave {
            Leave::Admitted(permit) => permit.settings(),
            Leave::Forwarded(forward) => forward.settings(),
        }
    }

    /// Whether any byte of the answer went to the client.
    pub const fn is_answered(&self) -> bool {
        !matches!(self.response, Response::Head(0))
    }

    /// Remembers body bytes that went on, while they can be sent again.
    pub fn remember(&mut self, body: &[u8]) {
        if self.lost || body.is_empty() {
            return;
        }
        if self.is_repeatable() && self.replay.len() - self.head_len + body.len() <= REPLAY {
            self.replay.extend_from_slice(body);
        } else {
            self.lost = true;
            self.replay.truncate(self.head_len);
        }
    }

    /// Whether it may be sent again after bytes of it reached the upstream.
    pub fn is_repeatable(&self) -> bool {
        self.settings().idempotent || self.method.is_idempotent()
    }

    /// Whether another try is safe after `failure`.
    pub fn may_retry(&self, failure: Failure) -> bool {
        let safe = match failure {
            Failure::Connect => self.settings().after_connect_failure,
            Failure::Reset => self.settings().after_refused_stream && self.is_repeatable(),
            _ => false,
        };
        safe && self.tries > 0 && !self.lost && !self.is_answered()
    }
}

impl Failure {
    /// The status it is answered with.
    pub const fn status(self) -> u16 {
        match self {
            Self::Timeout => 504,
            Self::Protocol => 502,
            _ => 503,
        }
    }

    /// Envoy's response flag.
    pub const fn flags(self) -> &'static str {
        match self {
            Self::Connect => "UF",
            Self::NoInstance => "UH",
            Self::Reset => "UC",
            Self::Timeout => "UT",
            Self::Protocol => "UPE",
            Self::Overflow => "UO",
        }
    }

    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect-failure",
            Self::NoInstance => "no-instance",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol-error",
            Self::Overflow => "overflow",
        }
    }

    /// A sentence for a person.
    pub const fn sentence(self, route: &Route) -> &'static str {
        match (self, route) {
            (Self::Connect, Route::Application(_)) => "the application takes no connection",
            (Self::Connect, Route::Destination) => "no connection to the destination could be made",
            (Self::NoInstance, _) => "the destination has no instance",
            (Self::Reset, _) => "the connection ended before the answer",
            (Self::Timeout, _) => "the answer took too long",
            (Self::Protocol, _) => "the answer breaks the rules of HTTP",
            (Self::Overflow, _) => "the proxy is at its limit of connections",
        }
    }
}
