//! Whether our YAML reader and granit-parser, which reads the whole language, agree on a text.
//!
//! [`agree`] is the law: what our reader takes, granit-parser in its strict mode takes too, with the
//! same events at the same places; what ours refuses and granit-parser takes is refused for one of
//! the reasons of [`meshc_document::Problem::is_stricter`].

mod granit;
mod law;
mod mutate;

pub use granit::granit;
pub use law::{Verdict, agree, ours};
pub use mutate::Mutator;
