use std::sync::Arc;

use meshc_check::unit::Unit;
use meshc_check::{Declarer, Schema};

use crate::environment::Laid;
use crate::source::{Content, Said};

/// Threads that read; more gain nothing below thousands of files.
const THREADS: usize = 2;
/// Files below which one thread is faster than starting another.
const FEW: usize = 64;
/// Files after which a thread asks for room, and bytes it asks for.
const ROOM: (usize, usize) = (32, 120 * 1024);

/// A file and what it declares.
pub(crate) struct Loaded {
    pub(crate) path: Arc<str>,
    pub(crate) bytes: Content,
    pub(crate) holds: Holds,
}

/// What a file holds.
pub(crate) enum Holds {
    /// These documents.
    Documents(Box<Unit>),
    /// Something that a document names.
    Data,
    /// Workloads and policy tests that are known, and so is what it says by itself.
    Known(Said),
}

/// Reads and checks every file, through the Environment if there is one; files are sorted by path,
/// and so is the result, whatever the threads did.
pub(crate) fn load(
    mut files: Vec<(Arc<str>, Content)>,
    schema: &Schema,
    laid: Option<&Laid<'_>>,
) -> Vec<Loaded> {
    let each = |files: Vec<(Arc<str>, Content)>| {
        let mut declarer = Declarer::new(schema);
        let mut all = Vec::with_capacity(files.len());
        for (number, (path, bytes)) in (1..).zip(files) {
            if number % ROOM.0 == 0 {
                make_room();
            }
            all.push(next(path, bytes, &mut declarer, laid));
        }
        all
    };
    if files.len() < FEW {
        return each(files);
    }
    let behind = files.split_off(files.len() / THREADS);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| each(behind));
        let mut all = each(files);
        match other.join() {
            Ok(rest) => all.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        all
    })
}

/// Lets the heap of this thread grow by the room of many files at once. That of a second thread
/// grows by single pages otherwise (glibc, `grow_heap`), each a system call that holds up both.
fn make_room() {
    drop(core::hint::black_box(Vec::<u8>::with_capacity(ROOM.1)));
}

/// Reads and checks one file.
pub(crate) fn one(
    path: Arc<str>,
    bytes: Content,
    schema: &Schema,
    laid: Option<&Laid<'_>>,
) -> Loaded {
    next(path, bytes, &mut Declarer::new(schema), laid)
}

fn next(
    path: Arc<str>,
    bytes: Content,
    declarer: &mut Declarer<'_>,
    laid: Option<&Laid<'_>>,
) -> Loaded {
    let holds = match laid {
        _ if is_no_document(&path, &bytes) => Holds::Data,
        None => Holds::Documents(Box::new(declarer.declare(&bytes))),
        Some(laid) => Holds::Documents(Box::new(laid.declare(&path, &bytes, declarer))),
    };
    Loaded { path, bytes, holds }
}

/// Whether a file holds no documents, but something that one names.
pub(crate) fn is_no_document(path: &str, bytes: &[u8]) -> bool {
    is_named(path) || is_data(bytes)
}

/// Whether a file is no document but something that one names, keys of an issuer or certificates of
/// a federated trust domain, or the list of who owns which path.
pub(crate) fn is_named(path: &str) -> bool {
    path.ends_with(".json") || path.ends_with(".pem") || path.ends_with("CODEOWNERS")
}

/// Whether a YAML file is no document but a list that an intent names (`instances: {file: …}`): its
/// first line of content begins an item.
fn is_data(bytes: &[u8]) -> bool {
    let lines = bytes.split(|&byte| byte == b'\n');
    let mut content = lines.filter(|line| {
        let first = line.iter().find(|byte| !byte.is_ascii_whitespace());
        !matches!(first, None | Some(b'#'))
    });
    let Some(first) = content.next() else { return false };
    let item = first.starts_with(b"- ") || first.starts_with(b"-\r");
    // A list of documents is no such list, and says what is wrong with it.
    item && !first.starts_with(b"- apiVersion:") && !first.starts_with(b"- kind:")
}
