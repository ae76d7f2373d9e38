use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use meshc_folder::Bytes;
use meshc_link::Content;
use meshc_snapshot::Digest;

/// A folder in which files were left unread, because what they hold was known.
#[derive(Debug)]
pub(crate) struct Left {
    root: PathBuf,
    /// Bytes of the largest file.
    most: u64,
    /// Those that hold something else by now.
    lost: Mutex<Vec<Arc<str>>>,
}

/// A file in it; read when somebody asks for what it holds.
struct Unread {
    path: Arc<str>,
    digest: Digest,
    folder: Arc<Left>,
    bytes: OnceLock<Option<Bytes>>,
}

impl Left {
    pub(crate) fn new(root: &Path, most: u64) -> Self {
        Self { root: root.to_owned(), most, lost: Mutex::default() }
    }

    /// The content of a file, by its digest.
    pub(crate) fn content(self: &Arc<Self>, path: &Arc<str>, digest: Digest) -> Content {
        let (path, folder) = (Arc::clone(path), Arc::clone(self));
        Content::known(Unread { path, digest, folder, bytes: OnceLock::new() }, digest)
    }

    /// Paths of files that held something else when somebody asked for what they hold.
    pub(crate) fn lost(&self) -> Vec<String> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.iter().map(ToString::to_string).collect()
    }

    fn read(&self, path: &Arc<str>, digest: &Digest) -> Option<Bytes> {
        let bytes = meshc_folder::again(&self.root, path, self.most);
        let found = bytes.filter(|bytes| Digest::of(bytes.as_ref()) == *digest);
        if found.is_none() {
            self.lost.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(path));
        }
        found
    }
}

impl AsRef<[u8]> for Unread {
    /// What it holds; nothing if that is something else by now.
    fn as_ref(&self) -> &[u8] {
        let bytes = self.bytes.get_or_init(|| self.folder.read(&self.path, &self.digest));
        bytes.as_ref().map_or(&[], AsRef::as_ref)
    }
}
