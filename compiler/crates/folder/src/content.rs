use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
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
    let content = read(file, status.len(), most).map_err(Reason::System)?;
    let size = content.len() as u64;
    if size > most { Err(Reason::TooLarge(size)) } else { Ok((name, content)) }
}

/// Reads a file that promised so many bytes, into a buffer of that size and not of the largest there
/// may be; it may have grown since. Gives more than `most` bytes only to show that there are more.
fn read(mut file: File, promised: u64, most: u64) -> Result<Vec<u8>, std::io::Error> {
    let room = usize::try_from(promised).unwrap_or(usize::MAX).saturating_add(1);
    let mut content = vec![0; room];
    let mut filled = 0_usize;
    loop {
        let got = file.read(content.get_mut(filled..).unwrap_or_default())?;
        filled = filled.saturating_add(got);
        // What stopped where it promised to needs no further call to say so.
        if got == 0 || filled as u64 == promised {
            break;
        }
        if filled == content.len() {
            if filled as u64 > most {
                break;
            }
            content.resize(filled.saturating_add(GROWTH), 0);
        }
    }
    content.truncate(filled);
    Ok(content)
}

/// Bytes read at a time behind what a file's size promised.
const GROWTH: usize = 4096;
