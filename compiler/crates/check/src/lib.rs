//! Document to Unit: the generated schema checked natively, rows kept where they are good.

mod finding;
mod schema;
mod suggest;
mod walk;
mod words;

pub use finding::Finding;
pub use schema::{Schema, SchemaFault};
pub use suggest::{did_you_mean, nearest};
pub use walk::{Checked, check};
