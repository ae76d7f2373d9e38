//! Document to Unit: the generated schema checked natively, rows kept where they are good.

mod claims;
mod confusable;
mod declare;
mod declarer;
mod environment;
mod external;
mod fields;
mod finding;
mod form;
mod habits;
mod intended;
mod invariant;
mod issuer;
mod json;
mod metadata;
mod moved;
mod platform;
mod quantity;
mod rows;
mod schema;
mod secret;
mod suggest;
mod unclear;
pub mod unit;
mod waiver;
mod walk;
mod wildcard;
mod words;

#[cfg(test)]
mod tests;

pub use declarer::{Declarer, declare, declare_instances, environments};
pub use finding::Finding;
pub use form::parted;
pub use issuer::{key_set, unusable};
pub use json::check_json;
pub use moved::Moved;
pub use quantity::{day, milliseconds};
pub use schema::{Schema, SchemaFault};
pub use secret::masked;
pub use suggest::{did_you_mean, nearest};
pub use walk::{Checked, check};
