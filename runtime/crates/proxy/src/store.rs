//! The state folder: the current snapshot, the identity, the greatest height.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// A state folder.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// The files of a snapshot as they came.
#[derive(Clone, Debug)]
pub struct Blobs {
    /// The signed manifest.
    pub envelope: Vec<u8>,
    /// Our slice.
    pub slice: Vec<u8>,
    /// Its places.
    pub places: Vec<u8>,
}

/// The files of an identity, PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The chain, leaf first.
    pub certificate: Vec<u8>,
    /// The leaf's key.
    pub key: Vec<u8>,
    /// The roots.
    pub bundle: Vec<u8>,
}

impl Store {
    /// Opens a state folder; makes it where it is not there.
    ///
    /// # Errors
    /// It cannot be made or written to.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root)?;
        let probe = root.join(".write");
        File::create(&probe)?;
        fs::remove_file(&probe)?;
        Ok(Self { root: root.to_owned() })
    }

    /// The snapshot enforced last; nothing when there is none.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn snapshot(&self) -> io::Result<Option<Blobs>> {
        let current = self.root.join("current");
        if !current.exists() {
            return Ok(None);
        }
        let read = |name| fs::read(current.join(name));
        let places = read("places.json");
        let places = match places {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            places => places?,
        };
        Ok(Some(Blobs { envelope: read("envelope.json")?, slice: read("slice.json")?, places }))
    }

    /// Makes a snapshot the current one: a new folder, then one rename of a link that names it.
    ///
    /// # Errors
    /// It could not be written; the one before is still there.
    pub fn keep(&self, blobs: &Blobs, height: u64) -> io::Result<()> {
        let name = format!("snapshot-{height}-{}", std::process::id());
        let folder = self.root.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        for (file, bytes) in [
            ("envelope.json", &blobs.envelope),
            ("slice.json", &blobs.slice),
            ("places.json", &blobs.places),
        ] {
            write(&folder.join(file), bytes)?;
        }
        let (current, link) = (self.root.join("current"), self.root.join(".current"));
        let before = fs::read_link(&current).ok();
        let _ = fs::remove_file(&link);
        symlink(&name, &link)?;
        if current.is_dir() && before.is_none() {
            // A folder that somebody put there by hand: a link cannot take its place in one step.
            fs::rename(&current, self.root.join(format!("{name}.before")))?;
        }
        fs::rename(&link, &current)?;
        File::open(&self.root)?.sync_all()?;
        if let Some(before) = before.filter(|before| before != Path::new(&name)) {
            // It only takes room.
            let _ = fs::remove_dir_all(self.root.join(before));
        }
        self.replace("height", height.to_string().as_bytes())
    }

    /// The greatest height ever enforced; 0 for none.
    #[must_use]
    pub fn height(&self) -> u64 {
        let text = fs::read_to_string(self.root.join("height")).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    }

    /// The identity; nothing when there is none.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn identity(&self) -> io::Result<Option<Identity>> {
        let folder = self.root.join("identity");
        if !folder.join("certificate.pem").exists() {
            return Ok(None);
        }
        let read = |name| fs::read(folder.join(name));
        let (certificate, key) = (read("certificate.pem")?, read("key.pem")?);
        Ok(Some(Identity { certificate, key, bundle: read("bundle.pem")? }))
    }

    /// Keeps an identity, readable by its owner only.
    ///
    /// # Errors
    /// It could not be written.
    pub fn keep_identity(&self, identity: &Identity) -> io::Result<()> {
        let folder = self.root.join("identity");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        // The certificate comes last: with it the identity counts as there.
        for (file, bytes) in [
            ("bundle.pem", &identity.bundle),
            ("key.pem", &identity.key),
            ("certificate.pem", &identity.certificate),
        ] {
            self.replace(&format!("identity/{file}"), bytes)?;
        }
        Ok(())
    }

    /// Replaces a file in one step.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let (path, fresh) = (self.root.join(name), self.root.join(format!("{name}.new")));
        write(&fresh, bytes)?;
        fs::rename(fresh, path)
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
