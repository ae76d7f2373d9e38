//! The public keys of token issuers: JWK sets (RFC 7517) fetched over https, off the path of
//! requests, checked, and kept on disk so that a restart without the issuer keeps working.
//!
//! What is fetched is named by those who write intents; where a fetch may go is bounded by those
//! who run the proxy. Every address is checked where the connection is made to it, no redirect is
//! followed, and certificates are always verified. There is no key to fall back on: an issuer whose
//! keys were never had, or grew too old, has none. One thread does all of it; what is due when is a
//! pure function of a `now` handed in.

mod address;
mod answer;
mod board;
mod fault;
mod fetch;
mod keys;
mod resolve;
mod roots;
mod schedule;
mod state;
mod store;
mod stream;

pub use board::WatchFault;
pub use fault::{Blame, FetchFault, KeysFault};
pub use fetch::{FetchSettings, Fetcher};
pub use keys::{Current, Keys};
/// Where keys are fetched from; the compiler reads URLs by the same code.
pub use meshc_token::{KeyUrl as Url, KeyUrlFault as UrlFault};
pub use roots::{Roots, RootsFault};
pub use schedule::MAX_AGE_BEYOND_REFRESH;
pub use state::KeyState;
pub use store::StoreFault;

#[cfg(test)]
mod bed;
#[cfg(test)]
mod tests;
