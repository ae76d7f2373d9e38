//! The program `git`, asked about one repository.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::{Bytes, Unreadable};

/// A repository, and a process that gives objects of it once one is asked for.
pub(crate) struct Git {
    path: PathBuf,
    running: Option<Batch>,
}

/// An object of the store.
pub(crate) struct Object {
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
}

/// `git cat-file --batch`; it ends with the value.
struct Batch {
    child: Child,
    asked: ChildStdin,
    said: BufReader<ChildStdout>,
}

/// What it says of one name.
enum Answer {
    Given(Object),
    /// There is no such object.
    Missing,
}

/// Bytes of questions that surely fit into a pipe while nobody reads it (POSIX, `PIPE_BUF`).
const FITS: usize = 512;

impl Git {
    /// Asks the repository at a path, and no other.
    pub(crate) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), running: None }
    }

    /// What git says, called with these words.
    pub(crate) fn said<W: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = W>,
    ) -> Result<Vec<u8>, Unreadable> {
        let mut command = self.command();
        let done = command.args(words).stdin(Stdio::null()).output().map_err(not_started)?;
        if done.status.success() {
            return Ok(done.stdout);
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let last = said.trim().lines().last().unwrap_or("no such commit");
        Err(Unreadable::Git(
            last.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned(),
        ))
    }

    /// The object of a name, or nothing: there is none, or it has more than `most` bytes.
    pub(crate) fn object(&mut self, name: &[u8], most: u64) -> Result<Option<Object>, Unreadable> {
        Ok(self.objects(&[name], most)?.pop().flatten())
    }

    /// What the objects of these names hold, in their order; nothing of one that is not there, and
    /// of those behind one that has more than `most` bytes, with which git is stopped.
    pub(crate) fn contents<N: AsRef<[u8]> + Sync>(
        &mut self,
        names: &[N],
        most: u64,
    ) -> Result<Vec<Option<Bytes>>, Unreadable> {
        let found = self.objects(names, most)?.into_iter();
        Ok(found.map(|one| one.map(|one| Bytes::from(one.bytes))).collect())
    }

    fn objects<N: AsRef<[u8]> + Sync>(
        &mut self,
        names: &[N],
        most: u64,
    ) -> Result<Vec<Option<Object>>, Unreadable> {
        let mut batch = match self.running.take() {
            Some(batch) => batch,
            None => Batch::start(self.command()).map_err(not_started)?,
        };
        let (found, whole) = batch.ask(names, most);
        // One that was not read to its end gives no further answers.
        self.running = whole.then_some(batch);
        Ok(found)
    }

    /// Git without what would point it to another repository: a hook runs with `GIT_DIR` and its
    /// like set, but the repository meant is the one that is named.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.path).arg("--no-replace-objects");
        let names = std::env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name.as_encoded_bytes().starts_with(b"GIT_")) {
            command.env_remove(name);
        }
        command
    }
}

impl Batch {
    fn start(mut command: Command) -> io::Result<Self> {
        // What it complains about is an object that it does not give.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.args(["cat-file", "--batch"]).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (asked, said) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, asked, said: BufReader::with_capacity(1 << 16, said) })
    }

    /// An answer for each name, and whether all were given.
    fn ask<N: AsRef<[u8]> + Sync>(
        &mut self,
        names: &[N],
        most: u64,
    ) -> (Vec<Option<Object>>, bool) {
        let lines: Vec<u8> = names.iter().flat_map(|one| [one.as_ref(), b"\n"].concat()).collect();
        let Self { asked, said, .. } = self;
        let mut found = Vec::with_capacity(names.len());
        let mut read = || {
            let answers = names.iter().map_while(|_| answer(said, most).ok());
            found.extend(answers.map(|one| match one {
                Answer::Given(object) => Some(object),
                Answer::Missing => None,
            }));
        };
        let mut ask = || asked.write_all(&lines).and_then(|()| asked.flush()).is_ok();
        let written = if lines.len() <= FITS {
            let written = ask();
            read();
            written
        } else {
            // It waits until its answers are read, so both go on at once.
            std::thread::scope(|scope| {
                let asking = scope.spawn(ask);
                read();
                asking.join().unwrap_or_default()
            })
        };
        let whole = written && found.len() == names.len();
        found.resize_with(names.len(), || None);
        (found, whole)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one answer; an error where it has more than `most` bytes or is none.
fn answer(said: &mut impl BufRead, most: u64) -> io::Result<Answer> {
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut head = String::new();
    if said.read_line(&mut head)? == 0 {
        return Err(broken());
    }
    let words: Vec<&str> = head.trim_end_matches('\n').split(' ').collect();
    let &[id, _, size] = words.as_slice() else { return Ok(Answer::Missing) };
    let Ok(size) = size.parse::<u64>() else { return Ok(Answer::Missing) };
    if size > most {
        return Err(broken());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).map_err(|_| broken())?);
    let got = said.take(size).read_to_end(&mut bytes)? as u64;
    let mut end = [0];
    said.read_exact(&mut end)?;
    if got != size || end != *b"\n" {
        return Err(broken());
    }
    Ok(Answer::Given(Object { id: id.to_owned(), bytes }))
}

fn not_started(error: io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound => Unreadable::NoGit,
        _ => Unreadable::System(error),
    }
}
