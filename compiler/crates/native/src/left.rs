use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use meshc_folder::Bytes;
use meshc_link::Content;
use meshc_snapshot::Digest;

/// Files that were left unread, because what they hold was known.
pub(crate) struct Left {
    folder: Arc<Folder>,
    files: Vec<Arc<Unread>>,
}

/// Where they are.
struct Folder {
    root: PathBuf,
    /// Bytes of the largest file.
    most: u64,
    /// Those that held something else when they were read after all.
    lost: Mutex<Vec<Arc<str>>>,
}

/// One of them; read when somebody asks for what it holds.
struct Unread {
    path: Arc<str>,
    digest: Digest,
    folder: Arc<Folder>,
    /// What it holds; nothing if that is something else by now.
    bytes: OnceLock<Option<Bytes>>,
}

/// What one of them holds.
struct Held(Arc<Unread>);

impl Left {
    pub(crate) fn new(root: &Path, most: u64) -> Self {
        let folder = Folder { root: root.to_owned(), most, lost: Mutex::default() };
        Self { folder: Arc::new(folder), files: Vec::new() }
    }

    /// The content of one more file, by its digest.
    pub(crate) fn content(&mut self, path: &Arc<str>, digest: Digest) -> Content {
        let (path, folder) = (Arc::clone(path), Arc::clone(&self.folder));
        let file = Arc::new(Unread { path, digest, folder, bytes: OnceLock::new() });
        self.files.push(Arc::clone(&file));
        Content::known(Held(file), digest)
    }

    /// Reads all of them, for somebody who asks for one after the other.
    pub(crate) fn read(&self) {
        let left: Vec<&Arc<Unread>> =
            self.files.iter().filter(|one| one.bytes.get().is_none()).collect();
        let paths: Vec<Arc<str>> = left.iter().map(|one| Arc::clone(&one.path)).collect();
        let read = meshc_folder::again(&self.folder.root, &paths, self.folder.most);
        let mut read: HashMap<Arc<str>, Bytes> = read.into_iter().collect();
        for one in left {
            one.bytes.get_or_init(|| one.checked(read.remove(&one.path)));
        }
    }

    /// Paths of files that held something else when somebody asked for what they hold.
    pub(crate) fn lost(&self) -> Vec<String> {
        let lost = self.folder.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.iter().map(ToString::to_string).collect()
    }
}

impl Unread {
    fn bytes(&self) -> Option<&Bytes> {
        let read = || {
            let path = core::slice::from_ref(&self.path);
            let read = meshc_folder::again(&self.folder.root, path, self.folder.most);
            self.checked(read.into_iter().next().map(|(_, bytes)| bytes))
        };
        self.bytes.get_or_init(read).as_ref()
    }

    /// What was read, if it is what was there before.
    fn checked(&self, read: Option<Bytes>) -> Option<Bytes> {
        let found = read.filter(|bytes| Digest::of(bytes.as_ref()) == self.digest);
        if found.is_none() {
            let mut lost = self.folder.lost.lock().unwrap_or_else(PoisonError::into_inner);
            lost.push(Arc::clone(&self.path));
        }
        found
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.0.bytes().map_or(&[], AsRef::as_ref)
    }
}
