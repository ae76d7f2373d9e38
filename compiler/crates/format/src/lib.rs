//! One layout for intent files: same tree, same comments, keys in the order of the schema.

mod comments;

pub use comments::comments;
