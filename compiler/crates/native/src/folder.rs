use std::ffi::OsStr;
use std::io::Error;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use meshc_folder::{Known, Limits, Reason, Unreadable, is_intent};
use meshc_link::KnownFiles;
use pyo3::exceptions::{PyOSError, PyOverflowError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::files::{Files, Given};
use crate::left::Left;

/// Files, and paths with reasons.
type Listed<'py> = (Files, Vec<(Bound<'py, PyBytes>, String)>);

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
    let root = Path::new(OsStr::from_bytes(path));
    let read = py.detach(|| {
        let known = known.as_deref().and_then(KnownFiles::of).unwrap_or_default();
        let same = |path: &str, content: &[u8]| known.same(path, content);
        let has = |path: &str| known.has(path);
        let count = known.paths().filter(|path| is_intent(path.as_bytes())).count();
        let asked = Some(Known { count, has: &has, same: &same });
        let listing = meshc_folder::read(root, Limits { bytes, files }, asked)?;
        Ok((Files::of_folder(listing.files, &known, Left::new(root, bytes)), listing.problems))
    });
    let (files, problems) = read.map_err(|fault| match fault {
        Unreadable::System(error) => PyOSError::new_err(words(&error)),
        Unreadable::TooMany => PyOverflowError::new_err("too many files"),
    })?;
    let problem = |(path, why): (Vec<u8>, _)| (PyBytes::new(py, &path), reason(&why, bytes));
    Ok((files, problems.into_iter().map(problem).collect()))
}

#[pyfunction]
pub(crate) fn wanted(path: &[u8]) -> bool {
    meshc_folder::wanted(path)
}

#[pyfunction]
pub(crate) fn may_be_named(path: &[u8]) -> bool {
    meshc_folder::may_be_named(path)
}

#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
pub(crate) fn named_by(files: Given, paths: Vec<PyBackedBytes>) -> Vec<usize> {
    let files: Vec<(&str, &[u8])> =
        files.0.iter().map(|(path, content)| (&**path, &**content)).collect();
    meshc_folder::named_by(&files, &paths)
}

fn reason(why: &Reason, most: u64) -> String {
    match why {
        Reason::Link => "it is a symbolic link, and links are never followed".into(),
        Reason::NotRegular => "it is not a regular file".into(),
        Reason::Name => "its name is not UTF-8".into(),
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
