//! Endpoint pickers, passive health and retry budgets. Sans-I/O: every call takes the time.

mod budget;
mod health;
mod picker;

pub use budget::RetryBudget;
pub use health::{EjectionPolicy, Health, Outcome, record};
pub use picker::{EndpointState, Picker, RoundRobin};

/// Monotonic time in nanoseconds from any fixed start; only differences matter.
pub type Nanos = u64;
