//! Sets of texts as deterministic automata.
//!
//! A regular expression becomes a table of states: matching costs one look-up a byte and allocates
//! nothing, and questions about sets (do two overlap, is one within the other) are answered exactly,
//! with an example. What would not fit a budget is refused with the part that is to blame.

mod automaton;
mod fault;
mod product;
mod syntax;

pub use automaton::{Automaton, Union};
pub use fault::RegexFault;
pub use product::{Found, Side, common};
pub use syntax::escape;
