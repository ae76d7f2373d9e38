use core::hash::Hasher as _;
use core::ops::Range;
use std::borrow::Cow;
use std::fs::File;
use std::io::Error;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use meshc_link::{Bodies, Content, Image as Linked};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use rustc_hash::FxHasher;
use rustix::fs::{Mode, OFlags};

/// What a mesh was kept as.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Image {
    image: Linked,
}

/// An image as it is asked for: kept in a file, or as bytes.
#[derive(FromPyObject)]
pub(crate) enum Kept<'py> {
    File(Bound<'py, Image>),
    Bytes(PyBackedBytes),
}

impl Kept<'_> {
    pub(crate) fn image(&self) -> Option<Linked> {
        match self {
            Self::File(one) => Some(one.get().image.clone()),
            Self::Bytes(bytes) => Linked::of(bytes),
        }
    }
}

#[pymethods]
impl Image {
    /// The image in a file, if it holds one; the check value of the file without its last `end`
    /// bytes; and those.
    #[staticmethod]
    fn open<'py>(
        py: Python<'py>,
        path: PathBuf,
        end: usize,
        most: u64,
    ) -> PyResult<(Option<Self>, u64, Bound<'py, PyBytes>)> {
        let (image, checksum, end) = py.detach(|| open(&path, end, most))?;
        Ok((image.map(|image| Self { image }), checksum, PyBytes::new(py, &end)))
    }
}

/// Bytes that are read at a time, and that a check value is computed of.
const BLOCK: usize = 64 * 1024;

#[pyfunction]
pub(crate) fn checksum(data: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    data.chunks(BLOCK).for_each(|block| hasher.write(block));
    hasher.finish()
}

/// Bodies that are read when somebody asks for them.
#[derive(Debug)]
struct InFile {
    file: File,
    length: u64,
}

impl Bodies for InFile {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        let length = range.end.min(self.length).checked_sub(range.start)?;
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.file.read_exact_at(&mut bytes, range.start).ok()?;
        Some(bytes.into())
    }
}

/// The image in a file, its check value and what stands behind it. All of it is read, and only the
/// head is kept.
fn open(path: &Path, end: usize, most: u64) -> Result<(Option<Linked>, u64, Vec<u8>), Error> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let size = file.metadata()?.len().min(most);
    let (mut sealed, mut length) = (vec![0; end], [0; Linked::LENGTH]);
    let all = size.saturating_sub(end as u64);
    let Some(both) = all.checked_sub(Linked::LENGTH as u64) else { return Ok((None, 0, sealed)) };
    file.read_exact_at(&mut sealed, all)?;
    file.read_exact_at(&mut length, both)?;
    let length = u64::from_le_bytes(length);
    let (mut head, mut hasher) = (Vec::new(), FxHasher::default());
    let (mut block, mut at) = (vec![0; BLOCK], 0);
    while at < all {
        block.truncate(usize::try_from(all - at).unwrap_or(BLOCK));
        file.read_exact_at(&mut block, at)?;
        hasher.write(&block);
        let behind = usize::try_from(length.saturating_sub(at)).unwrap_or(BLOCK);
        head.extend_from_slice(block.get(behind..).unwrap_or_default());
        at = at.saturating_add(block.len() as u64);
    }
    let head = head.len().checked_sub(Linked::LENGTH).map(|length| {
        head.truncate(length);
        Content::new(head)
    });
    let image = head.map(|head| Linked::new(head, InFile { file, length }));
    Ok((image, hasher.finish(), sealed))
}
