//! Files of an earlier run by their digests, so that a run need not keep what it knows already.

use std::sync::{Arc, OnceLock};

use meshc_snapshot::Digest;
use rustc_hash::FxHashMap;

use crate::image::codec::{Reader, Stored, put_text};
use crate::source::Content;

/// A word that somebody looked for, and the files in whose content it stands, by their numbers.
pub type Holding = (Vec<u8>, Vec<usize>);

/// Paths and digests of files, and what was asked about their contents.
#[derive(Debug, Default)]
pub struct KnownFiles<'a> {
    tree: &'a str,
    /// Sorted by path.
    files: Vec<(&'a str, Digest)>,
    /// Their numbers; who asks for few files asks for many, or for none.
    by_path: OnceLock<FxHashMap<&'a str, usize>>,
    asked: Vec<Holding>,
}

impl<'a> KnownFiles<'a> {
    /// Files, sorted by path, as bytes that a later run reads.
    ///
    /// `tree` is Git's name of a tree that holds these and no others that would be read; empty where
    /// there is none.
    #[must_use]
    pub fn image(tree: &str, files: &[(Arc<str>, Content)], asked: &[Holding]) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(tree, &mut out);
        files.len().put(&mut out);
        for (path, content) in files {
            put_text(path, &mut out);
            out.extend(content.digest().as_bytes());
        }
        asked.len().put(&mut out);
        for (word, found) in asked {
            word.put(&mut out);
            found.put(&mut out);
        }
        out
    }

    /// What such bytes say; nothing for others.
    #[must_use]
    pub fn of(image: &'a [u8]) -> Option<Self> {
        let mut from = Reader::new(image);
        let tree = from.text()?;
        let count = from.count()?;
        let mut files = Vec::with_capacity(count);
        for _ in 0..count {
            let path = from.text()?;
            files.push((path, Digest::from(<[u8; 32]>::try_from(from.bytes(32)?).ok()?)));
        }
        let asked = Vec::take(&mut from)?;
        let is_sorted = files.is_sorted_by(|one, other| one.0 < other.0);
        (from.is_empty() && is_sorted).then(|| Self { tree, files, asked, ..Self::default() })
    }

    /// Git's name of the tree that holds these files; empty where none is known.
    #[must_use]
    pub const fn tree(&self) -> &str {
        self.tree
    }

    /// The number of a file and its digest, if it is known with that content.
    #[must_use]
    pub fn same(&self, path: &str, content: &[u8]) -> Option<(usize, Digest)> {
        let at = self.find(path)?;
        let (_, digest) = *self.files.get(at)?;
        (digest == Digest::of(content)).then_some((at, digest))
    }

    /// Every path with its digest, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[(&'a str, Digest)] {
        &self.files
    }

    /// Whether a path is one of theirs.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// What was asked about the contents.
    #[must_use]
    pub fn asked(&self) -> &[Holding] {
        &self.asked
    }

    fn find(&self, path: &str) -> Option<usize> {
        let numbered = || self.files.iter().map(|(path, _)| *path).zip(0..).collect();
        self.by_path.get_or_init(numbered).get(path).copied()
    }
}
