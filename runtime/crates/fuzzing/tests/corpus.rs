//! Every input that a fuzzer found worth keeping, and every one that once broke a law, again.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Most bytes that an input may keep or use at one time, of tables and answers together; the same
/// as the fuzzer's `-malloc_limit_mb` in `docs/testing.md`.
const MOST_MEMORY: u64 = 64 << 20;

fn files(kind: &str, target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz").join(kind);
    let Ok(found) = fs::read_dir(folder.join(target)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = found.map(|one| one.unwrap().path()).collect();
    files.sort();
    files
}

/// Runs a target over its files; the name of the one that breaks a law is the last one printed.
/// `body` says whether an input came as far as the laws.
fn replay(target: &str, body: fn(&[u8]) -> bool) {
    let corpus = files("corpus", target);
    let (mut held, count) = (0, corpus.len());
    for file in corpus.into_iter().chain(files("crashes", target)) {
        eprintln!("{}", file.display());
        let input = fs::read(&file).unwrap();
        let used = allocation_counter::measure(|| held += usize::from(body(&input)));
        assert!(used.bytes_max < MOST_MEMORY, "{} bytes at once", used.bytes_max);
    }
    assert!(held >= 10 && held * 8 >= count, "the laws are held by {held} inputs of {count}");
}

#[test]
fn canonicaliser() {
    replay("canonicaliser", meshc_fuzzing::canonicaliser);
}

#[test]
fn loader() {
    replay("loader", meshc_fuzzing::loader);
}

#[test]
fn decision() {
    replay("decision", meshc_fuzzing::decision);
}

#[test]
fn reader() {
    replay("reader", meshc_fuzzing::reader);
}
