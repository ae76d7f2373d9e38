//! `emitting FOLDER [ROUNDS]`: what it costs to emit and hash every slice of a folder, apart from
//! reading, checking and linking it. Emitting alone hashes the callees, which slices name.
//!
//! CPU is user and system time of all threads in milliseconds, the smallest of some rounds, which
//! others on the machine lengthen least. `python bench/corpus.py FOLDER 10000` writes a folder. With 0
//! rounds it emits once, on one thread and without hashing; for counting instructions:
//! `valgrind --tool=callgrind --toggle-collect='emitting::once' emitting FOLDER 0`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "an example for the terminal")]

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use meshc_check::Schema;
use meshc_emit::{Blobs, each};
use meshc_link::{Content, Mesh};
use meshc_snapshot::manifest::{Lineage, manifest};
use meshc_snapshot::{Digest, read};
use rustix::time::{ClockId, Timespec, clock_gettime};

const SCHEMA: &[u8] = include_bytes!("../../../meshc/schema/generated.json");
const LIMITS: meshc_folder::Limits = meshc_folder::Limits { bytes: 1 << 20, files: 1 << 20 };

fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().expect("a folder");
    let rounds = words.next().map_or(7, |rounds| rounds.parse().expect("a number"));
    let schema = Schema::parse(SCHEMA).expect("the generated schema");
    let listing = meshc_folder::read(Path::new(&folder), LIMITS, &meshc_folder::Nothing);
    let files = listing.map_err(|_| "unreadable").expect("a folder of intents").files;
    let files = files.into_iter().map(|(path, bytes)| (path, Content::new(bytes))).collect();
    let mesh = Mesh::read(files, &schema, &[]);

    if rounds == 0 {
        println!("{} B", once(&mesh));
        return;
    }
    let emitted = meshc_emit::emit(&mesh).expect("canonical");
    let bytes = |part: fn(&meshc_emit::Emitted) -> usize| emitted.iter().map(part).sum::<usize>();
    let (slices, places) = (bytes(|one| one.slice.len()), bytes(|one| one.places.len()));
    let callees = bytes(|one| one.callee.as_ref().map_or(0, |(_, callee)| callee.len()));
    let count = emitted.len();
    println!("{count} workloads, slices {slices} B, places {places} B, callees {callees} B");

    measure("emit and hold", rounds, || meshc_emit::emit(&mesh).expect("canonical").len());
    for threads in [1, meshc_emit::THREADS] {
        measure(&format!("emit, {threads} threads"), rounds, || each(&mesh, threads, length));
        let title = format!("emit and hash, {threads} threads");
        measure(&title, rounds, || each(&mesh, threads, |blobs| blobs.named()));
    }
    let lineage =
        || Lineage { commit: "worktree".into(), compiler: String::new(), height: 1, parent: None };
    measure("with the manifest", rounds, || {
        let named = each(&mesh, meshc_emit::THREADS, |blobs| blobs.named()).expect("canonical");
        manifest(&mesh.trust_domain, named, lineage())
    });
    measure("hash, one thread", rounds, || {
        let callees = emitted.iter().flat_map(|one| &one.callee).map(|(_, callee)| hash(callee));
        let blobs = emitted.iter().map(|one| hash(&one.slice) ^ hash(&one.places));
        blobs.chain(callees).fold(0, |a, b| a ^ b)
    });
    let callees: HashMap<_, _> =
        emitted.iter().filter_map(|one| one.callee.as_ref()).cloned().collect();
    measure("read whole, one thread", rounds, || {
        let read = |slice: &[u8]| read::slice(slice, |name| callees.get(name));
        emitted.iter().filter(|one| read(&one.slice).is_ok()).count()
    });
}

#[inline(never)]
fn once(mesh: &Mesh) -> usize {
    each(mesh, 1, length).expect("canonical").iter().sum()
}

fn length(blobs: &Blobs<'_>) -> usize {
    blobs.slice.len() + blobs.places.len()
}

fn hash(bytes: &[u8]) -> usize {
    usize::from(Digest::of(bytes).as_bytes()[0])
}

/// Prints the smallest times of some rounds, and what the last one allocated on this thread.
fn measure<T>(what: &str, rounds: usize, mut round: impl FnMut() -> T) {
    let mut times = Vec::new();
    let mut allocated = 0;
    for _ in 0..rounds {
        let (wall, cpu) = (Instant::now(), used());
        let counted = allocation_counter::measure(|| {
            std::hint::black_box(round());
        });
        times.push((used() - cpu, wall.elapsed().as_secs_f64() * 1e3));
        allocated = counted.count_total;
    }
    let least = |part: fn(&(f64, f64)) -> f64| times.iter().map(part).fold(f64::MAX, f64::min);
    let (cpu, wall) = (least(|one| one.0), least(|one| one.1));
    println!(
        "{what:28} CPU {cpu:6.1} ms, wall {wall:6.1} ms, {allocated} allocations on this thread"
    );
}

/// Milliseconds that this process has had on processors.
fn used() -> f64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ProcessCPUTime);
    tv_sec as f64 * 1e3 + tv_nsec as f64 / 1e6
}
