//! `reading FOLDER [ROUNDS [events|read]]`: how fast the YAML files of a folder are read, in MB/s of
//! one thread; the best of some rounds. `valgrind --tool=callgrind` around one round of a small
//! folder counts instructions.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "an example for the terminal")]

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use meshc_document::{Event, Limits, Receiver, Span, events, read};

/// Counts events.
struct Counter(u64);

impl<'a> Receiver<'a> for Counter {
    type Stop = Infallible;

    fn take(&mut self, _: Event<'a>, _: Span) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }
}

fn load(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            load(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            texts.push(std::fs::read_to_string(path).expect("text"));
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

/// Best time of a round, and what the rounds give.
fn best<T>(rounds: u32, mut round: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let start = used();
        let made = round();
        (used() - start, made)
    };
    let mut best = timed();
    for _ in 1..rounds {
        let next = timed();
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

fn count_events(texts: &[String]) -> u64 {
    let mut counter = Counter(0);
    for text in texts {
        let _ = events(text, 0..text.len(), &mut counter);
    }
    counter.0
}

fn count_nodes(texts: &[String]) -> u64 {
    let nodes = |text: &String| {
        let trees = read(text.as_bytes(), &Limits::DEFAULT).trees;
        trees.iter().map(|tree| tree.len() as u64).sum::<u64>()
    };
    texts.iter().map(nodes).sum()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(7);
    let mut texts = Vec::new();
    load(folder.as_ref(), &mut texts);
    let bytes: usize = texts.iter().map(String::len).sum();
    let show = |name: &str, time: Duration, made: u64| {
        let speed = bytes as f64 / time.as_secs_f64() / 1e6;
        let each = time.as_secs_f64() * 1e6 / texts.len() as f64;
        println!("{name:7} {speed:6.1} MB/s {each:6.2} µs a file, {made} in all");
    };
    println!("{} files, {bytes} bytes", texts.len());
    let wanted = arguments.next();
    let wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    if wanted("events") {
        let (time, made) = best(rounds, || count_events(&texts));
        show("events", time, made);
    }
    if wanted("read") {
        let (time, made) = best(rounds, || count_nodes(&texts));
        show("read", time, made);
    }
}
