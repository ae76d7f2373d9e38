use std::sync::Arc;

use meshc_check::unit::Unit;
use meshc_check::{Schema, declare};

use crate::environment::Laid;
use crate::source::{Content, Said};

/// Threads that read; more gain nothing below thousands of files.
const THREADS: usize = 2;
/// Files below which one thread is faster than starting another.
const FEW: usize = 64;

/// A file and what it declares.
pub(crate) struct Loaded {
    pub(crate) path: Arc<str>,
    pub(crate) bytes: Content,
    /// Whether it holds documents, and not something that one names.
    pub(crate) document: bool,
    pub(crate) unit: Unit,
    /// What it says by itself, where that is known.
    pub(crate) said: Option<Said>,
}

/// Reads and checks every file, through the Environment if there is one; files are sorted by path,
/// and so is the result, whatever the threads did.
pub(crate) fn load(
    mut files: Vec<(Arc<str>, Content)>,
    schema: &Schema,
    laid: Option<&Laid<'_>>,
) -> Vec<Loaded> {
    let one = |(path, bytes)| one(path, bytes, schema, laid);
    if files.len() < FEW {
        return files.into_iter().map(one).collect();
    }
    let behind = files.split_off(files.len() / THREADS);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| behind.into_iter().map(one).collect::<Vec<_>>());
        let mut all: Vec<Loaded> = files.into_iter().map(one).collect();
        match other.join() {
            Ok(rest) => all.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        all
    })
}

/// Reads and checks one file.
pub(crate) fn one(
    path: Arc<str>,
    bytes: Content,
    schema: &Schema,
    laid: Option<&Laid<'_>>,
) -> Loaded {
    let document = !is_no_document(&path, &bytes);
    let unit = match laid {
        _ if !document => Unit::default(),
        None => declare(&bytes, schema),
        Some(laid) => laid.declare(&path, &bytes, schema),
    };
    Loaded { path, bytes, document, unit, said: None }
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
