//! What a folder costs before anybody looks at a byte of it: processor time of one thread for listing
//! it, and for opening, reading and closing every file, beside what `meshc_folder::read` takes.
//!
//! `cargo run --release -p meshc-folder --example floor -- FOLDER [RUNS]`; the smallest of the runs.

#![expect(clippy::print_stdout, reason = "an example for the terminal")]

use std::error::Error;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use meshc_folder::Limits;
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let root = PathBuf::from(words.next().ok_or("which folder?")?);
    let runs: usize = words.next().map_or(Ok(7), |text| text.parse())?;
    let files = listed(&root)?;
    println!("{} files, smallest of {runs} runs, CPU in milliseconds", files.len());
    show("list", runs, || listed(&root).map(drop))?;
    show("look up (stat)", runs, || {
        each(&files, |file| rustix::fs::statat(CWD, file, AtFlags::SYMLINK_NOFOLLOW).map(drop))
    })?;
    show("open and close", runs, || each(&files, |file| open(file).map(drop)))?;
    let mut block = vec![0; 16 << 20];
    show("open, read, close", runs, || {
        each(&files, |file| rustix::io::read(open(file)?, &mut block[..]).map(drop))
    })?;
    show("meshc_folder::read", runs, || {
        let limits = Limits { bytes: 16 << 20, files: usize::MAX };
        meshc_folder::read(&root, limits, &meshc_folder::Nothing)
            .map(drop)
            .map_err(|_| "unreadable".into())
    })
}

fn open(file: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(file, OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

fn each(
    files: &[PathBuf],
    mut act: impl FnMut(&Path) -> rustix::io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    files.iter().try_for_each(|file| act(file)).map_err(Into::into)
}

/// Every YAML file, a folder after the other.
fn listed(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let (mut waiting, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else if entry.path().extension().is_some_and(|end| end == "yaml") {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

fn show(
    what: &str,
    runs: usize,
    mut act: impl FnMut() -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut least = f64::INFINITY;
    for _ in 0..runs {
        let begin = clock_gettime(ClockId::ProcessCPUTime);
        act()?;
        let end = clock_gettime(ClockId::ProcessCPUTime);
        let taken =
            (end.tv_sec - begin.tv_sec) as f64 * 1e3 + (end.tv_nsec - begin.tv_nsec) as f64 / 1e6;
        least = least.min(taken);
    }
    println!("{what:<20} {least:6.1}");
    Ok(())
}
