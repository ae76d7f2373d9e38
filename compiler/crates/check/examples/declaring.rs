//! `declaring SCHEMA FOLDER [ROUNDS]`: what it costs one thread to read and check the YAML files of
//! a folder: time of the best round, allocations, and bytes that the units keep. `perf stat -e
//! instructions:u` around few rounds counts instructions.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "an example for the terminal")]

use std::path::Path;
use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use meshc_check::{Schema, declare};
use meshc_document::{Limits, read};

fn load(folder: &Path, files: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            load(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(std::fs::read(path).expect("a file"));
        }
    }
}

/// Time that this thread has had on a processor, which others on the machine do not lengthen; Linux
/// tells it.
fn used() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = stat.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// Time of the best round in milliseconds, and the allocations of the last one.
fn best<T>(rounds: u32, round: impl Fn() -> T) -> (f64, AllocationInfo) {
    let mut best = Duration::MAX;
    let mut counted = AllocationInfo::default();
    for _ in 0..rounds {
        let mut made = None;
        let start = used();
        counted = measure(|| made = Some(round()));
        best = best.min(used() - start);
    }
    (best.as_secs_f64() * 1e3, counted)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let schema = std::fs::read(arguments.next().expect("a schema")).expect("a schema");
    let folder = arguments.next().expect("a folder");
    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(7);
    let mut files = Vec::new();
    load(folder.as_ref(), &mut files);
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!("{} files, {bytes} bytes", files.len());
    let show = |name: &str, (time, counted): (f64, AllocationInfo)| {
        let (all, kept) = (counted.count_total, counted.bytes_current / 1024);
        println!("{name:8} {time:7.2} ms, {all} allocations, {kept} KiB kept");
    };
    show("schema", best(rounds, || Schema::parse(&schema).expect("a schema")));
    let schema = Schema::parse(&schema).expect("a schema");
    show("read", best(rounds, || files.iter().for_each(|one| drop(read(one, &Limits::DEFAULT)))));
    let declared = || files.iter().map(|one| declare(one, &schema)).collect::<Vec<_>>();
    show("declare", best(rounds, declared));
}
