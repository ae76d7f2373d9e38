//! Endpoint pickers, passive health and retry budgets. Sans-I/O: every call takes the time.
//!
//! All state belongs to one thread and one cluster; nothing is shared and nothing is allocated
//! after construction.

mod budget;
mod health;
mod picker;

pub use budget::RetryBudget;
pub use health::{EjectionPolicy, Health, Outcome, record};
pub use picker::{EndpointState, Picker, RoundRobin};

/// Monotonic time in nanoseconds from any fixed start; only differences matter. A time before one
/// already given counts as that one.
pub type Nanos = u64;

/// One second.
const SECOND: Nanos = 1_000_000_000;
