//! The state folder: the current snapshot and the one before, the identity, the greatest height.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};

use meshc_snapshot::{Digest, read};

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
    /// What it names, by digest.
    pub callees: BTreeMap<Digest, Vec<u8>>,
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
        let file = |name| fs::read(current.join(name));
        let places = file("places.json");
        let places = match places {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            places => places?,
        };
        let (envelope, slice) = (file("envelope.json")?, file("slice.json")?);
        // What is not there, or is not readable, is said where the snapshot is checked.
        let named = read::callees(&slice).unwrap_or_default();
        let callees = named.into_iter().filter_map(|name| Some((name, callee(&current, &name)?)));
        Ok(Some(Blobs { envelope, callees: callees.collect(), slice, places }))
    }

    /// A callee of the snapshots that are kept, if it is there and undamaged.
    #[must_use]
    pub fn callee(&self, name: &Digest) -> Option<Vec<u8>> {
        ["current", BEFORE].iter().find_map(|kept| {
            let found = callee(&self.root.join(kept), name)?;
            (Digest::of(&found) == *name).then_some(found)
        })
    }

    /// Makes a snapshot the current one: a new folder, then one rename of a link that names it. The
    /// one that was current is kept until the next; callees that both name are kept once.
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
        self.keep_callees(&folder, &blobs.callees)?;
        let current = self.root.join("current");
        let mut before = fs::read_link(&current).ok();
        if current.is_dir() && before.is_none() {
            // A folder that somebody put there by hand: a link cannot take its place in one step.
            let aside = format!("{name}.before");
            fs::rename(&current, self.root.join(&aside))?;
            before = Some(aside.into());
        }
        self.link("current", Path::new(&name))?;
        File::open(&self.root)?.sync_all()?;
        if let Some(before) = before.filter(|before| before != Path::new(&name)) {
            self.keep_before(&before, &name);
        }
        self.replace("height", height.to_string().as_bytes())
    }

    /// Keeps a snapshot as the one before `current`, and no older one. Nothing depends on it: what
    /// is not kept is fetched again, and what is kept too long only takes room.
    fn keep_before(&self, before: &Path, current: &str) {
        let older = fs::read_link(self.root.join(BEFORE)).ok();
        if self.link(BEFORE, before).is_ok()
            && let Some(older) = older
            && older != before
            && older != Path::new(current)
        {
            let _ = fs::remove_dir_all(self.root.join(older));
        }
    }

    /// Puts callees into the folder of a snapshot; one that is there already is there twice by name.
    fn keep_callees(&self, folder: &Path, callees: &BTreeMap<Digest, Vec<u8>>) -> io::Result<()> {
        let folder = folder.join(CALLEES);
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        for (name, bytes) in callees {
            let (name, kept) = (name.to_string(), self.root.join("current").join(CALLEES));
            let (kept, path) = (kept.join(&name), folder.join(&name));
            // A link to what was damaged would be one too.
            let sound = fs::read(&kept).is_ok_and(|found| found == *bytes);
            if !sound || fs::hard_link(kept, &path).is_err() {
                write(&path, bytes)?;
            }
        }
        File::open(&folder)?.sync_all()
    }

    /// Lets a link name a folder beside it, in one step.
    fn link(&self, name: &str, folder: &Path) -> io::Result<()> {
        let fresh = self.root.join(format!(".{name}"));
        let _ = fs::remove_file(&fresh);
        symlink(folder, &fresh)?;
        fs::rename(fresh, self.root.join(name))
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

/// The link to the snapshot that was current before.
const BEFORE: &str = "before";
/// The folder of callees in that of a snapshot.
const CALLEES: &str = "callees";

/// What the folder of a snapshot holds under the name of a callee; no longer than one may be.
fn callee(snapshot: &Path, name: &Digest) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let file = File::open(snapshot.join(CALLEES).join(name.to_string())).ok()?;
    file.take(read::MAX_BYTES as u64 + 1).read_to_end(&mut found).ok()?;
    Some(found)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
