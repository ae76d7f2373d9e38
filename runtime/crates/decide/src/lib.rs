//! Tables, verdict, reason: the one place where a request is decided.
//!
//! A [`Tables`] is one slice, indexed. It takes canonical requests ([`meshc_request::Canonical`])
//! and gives a [`Permit`] (inbound) or a [`Forward`] (outbound, gateway), or a [`Denial`]. There is
//! no I/O and no clock in here: time and the random draw of a weighted choice are arguments.
//!
//! A permit can only be built by a decision:
//!
//! ```compile_fail
//! let permit = meshc_decide::Permit { operation: None, rule: None };
//! ```
//!
//! and so can a forward:
//!
//! ```compile_fail
//! let forward: meshc_decide::Forward = Default::default();
//! ```

mod denial;
mod ids;
mod outcome;
pub mod pattern;
mod peer;
mod reason;
mod tables;

pub use denial::{Denial, DenialKind};
pub use ids::{ClusterIx, DestinationIx, ListenerIx, OperationIx, RuleIx, UnixSeconds};
pub use outcome::{Forward, Outcome, Permit, Settings};
pub use peer::Peer;
pub use reason::{Nearest, Reason, ReasonPlace, Scene};
pub use tables::{LoadFault, Tables};
