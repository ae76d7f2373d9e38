use crate::ids::{DestinationIx, OperationIx, RuleIx};

/// A request or connection that is not let through. Small and `Copy`; what a person wants to know
/// about it is worked out by [`crate::Tables::reason`] when asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Denial {
    pub(crate) kind: DenialKind,
    pub(crate) operation: Option<OperationIx>,
    pub(crate) rule: Option<RuleIx>,
    pub(crate) destination: Option<DestinationIx>,
    pub(crate) would_allow: Option<RuleIx>,
}

/// Why it is not let through (statuses: language reference, section 5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DenialKind {
    /// 400: readings of the request fall into different operations, routes or traffic items.
    AmbiguousRequest,
    /// 400: a header that policy reads is spelled with `_` or `.` for `-`.
    HeaderSpelling,
    /// 400: policy reads the query, and an escape in it is broken.
    Query,
    /// 401: a token of a declared issuer failed a check.
    BadToken,
    /// 401: an allow rule holds but for the user it asks for, and there is none.
    NoUser,
    /// 403: a guardrail of the platform matched.
    Guardrail,
    /// 403: the external decision service refused.
    External,
    /// 403: the external decision service gave no answer; Envoy's `status_on_error` by default.
    ExternalUnavailable,
    /// 403: a deny rule matched.
    DenyRule,
    /// 403: no allow rule matched.
    NoRule,
    /// 403: HTTP on a TCP port or the other way round, or a listener that is not there.
    Listener,
    /// 404: no route of the gateway matched.
    NoRoute,
    /// 421: the workload does not answer to this authority.
    Authority,
    /// 503: the caller declares no call to whatever this authority is.
    NotDeclared,
    /// 503: the destination is known, but this port of it is not.
    Port,
}

impl Denial {
    pub(crate) const fn new(kind: DenialKind) -> Self {
        Self { kind, operation: None, rule: None, destination: None, would_allow: None }
    }

    pub(crate) const fn by_rule(kind: DenialKind, operation: OperationIx, rule: usize) -> Self {
        let rule = Some(RuleIx(rule as u32));
        Self { operation: Some(operation), rule, ..Self::new(kind) }
    }

    pub(crate) const fn at(self, destination: DestinationIx) -> Self {
        Self { destination: Some(destination), ..self }
    }

    /// The HTTP status to answer with: 400, 401, 403, 404, 421 or 503.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.kind.status()
    }

    /// Why.
    #[must_use]
    pub const fn kind(self) -> DenialKind {
        self.kind
    }

    /// The operation the request fell into, where it came that far.
    #[must_use]
    pub const fn operation(self) -> Option<OperationIx> {
        self.operation
    }

    /// The audited allow rule that would have let it through.
    #[must_use]
    pub const fn would_allow(self) -> Option<RuleIx> {
        self.would_allow
    }

    /// The guardrail or deny rule that matched.
    #[must_use]
    pub const fn rule(self) -> Option<RuleIx> {
        self.rule
    }

    /// The destination, where one was found.
    #[must_use]
    pub const fn destination(self) -> Option<DestinationIx> {
        self.destination
    }
}

impl DenialKind {
    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::AmbiguousRequest | Self::HeaderSpelling | Self::Query => 400,
            Self::BadToken | Self::NoUser => 401,
            Self::Guardrail
            | Self::External
            | Self::ExternalUnavailable
            | Self::DenyRule
            | Self::NoRule
            | Self::Listener => 403,
            Self::NoRoute => 404,
            Self::Authority => 421,
            Self::NotDeclared | Self::Port => 503,
        }
    }

    /// A stable word for logs and metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AmbiguousRequest => "ambiguous-request",
            Self::HeaderSpelling => "header-spelling",
            Self::Query => "query",
            Self::BadToken => "bad-token",
            Self::NoUser => "no-user",
            Self::Guardrail => "guardrail",
            Self::External => "external",
            Self::ExternalUnavailable => "external-unavailable",
            Self::DenyRule => "deny-rule",
            Self::NoRule => "no-rule",
            Self::Listener => "listener",
            Self::NoRoute => "no-route",
            Self::Authority => "authority",
            Self::NotDeclared => "not-declared",
            Self::Port => "port",
        }
    }

    /// The sentence a person reads.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::AmbiguousRequest => {
                "the request can be read in ways that policy treats differently"
            }
            Self::HeaderSpelling => {
                "a header that policy reads is spelled with `_` or `.` in place of `-`"
            }
            Self::Query => "policy reads the query, and an escape in it is broken",
            Self::BadToken => "the token of a declared issuer failed a check",
            Self::NoUser => "a rule would allow it for a user, and there is no token",
            Self::Guardrail => "a guardrail matches",
            Self::External => "the external decision service refuses it",
            Self::ExternalUnavailable => "the external decision service gives no answer",
            Self::DenyRule => "a deny rule matches",
            Self::NoRule => "no allow rule matches",
            Self::Listener => "the port does not speak this protocol",
            Self::NoRoute => "no route matches",
            Self::Authority => "this workload does not answer to that host",
            Self::NotDeclared => "the caller declares no call to that host",
            Self::Port => "the destination has no such port, or the caller must name one",
        }
    }
}
