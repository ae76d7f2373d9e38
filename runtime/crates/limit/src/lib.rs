//! Local rate limits: the generic cell rate algorithm (ITU-T I.371, annex A) per key, in a table of
//! fixed size that several threads share without locks.
//!
//! Nothing here reads a clock: `now` is an argument. Whoever calls says what a key stands for: the
//! caller's identity, a user's claim, or everybody.

mod decision;
mod key;
mod limit;
mod table;

pub use decision::{Charge, Decision, check};
pub use key::Key;
pub use limit::{Limit, LimitFault};
pub use table::Table;

/// Monotonic time in nanoseconds from any fixed start before the first request.
pub type Nanos = u64;

#[cfg(test)]
mod tests;
