//! A slice: everything one workload's proxy needs, and nothing else.
//!
//! It is stored with its callees by name, as a `Slice<Digest>`; who decides has it whole.
//!
//! Fields are declared in the order RFC 8785 sorts their names, so that plain serialisation is the
//! canonical form; a test holds this. Text a person wrote stays a value, never a key. Source places
//! travel apart (see [`crate::places`]): moving a line changes no slice.

mod callee;
mod condition;
mod destination;
mod inbound;
mod issuer;
mod limit;
mod listener;
mod operation;
mod route;
mod rule;
mod user;

pub use callee::{Callee, Cluster, Endpoint, Port, Traffic, Weighted};
pub use condition::{Condition, Match, Reading, Test};
pub use destination::{Call, Destination};
pub use inbound::{Federated, Inbound, Probe};
pub use issuer::{ForwardedClaim, TokenIssuer, TokenKeys};
pub use limit::{Per, RateLimit};
pub use listener::{Listener, Protocol, Tls};
pub use operation::{Operation, Retry, RetryOn};
pub use route::Route;
pub use rule::{From, Hours, Rule};
use serde::{Deserialize, Serialize};
pub use user::{Claim, ClaimTest, Scalar, User};

/// Number of the form below; a proxy refuses any other.
pub const FORMAT: u32 = 2;

/// What one workload enforces and where it may send; as a `Slice<Digest>` with callees by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Slice<C = Callee> {
    /// Where this workload may send requests, sorted by workload name.
    pub destinations: Vec<Destination<C>>,
    /// Always [`FORMAT`].
    pub format: u32,
    /// What it accepts.
    pub inbound: Inbound,
    /// Routes of a gateway, in written order; empty for a service.
    pub routes: Vec<Route>,
    /// SPIFFE trust domain, without scheme.
    pub trust_domain: String,
    /// `namespace/name`.
    pub workload: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(truth: &bool) -> bool {
    !*truth
}
