use std::ffi::OsStr;
use std::io::Error;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use meshc_folder::{Known, Limits, Reason, Unreadable};
use meshc_link::KnownFiles;
use meshc_snapshot::Digest;
use pyo3::exceptions::{PyFileNotFoundError, PyOSError, PyOverflowError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::files::Files;
use crate::left::Left;

/// Files, and paths with reasons.
type Listed<'py> = (Files, Vec<(Bound<'py, PyBytes>, String)>);

/// One commit of a repository.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Revision {
    revision: Arc<meshc_folder::Revision>,
}

/// Files of an earlier run.
pub(crate) struct Earlier<'a>(pub(crate) KnownFiles<'a>);

/// The number that a file had, and the digest of what it holds.
pub(crate) type Fact = (usize, Digest);

impl<'a> Earlier<'a> {
    fn of(image: Option<&'a [u8]>) -> Self {
        Self(image.and_then(KnownFiles::of).unwrap_or_default())
    }
}

impl Known for Earlier<'_> {
    type Fact = Fact;

    fn files(&self) -> impl Iterator<Item = (&str, Fact)> {
        let numbered = self.0.files().iter().enumerate();
        numbered.map(|(at, (path, digest))| (*path, (at, *digest)))
    }

    fn has(&self, path: &str) -> bool {
        self.0.has(path)
    }

    fn same(&self, path: &str, content: &[u8]) -> Option<Fact> {
        self.0.same(path, content)
    }
}

#[pymethods]
impl Revision {
    #[new]
    fn of(py: Python<'_>, path: &[u8], name: &[u8]) -> PyResult<Self> {
        let path = Path::new(OsStr::from_bytes(path));
        let revision = py.detach(|| meshc_folder::Revision::of(path, name)).map_err(raised)?;
        Ok(Self { revision: Arc::new(revision) })
    }

    #[getter]
    fn commit(&self) -> &str {
        self.revision.commit()
    }

    #[pyo3(signature = (bytes, files, known = None))]
    #[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
    fn read<'py>(
        &self,
        py: Python<'py>,
        bytes: u64,
        files: usize,
        known: Option<PyBackedBytes>,
    ) -> PyResult<Listed<'py>> {
        let limits = Limits { bytes, files };
        let again = Arc::clone(&self.revision);
        let left = Left::new(move |paths| again.again(paths, bytes));
        let read = py.detach(|| {
            let known = Earlier::of(known.as_deref());
            if let Some(files) = self.revision.read_since(known.0.tree(), limits, &known) {
                return Ok((Files::listed(files, &known, left), Vec::new()));
            }
            let known = Earlier::of(None);
            let listing = self.revision.read(limits)?;
            Ok((Files::listed(listing.files, &known, left), listing.problems))
        });
        let (read, problems) = read.map_err(raised)?;
        // What could not be read may be read another time.
        let tree = if problems.is_empty() { self.revision.tree() } else { "" };
        Ok((read.of_tree(tree), said(py, problems, bytes)))
    }
}

#[pyfunction]
#[pyo3(signature = (path, bytes, files, known = None))]
#[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
pub(crate) fn read_folder<'py>(
    py: Python<'py>,
    path: &[u8],
    bytes: u64,
    files: usize,
    known: Option<PyBackedBytes>,
) -> PyResult<Listed<'py>> {
    let root = Path::new(OsStr::from_bytes(path)).to_owned();
    let read = py.detach(|| {
        let known = Earlier::of(known.as_deref());
        let listing = meshc_folder::read(&root, Limits { bytes, files }, &known)?;
        let left = Left::new(move |paths| meshc_folder::again(&root, paths, bytes));
        Ok((Files::listed(listing.files, &known, left), listing.problems))
    });
    let (files, problems) = read.map_err(raised)?;
    Ok((files, said(py, problems, bytes)))
}

#[pyfunction]
pub(crate) fn wanted(path: &[u8]) -> bool {
    meshc_folder::wanted(path)
}

/// Problems as Python has them.
fn said(
    py: Python<'_>,
    problems: Vec<(Vec<u8>, Reason)>,
    most: u64,
) -> Vec<(Bound<'_, PyBytes>, String)> {
    let one = |(path, why): (Vec<u8>, _)| (PyBytes::new(py, &path), reason(&why, most));
    problems.into_iter().map(one).collect()
}

fn raised(fault: Unreadable) -> PyErr {
    match fault {
        Unreadable::System(error) => PyOSError::new_err(words(&error)),
        Unreadable::TooMany => PyOverflowError::new_err("too many files"),
        Unreadable::NoGit => PyFileNotFoundError::new_err("the program `git` is not installed"),
        Unreadable::Git(why) => PyOSError::new_err(why),
    }
}

fn reason(why: &Reason, most: u64) -> String {
    match why {
        Reason::Link => "it is a symbolic link, and links are never followed".into(),
        Reason::NotRegular => "it is not a regular file".into(),
        Reason::Name => "its name is not printable UTF-8".into(),
        Reason::TooLarge(size) => {
            format!("it has {size} bytes, more than the {most} that are read")
        }
        Reason::System(error) => words(error),
    }
}

/// Why the system refused, without its number.
fn words(error: &Error) -> String {
    let text = error.to_string().to_lowercase();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
