//! Bytes of one YAML file to nodes with byte spans: bounded, never panics, one finding per mistake.
//!
//! [`read`] takes a file and gives every document it could read, and a [`Finding`] for everything
//! it could not. YAML 1.2, core schema; what intents have no use for (tags, merge keys, keys that
//! are collections, cyclic anchors) is refused at its place.

mod build;
mod comments;
mod decoded;
mod event;
mod explain;
mod finding;
mod graft;
mod keys;
mod limits;
mod lines;
mod read;
mod refusal;
mod scalar;
mod template;
mod tree;
mod word;
mod yaml;

#[cfg(test)]
mod tests;

pub use comments::{Comment, comments};
pub use event::{Event, Style, Tag};
pub use finding::{Code, Finding, Span};
pub use graft::Graft;
pub use limits::Limits;
pub use lines::LineIndex;
pub use read::{File, read};
pub use refusal::{Problem, Refusal};
pub use scalar::{CoreType, Trap, core_type, yaml11_trap};
pub use tree::{Entry, Kind, NodeId, Tree};
pub use word::Word;
pub use yaml::{Halt, Receiver, events};
