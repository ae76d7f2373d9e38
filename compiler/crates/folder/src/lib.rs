//! Intent files of a folder or of a Git revision. Folders are walked and read on threads, links never
//! followed; a revision is read from the object store, without a checkout.
//!
//! Which paths of a repository are read is said here and nowhere else.

mod chosen;
mod content;
mod folder;
mod git;
mod names;
mod revision;
mod tree;
mod walk;

use std::convert::Infallible;
use std::iter;
use std::sync::Arc;

pub use content::{Bytes, Found};
pub use folder::{again, read};
pub use names::{is_intent, wanted};
pub use revision::Revision;

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the largest file.
    pub bytes: u64,
    /// Most files.
    pub files: usize,
}

/// A path inside the repository, with `/` between its parts, and what stands there.
pub type File<K> = (Arc<str>, Found<K>);

/// What a folder or a revision gives, sorted by path.
#[derive(Debug)]
pub struct Listing<K> {
    /// What was read.
    pub files: Vec<File<K>>,
    /// Paths that were not read, and why; a path may be anything but UTF-8.
    pub problems: Vec<(Vec<u8>, Reason)>,
}

/// The files that an earlier reading gave.
pub trait Known: Sync {
    /// What is said of a file that need not be read, or not be kept.
    type Fact: Send;

    /// Every path, sorted, and what is known of it.
    fn files(&self) -> impl Iterator<Item = (&str, Self::Fact)>;

    /// Whether a path is one of theirs.
    fn has(&self, path: &str) -> bool;

    /// What is known of a path, if these bytes are what stood there.
    fn same(&self, path: &str, content: &[u8]) -> Option<Self::Fact>;
}

/// Where nothing is known.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Known for Nothing {
    type Fact = Infallible;

    fn files(&self) -> impl Iterator<Item = (&str, Infallible)> {
        iter::empty()
    }

    fn has(&self, _: &str) -> bool {
        false
    }

    fn same(&self, _: &str, _: &[u8]) -> Option<Infallible> {
        None
    }
}

/// Why a path was not read.
#[derive(Debug)]
pub enum Reason {
    /// It is a symbolic link.
    Link,
    /// It is a pipe, a device, or a folder or submodule named like a file.
    NotRegular,
    /// Its name is not UTF-8, or holds what cannot be printed.
    Name,
    /// It has that many bytes, more than are read.
    TooLarge(u64),
    /// The system refused.
    System(std::io::Error),
}

/// Why a folder or revision as a whole was not read.
#[derive(Debug)]
pub enum Unreadable {
    /// The system refused to list the folder.
    System(std::io::Error),
    /// It holds more files than are read.
    TooMany,
    /// The program `git` is not installed.
    NoGit,
    /// Git refused; its last words, or ours.
    Git(String),
}
