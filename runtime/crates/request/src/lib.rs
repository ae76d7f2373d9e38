//! The canonical request: one form, made once, before anything reads it.
//!
//! [`canonicalise`] takes what was received and gives the one form that policy, routing, logs and
//! the application see, or a [`BadRequest`]. The common case borrows from the input and allocates
//! nothing; only an odd path or host is written into a [`Scratch`]. The order of the steps is fixed
//! (language reference, section 4): percent-decode unreserved characters; refuse what has no single
//! meaning; upper-case the escapes that stay; merge slashes; resolve dots.

mod authority;
mod bytes;
mod canonical;
mod fields;
mod path;
mod query;
mod refusal;

pub use authority::Authority;
pub use bytes::is_token;
pub use canonical::{Canonical, Raw, Scratch, canonicalise};
pub use fields::{
    Fields, NoFields, is_single_valued, line_members, members, spelled_otherwise, trimmed,
};
pub use query::{decoded, is_decodable, pairs};
pub use refusal::{BadRequest, BadRequestKind};
