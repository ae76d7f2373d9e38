use core::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use meshc_token::KeySet;

use crate::Url;

/// The folder of last good documents: one file for each URL, named by the URL's SHA-256. Its first
/// line says when the document was fetched and from where; the document follows as it came.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

/// A document as it was kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stored {
    pub(crate) document: Vec<u8>,
    /// When it was fetched, in seconds since 1970.
    pub(crate) fetched_at: i64,
}

/// Why a document is not on disk, or one there is not used. The operator's side; it is tried again
/// with the next good fetch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreFault {
    /// The folder or file cannot be read or written, for this reason.
    Io(PathBuf, String),
    /// The file is not one of ours for this URL.
    Form(PathBuf),
}

/// The most files that are kept.
const MAX_FILES: usize = 128;
/// The longest first line.
const MAX_LINE: usize = Url::MAX_BYTES + 32;
const EXTENSION: &str = "jwks";

impl Store {
    /// Opens the folder; makes it where it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreFault> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| fault(folder, &error))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The document of a URL; nothing when there is none.
    pub(crate) fn read(&self, url: &Url) -> Result<Option<Stored>, StoreFault> {
        let path = self.path(url);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|error| fault(&path, &error))?,
        };
        let mut bytes = Vec::new();
        let most = (MAX_LINE + KeySet::MAX_BYTES) as u64;
        file.take(most).read_to_end(&mut bytes).map_err(|error| fault(&path, &error))?;
        parse(&bytes, url).map(Some).ok_or(StoreFault::Form(path))
    }

    /// Keeps a document in the place of the one before, in one step.
    pub(crate) fn keep(&self, url: &Url, stored: &Stored) -> Result<(), StoreFault> {
        let path = self.path(url);
        let fresh = path.with_extension("new");
        let mut bytes = format!("{} {url}\n", stored.fetched_at).into_bytes();
        bytes.extend_from_slice(&stored.document);
        write(&fresh, &bytes).map_err(|error| fault(&fresh, &error))?;
        fs::rename(&fresh, &path).map_err(|error| fault(&path, &error))?;
        self.sweep().map_err(|error| fault(&self.folder, &error))
    }

    fn path(&self, url: &Url) -> PathBuf {
        let digest = digest(&SHA256, url.as_str().as_bytes());
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(hex).with_extension(EXTENSION)
    }

    /// Removes the oldest files beyond the bound.
    fn sweep(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                files.push((fs::metadata(&path)?.modified()?, path));
            }
        }
        files.sort_unstable();
        for (_, path) in files.iter().take(files.len().saturating_sub(MAX_FILES)) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

fn parse(bytes: &[u8], url: &Url) -> Option<Stored> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let line = str::from_utf8(bytes.get(..end)?).ok()?;
    let (fetched_at, of) = line.split_once(' ')?;
    let document = bytes.get(end..)?.strip_prefix(b"\n")?.to_vec();
    let fetched_at = fetched_at.parse().ok()?;
    (of == url.as_str()).then_some(Stored { document, fetched_at })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn fault(path: &Path, error: &io::Error) -> StoreFault {
    StoreFault::Io(path.to_owned(), error.to_string())
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, why) => write!(
                f,
                "`{}` cannot be read or written: {why} (up to the proxy's operator; tried again)",
                path.display()
            ),
            Self::Form(path) => write!(
                f,
                "`{}` is no key set that was kept here; the next good fetch replaces it",
                path.display()
            ),
        }
    }
}

impl core::error::Error for StoreFault {}
