use std::ffi::OsStr;
use std::io::Error;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};

use crate::Reason;

/// Reads files of one folder after the other; knows the folder that it read from last, so that the
/// system looks up one name a file and not its whole path.
pub(crate) struct Reader<'a> {
    root: &'a Path,
    most: u64,
    folder: Option<(String, OwnedFd)>,
    /// Holds a file while it is read; what is kept of it has its size.
    buffer: Vec<u8>,
}

/// Bytes that most files fit into.
const ROOM: usize = 64 * 1024;
/// Bytes read at a time behind what a file's size promised.
const GROWTH: usize = 4096;

impl<'a> Reader<'a> {
    /// Reads below `root`, files of at most so many bytes.
    pub(crate) fn new(root: &'a Path, most: u64) -> Self {
        Self { root, most, folder: None, buffer: vec![0; ROOM] }
    }

    /// Reads one regular file; a link, pipe or device that took its place is none.
    pub(crate) fn content(&mut self, path: Vec<u8>) -> Result<(String, Vec<u8>), Reason> {
        let name = String::from_utf8(path).map_err(|_| Reason::Name)?;
        let file = self.open(&name).map_err(Reason::System)?;
        let status = rustix::fs::fstat(&file).map_err(|why| Reason::System(why.into()))?;
        if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
            return Err(Reason::NotRegular);
        }
        let size = u64::try_from(status.st_size).unwrap_or_default();
        if size > self.most {
            return Err(Reason::TooLarge(size));
        }
        let content = self.read(&file, size).map_err(Reason::System)?.to_vec();
        let size = content.len() as u64;
        if size > self.most { Err(Reason::TooLarge(size)) } else { Ok((name, content)) }
    }

    fn open(&mut self, name: &str) -> Result<OwnedFd, Error> {
        let (folder, name) = name.rsplit_once('/').unwrap_or(("", name));
        // A pipe must not be waited for.
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

    /// Reads a file that promised so many bytes, into a buffer of that size and not of the largest
    /// there may be; it may have grown since. Gives more than `most` bytes only to show that there
    /// are more.
    fn read(&mut self, file: &OwnedFd, promised: u64) -> Result<&[u8], Error> {
        let room = usize::try_from(promised).unwrap_or(usize::MAX).saturating_add(1);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        let mut filled = 0_usize;
        loop {
            let rest = self.buffer.get_mut(filled..).unwrap_or_default();
            let got = rustix::io::retry_on_intr(|| rustix::io::read(file, &mut *rest))?;
            filled = filled.saturating_add(got);
            // What stopped where it promised to needs no further call to say so.
            if got == 0 || filled as u64 == promised {
                break;
            }
            if filled == self.buffer.len() {
                if filled as u64 > self.most {
                    break;
                }
                self.buffer.resize(filled.saturating_add(GROWTH), 0);
            }
        }
        Ok(self.buffer.get(..filled).unwrap_or_default())
    }
}
