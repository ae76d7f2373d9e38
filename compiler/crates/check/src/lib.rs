//! Document to Unit: the generated schema checked natively, rows kept where they are good.

mod claims;
mod declare;
mod external;
mod finding;
mod habits;
mod intended;
mod invariant;
mod issuer;
mod json;
mod platform;
mod quantity;
mod rows;
mod schema;
mod suggest;
pub mod unit;
mod waiver;
mod walk;
mod words;

#[cfg(test)]
mod tests;

pub use declare::{declare, declare_instances};
pub use finding::Finding;
pub use issuer::{key_set, unusable};
pub use json::check_json;
pub use quantity::{day, milliseconds};
pub use schema::{Schema, SchemaFault};
pub use suggest::{did_you_mean, nearest};
pub use walk::{Checked, check};
