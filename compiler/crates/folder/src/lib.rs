//! A folder of intent files: walked and read on threads, links never followed.
//!
//! Which paths of a repository are read is said here and nowhere else; whoever reads a Git revision
//! asks the same functions.

mod content;
mod names;
mod walk;

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use content::{Bytes, Found};
pub use names::{is_intent, may_be_named, named_by, wanted};

use content::{BLOCK, Reader, SINGLE};

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the largest file.
    pub bytes: u64,
    /// Most files.
    pub files: usize,
}

/// A path inside the folder, with `/` between its parts, and what stands there.
pub type File<K> = (Arc<str>, Found<K>);

/// What a folder gives, sorted by path.
#[derive(Debug)]
pub struct Listing<K> {
    /// What was read.
    pub files: Vec<File<K>>,
    /// Paths that were not read, and why; a path may be anything but UTF-8.
    pub problems: Vec<(Vec<u8>, Reason)>,
}

/// Says of a path and what stands there what is known of it, if it need not be kept for that.
pub type Same<'a, K> = &'a (dyn Fn(&str, &[u8]) -> Option<K> + Sync);

/// What is known of a folder's intents.
#[derive(Clone, Copy)]
pub struct Known<'a, K> {
    /// How many there are.
    pub count: usize,
    /// Whether a path is one of theirs.
    pub has: &'a dyn Fn(&str) -> bool,
    /// What is known of their contents.
    pub same: Same<'a, K>,
}

/// Why a path was not read.
#[derive(Debug)]
pub enum Reason {
    /// It is a symbolic link.
    Link,
    /// It is a pipe, a device or a folder named like a file.
    NotRegular,
    /// Its name is not UTF-8.
    Name,
    /// It has that many bytes, more than are read.
    TooLarge(u64),
    /// The system refused.
    System(std::io::Error),
}

/// Why a folder as a whole was not read.
#[derive(Debug)]
pub enum Unreadable {
    /// The system refused to list it.
    System(std::io::Error),
    /// It holds more files than are read.
    TooMany,
}

/// Threads that read; a third gains nothing on the two cores of most runners.
const THREADS: usize = 2;
/// Files below which one thread is faster than starting another.
const FEW: usize = 64;

/// Reads every intent file of a folder, and the JSON, PEM and TOML files that they name. The bytes of
/// intents that `known` knows, and that name no other file, are not kept, unless intents came or went:
/// then somebody will look at all of them.
///
/// # Errors
/// The folder cannot be listed, or holds too many files.
pub fn read<K: Send>(
    root: &Path,
    limits: Limits,
    known: Option<Known<'_, K>>,
) -> Result<Listing<K>, Unreadable> {
    let found = walk::walk(root).map_err(Unreadable::System)?;
    let (mut named, plain): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(path, _)| may_be_named(path));
    let none_is_named = named.is_empty();
    let same = known.filter(|known| is_of(&plain, known)).map(|known| known.same);
    let known = |path: &str, content: &[u8]| {
        let names_none = || none_is_named || !names::names(path.as_bytes(), content);
        same?(path, content).filter(|_| is_intent(path.as_bytes()) && names_none())
    };
    let with = With { limits, known: &known };
    let taken = AtomicUsize::new(0);
    let mut listing = take(root, plain, &with, &taken)?;
    let mut seen = 0;
    // What is named may name further files.
    while seen < listing.files.len() && !named.is_empty() {
        let new = listing.files.get(seen..).unwrap_or_default();
        let paths: Vec<&[u8]> = named.iter().map(|(path, _)| path.as_slice()).collect();
        let mut chosen = named_by(new, &paths);
        seen = listing.files.len();
        let mut next = Vec::new();
        while let Some(at) = chosen.pop() {
            next.push(named.swap_remove(at));
        }
        let more = take(root, next, &with, &taken)?;
        listing.files.extend(more.files);
        listing.problems.extend(more.problems);
    }
    // Long runs of them are sorted, for the walk went by names.
    listing.files.sort_by(|a, b| a.0.cmp(&b.0));
    listing.problems.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(listing)
}

/// Whether the intents found are those that are known.
fn is_of<K>(found: &[walk::Found], known: &Known<'_, K>) -> bool {
    let mut intents = found.iter().filter(|(path, _)| is_intent(path));
    let has = |path: &[u8]| core::str::from_utf8(path).is_ok_and(known.has);
    intents.clone().count() == known.count && intents.all(|(path, _)| has(path))
}

/// Reads files below a folder again, as [`read`] did; those that cannot be read are left out.
#[must_use]
pub fn again(root: &Path, paths: &[Arc<str>], most: u64) -> Vec<(Arc<str>, Bytes)> {
    let limits = Limits { bytes: most, files: usize::MAX };
    let known = |_: &str, _: &[u8]| None::<Infallible>;
    let found = paths.iter().map(|path| (path.as_bytes().to_vec(), None)).collect();
    let read = take(root, found, &With { limits, known: &known }, &AtomicUsize::new(0));
    let files = read.map(|listing| listing.files).unwrap_or_default().into_iter();
    let bytes = files.map(|(path, found)| match found {
        Found::Read(bytes) => (path, bytes),
        Found::Known(never) => match never {},
    });
    bytes.collect()
}

/// What files are read with.
struct With<'a, K> {
    limits: Limits,
    known: Same<'a, K>,
}

/// Reads what was found, on two threads where there is much.
fn take<K: Send>(
    root: &Path,
    mut found: Vec<walk::Found>,
    with: &With<'_, K>,
    taken: &AtomicUsize,
) -> Result<Listing<K>, Unreadable> {
    if found.len() < FEW {
        return some(root, found, with, taken);
    }
    let behind = found.split_off(found.len() / THREADS);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| some(root, behind, with, taken));
        let mut listing = some(root, found, with, taken)?;
        let rest = match other.join() {
            Ok(rest) => rest?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        listing.files.extend(rest.files);
        listing.problems.extend(rest.problems);
        Ok(listing)
    })
}

fn some<K>(
    root: &Path,
    found: Vec<walk::Found>,
    with: &With<'_, K>,
    taken: &AtomicUsize,
) -> Result<Listing<K>, Unreadable> {
    let room = if found.len() < FEW { SINGLE } else { BLOCK };
    let mut reader = Reader::new(root, with.limits.bytes, room, with.known);
    let mut problems = Vec::new();
    for (path, reason) in found {
        let read = reason.map_or_else(|| reader.read(&path), Err);
        match read {
            Ok(()) if taken.fetch_add(1, Ordering::Relaxed) >= with.limits.files => {
                return Err(Unreadable::TooMany);
            }
            Ok(()) => {}
            Err(reason) => problems.push((path, reason)),
        }
    }
    Ok(Listing { files: reader.finish(), problems })
}
