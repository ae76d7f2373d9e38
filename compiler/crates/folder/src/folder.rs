use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::chosen::chosen;
use crate::content::{BLOCK, Bytes, Found, Reader, SINGLE, Same};
use crate::names::{is_intent, may_be_named, names};
use crate::{Known, Limits, Listing, Nothing, Unreadable, walk};

/// Threads that read; a third gains nothing on the two cores of most runners.
const THREADS: usize = 2;
/// Files below which one thread is faster than starting another.
const FEW: usize = 64;

/// Reads every intent file of a folder, and the JSON, PEM and TOML files that they name. The bytes of
/// intents that are known, and that name no other file, are not kept, unless intents came or went:
/// then somebody will look at all of them.
///
/// # Errors
/// The folder cannot be listed, or holds too many files.
pub fn read<K: Known>(
    root: &Path,
    limits: Limits,
    known: &K,
) -> Result<Listing<K::Fact>, Unreadable> {
    let found = walk::walk(root).map_err(Unreadable::System)?;
    let none_may_be_named = !found.iter().any(|(path, _)| may_be_named(path));
    let unmoved = is_of(&found, known);
    let same = |path: &str, content: &[u8]| {
        let names_none = || none_may_be_named || !names(path.as_bytes(), content);
        let fact = if unmoved { known.same(path, content) } else { None };
        fact.filter(|_| is_intent(path.as_bytes()) && names_none())
    };
    let with = With { limits, known: &same };
    let taken = AtomicUsize::new(0);
    chosen(found, |found| take(root, found, &with, &taken))
}

/// Whether the intents found are those that are known.
fn is_of<K: Known>(found: &[walk::Found], known: &K) -> bool {
    let known_intents = known.files().filter(|(path, _)| is_intent(path.as_bytes())).count();
    let mut intents = found.iter().filter(|(path, _)| is_intent(path));
    let has = |path: &[u8]| core::str::from_utf8(path).is_ok_and(|path| known.has(path));
    intents.clone().count() == known_intents && intents.all(|(path, _)| has(path))
}

/// Reads files below a folder again, as [`read`] did; those that cannot be read are left out.
#[must_use]
pub fn again(root: &Path, paths: &[Arc<str>], most: u64) -> Vec<(Arc<str>, Bytes)> {
    let limits = Limits { bytes: most, files: usize::MAX };
    let known = |path: &str, content: &[u8]| Nothing.same(path, content);
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
