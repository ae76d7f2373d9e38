//! Tables, verdict, reason: the one place where a request is decided.
//!
//! A [`Tables`] is one slice, indexed. It takes canonical requests ([`meshc_request::Canonical`])
//! and gives a [`Permit`] (inbound) or a [`Forward`] (outbound, gateway), or a [`Denial`]. There is
//! no I/O and no clock in here: time and the random draw of a weighted choice are arguments.
//!
//! A permit can only be built by a decision:
//!
//! ```compile_fail,E0451
//! # fn forge(seen: meshc_decide::Permit) -> meshc_decide::Permit {
//! meshc_decide::Permit { operation: seen.operation(), ..seen }
//! # }
//! ```
//!
//! and so can a forward:
//!
//! ```compile_fail,E0451
//! # fn forge(seen: meshc_decide::Forward) -> meshc_decide::Forward {
//! meshc_decide::Forward { port: 80, ..seen }
//! # }
//! ```

mod asked;
mod bits;
mod claims;
mod client;
mod condition;
mod denial;
mod explain;
mod forward;
mod gateway;
mod host;
mod ids;
mod inbound;
mod index;
mod issuers;
pub mod json;
mod limits;
mod nearest;
mod network;
mod outbound;
mod outcome;
pub mod overlap;
mod partition;
mod paths;
pub mod pattern;
mod peer;
mod rank;
mod reason;
mod rules;
mod schedule;
mod tables;
mod target;
mod unmet;
mod values;

pub use asked::{Asked, External};
pub use claims::{Claims, User};
pub use denial::{Denial, DenialKind};
pub use forward::check_forwarded_header;
pub use ids::{ClusterIx, DestinationIx, LimitIx, ListenerIx, OperationIx, RuleIx, UnixSeconds};
pub use network::{Network, NetworkFault};
pub use outcome::{Forward, Outcome, Permit, Settings};
pub use peer::Peer;
pub use reason::{Later, Nearest, Reason, ReasonPlace, Scene};
pub use tables::{LoadFault, Tables};
pub use unmet::never_met;
