//! Files of an earlier run by their digests, so that a run need not keep what it knows already.

use std::sync::Arc;

use meshc_snapshot::Digest;
use rustc_hash::FxHashMap;

use crate::image::codec::{Reader, Stored, put_text};
use crate::source::Content;

/// A word that somebody looked for, and the files in whose content it stands, by their numbers.
pub type Holding = (Vec<u8>, Vec<usize>);

/// Paths and digests of files, and what was asked about their contents.
#[derive(Debug, Default)]
pub struct KnownFiles<'a> {
    digests: Vec<Digest>,
    by_path: FxHashMap<&'a str, usize>,
    words: Vec<Holding>,
}

impl<'a> KnownFiles<'a> {
    /// Files as bytes that a later run reads.
    #[must_use]
    pub fn image(files: &[(Arc<str>, Content)], words: &[Holding]) -> Vec<u8> {
        let mut out = Vec::new();
        files.len().put(&mut out);
        for (path, content) in files {
            put_text(path, &mut out);
            out.extend(content.digest().as_bytes());
        }
        words.len().put(&mut out);
        for (word, found) in words {
            word.put(&mut out);
            found.put(&mut out);
        }
        out
    }

    /// What such bytes say; nothing for others.
    #[must_use]
    pub fn of(image: &'a [u8]) -> Option<Self> {
        let mut from = Reader::new(image);
        let mut known = Self::default();
        for at in 0..usize::take(&mut from)? {
            known.by_path.insert(from.text()?, at);
            known.digests.push(Digest::from(<[u8; 32]>::try_from(from.bytes(32)?).ok()?));
        }
        known.words = Vec::take(&mut from)?;
        from.is_empty().then_some(known)
    }

    /// The number of a file and its digest, if it is known with that content.
    #[must_use]
    pub fn same(&self, path: &str, content: &[u8]) -> Option<(usize, Digest)> {
        let at = *self.by_path.get(path)?;
        let digest = *self.digests.get(at)?;
        (digest == Digest::of(content)).then_some((at, digest))
    }

    /// Every path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.by_path.keys().copied()
    }

    /// Whether a path is one of theirs.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// What was asked about the contents.
    #[must_use]
    pub fn words(&self) -> &[Holding] {
        &self.words
    }
}
