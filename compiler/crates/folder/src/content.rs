use std::ffi::OsStr;
use std::io::Error;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use crate::names::printable;
use crate::{File, Reason};

/// The bytes of a file. They stand in a block with those of files read before and after it: one
/// allocation for a thousand files, and memory is touched once.
#[derive(Clone, Debug)]
pub struct Bytes {
    block: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self.block.get(self.range.clone()).unwrap_or_default()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self { block: Arc::new(bytes), range }
    }
}

/// What a file was found to hold.
#[derive(Clone, Debug)]
pub enum Found<K> {
    /// These bytes.
    Read(Bytes),
    /// What is known.
    Known(K),
}

impl<K> AsRef<[u8]> for Found<K> {
    /// The bytes; none of what is known.
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes.as_ref(),
            Self::Known(_) => &[],
        }
    }
}

/// Says of a path and what stands there what is known of it, if it need not be kept for that.
pub(crate) type Same<'a, K> = &'a (dyn Fn(&str, &[u8]) -> Option<K> + Sync);

/// Reads files of one folder after the other; knows the folder that it read from last, so that the
/// system looks up one name a file and not its whole path.
pub(crate) struct Reader<'a, K> {
    root: &'a Path,
    most: u64,
    known: Same<'a, K>,
    folder: Option<(String, OwnedFd)>,
    done: Vec<File<K>>,
    /// Where files are read into, one behind the other; all zero behind `filled`.
    block: Vec<u8>,
    filled: usize,
    /// Files of this block.
    waiting: Vec<(Arc<str>, Range<usize>)>,
}

/// Bytes of a block for many files; the system gives memory for those that are written.
pub(crate) const BLOCK: usize = 1024 * 1024;
/// Bytes of a block for one file; most have fewer.
pub(crate) const SINGLE: usize = 8 * 1024;

impl<'a, K> Reader<'a, K> {
    /// Reads below `root`, files of at most `most` bytes into blocks of at least `room`.
    pub(crate) fn new(root: &'a Path, most: u64, room: usize, known: Same<'a, K>) -> Self {
        let (done, waiting) = (Vec::new(), Vec::new());
        Self { root, most, known, folder: None, done, block: vec![0; room], filled: 0, waiting }
    }

    /// Reads one file; a link that took its place is none. A pipe that did is never waited for, and
    /// a device not read beyond what a file may have.
    pub(crate) fn read(&mut self, path: &[u8]) -> Result<(), Reason> {
        let name = printable(path).ok_or(Reason::Name)?;
        let file = self.open(name).map_err(Reason::System)?;
        let end = self.content(&file).map_err(Reason::System)?;
        let size = end.saturating_sub(self.filled) as u64;
        if size > self.most {
            return Err(Reason::TooLarge(self.size(&file, size)));
        }
        let content = self.block.get(self.filled..end).unwrap_or_default();
        if let Some(known) = (self.known)(name, content) {
            self.done.push((name.into(), Found::Known(known)));
        } else {
            self.waiting.push((name.into(), self.filled..end));
            self.filled = end;
        }
        Ok(())
    }

    /// What was read, in any order.
    pub(crate) fn finish(mut self) -> Vec<File<K>> {
        self.close(Vec::new());
        self.done
    }

    fn open(&mut self, name: &str) -> Result<OwnedFd, Error> {
        let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let at = match self.folder.take_if(|(known, _)| known == folder) {
            Some((_, at)) => at,
            None => self.enter(folder)?,
        };
        let file = rustix::fs::openat(&at, name, flags, Mode::empty());
        self.folder = Some((folder.to_owned(), at));
        Ok(file?)
    }

    fn enter(&self, folder: &str) -> Result<OwnedFd, Error> {
        let link = if folder.is_empty() { OFlags::empty() } else { OFlags::NOFOLLOW };
        let at = self.root.join(OsStr::from_bytes(folder.as_bytes()));
        Ok(rustix::fs::open(&at, OFlags::DIRECTORY | OFlags::CLOEXEC | link, Mode::empty())?)
    }

    /// Reads a file behind those of this block, or into a new one, and says where it ends. Of one
    /// with more than `most` bytes, so many that it shows.
    fn content(&mut self, file: &OwnedFd) -> Result<usize, Error> {
        let mut end = self.filled;
        loop {
            let rest = self.block.get_mut(end..).unwrap_or_default();
            let room = rest.len();
            let got = rustix::io::retry_on_intr(|| rustix::io::read(file, &mut *rest))?;
            end = end.saturating_add(got);
            let size = end.saturating_sub(self.filled);
            if (got == 0 && room > 0) || size as u64 > self.most {
                return Ok(end);
            }
            if got == room {
                self.turn(size);
                end = size;
            }
        }
    }

    /// Begins a new block with the first bytes of the file that is read, and room for more.
    fn turn(&mut self, size: usize) {
        let mut next = vec![0; self.block.len().max(size.saturating_mul(2))];
        let begun = self.block.get(self.filled..).unwrap_or_default();
        next.iter_mut().zip(begun).for_each(|(slot, byte)| *slot = *byte);
        self.close(next);
    }

    fn close(&mut self, next: Vec<u8>) {
        let block = Arc::new(core::mem::replace(&mut self.block, next));
        self.filled = 0;
        let bytes = |range| Found::Read(Bytes { block: Arc::clone(&block), range });
        self.done.extend(self.waiting.drain(..).map(|(name, range)| (name, bytes(range))));
    }

    /// Bytes of a file as the system knows them; at least what was read of it.
    fn size(&self, file: &OwnedFd, read: u64) -> u64 {
        let known = rustix::fs::fstat(file).ok().and_then(|one| u64::try_from(one.st_size).ok());
        known.unwrap_or_default().max(read)
    }
}
