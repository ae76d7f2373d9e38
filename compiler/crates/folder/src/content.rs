use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::Reason;

/// Reads one regular file of at most so many bytes; a link, pipe or device that took its place is
/// none.
pub(crate) fn content(root: &Path, path: Vec<u8>, most: u64) -> Result<(String, Vec<u8>), Reason> {
    let name = String::from_utf8(path).map_err(|_| Reason::Name)?;
    // A pipe must not be waited for.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits();
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.cast_signed());
    let at = root.join(OsStr::from_bytes(name.as_bytes()));
    let file = options.open(at).map_err(Reason::System)?;
    let status = file.metadata().map_err(Reason::System)?;
    if !status.file_type().is_file() {
        return Err(Reason::NotRegular);
    }
    if status.len() > most {
        return Err(Reason::TooLarge(status.len()));
    }
    // A buffer of the file's size, not of the largest there may be; it may have grown since.
    let room = usize::try_from(status.len().saturating_add(1)).unwrap_or(0);
    let mut content = Vec::with_capacity(room);
    let mut rest = file.take(most.saturating_add(1));
    rest.read_to_end(&mut content).map_err(Reason::System)?;
    let size = content.len() as u64;
    if size > most { Err(Reason::TooLarge(size)) } else { Ok((name, content)) }
}
