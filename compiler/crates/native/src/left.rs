use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use meshc_folder::Bytes;
use meshc_link::Content;
use meshc_snapshot::Digest;

/// Files that were left unread, because what they hold was known.
pub(crate) struct Left {
    place: Arc<Place>,
    files: Vec<Arc<Unread>>,
}

/// Where they are.
struct Place {
    again: Box<Again>,
    /// Those that held something else when they were read after all.
    lost: Mutex<Vec<Arc<str>>>,
}

/// Reads files once more; those that cannot be read are left out.
type Again = dyn Fn(&[Arc<str>]) -> Vec<(Arc<str>, Bytes)> + Send + Sync;

/// One of them; read when somebody asks for what it holds.
struct Unread {
    path: Arc<str>,
    digest: Digest,
    place: Arc<Place>,
    /// What it holds; nothing if that is something else by now.
    bytes: OnceLock<Option<Bytes>>,
}

/// What one of them holds.
struct Held(Arc<Unread>);

impl Left {
    /// None so far; `again` will read them if somebody asks.
    pub(crate) fn new(
        again: impl Fn(&[Arc<str>]) -> Vec<(Arc<str>, Bytes)> + Send + Sync + 'static,
    ) -> Self {
        let place = Place { again: Box::new(again), lost: Mutex::default() };
        Self { place: Arc::new(place), files: Vec::new() }
    }

    /// The content of one more file, by its digest.
    pub(crate) fn content(&mut self, path: &Arc<str>, digest: Digest) -> Content {
        let (path, place) = (Arc::clone(path), Arc::clone(&self.place));
        let file = Arc::new(Unread { path, digest, place, bytes: OnceLock::new() });
        self.files.push(Arc::clone(&file));
        Content::known(Held(file), digest)
    }

    /// Reads all of them, for somebody who asks for one after the other.
    pub(crate) fn read(&self) {
        let left: Vec<&Arc<Unread>> =
            self.files.iter().filter(|one| one.bytes.get().is_none()).collect();
        let paths: Vec<Arc<str>> = left.iter().map(|one| Arc::clone(&one.path)).collect();
        let read = (self.place.again)(&paths);
        let mut read: HashMap<Arc<str>, Bytes> = read.into_iter().collect();
        for one in left {
            one.bytes.get_or_init(|| one.checked(read.remove(&one.path)));
        }
    }

    /// Paths of files that held something else when somebody asked for what they hold.
    pub(crate) fn lost(&self) -> Vec<String> {
        let lost = self.place.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.iter().map(ToString::to_string).collect()
    }
}

impl Unread {
    fn bytes(&self) -> Option<&Bytes> {
        let read = || {
            let read = (self.place.again)(core::slice::from_ref(&self.path));
            self.checked(read.into_iter().next().map(|(_, bytes)| bytes))
        };
        self.bytes.get_or_init(read).as_ref()
    }

    /// What was read, if it is what was there before.
    fn checked(&self, read: Option<Bytes>) -> Option<Bytes> {
        let found = read.filter(|bytes| Digest::of(bytes.as_ref()) == self.digest);
        if found.is_none() {
            let mut lost = self.place.lost.lock().unwrap_or_else(PoisonError::into_inner);
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
