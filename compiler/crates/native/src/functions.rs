use meshc_check::Schema;
use meshc_decide::pattern::Pattern;
use meshc_document::{Limits, LineIndex};
use meshc_snapshot::{Digest, capability};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString};

#[pyfunction]
pub(crate) fn check_json(py: Python<'_>, yaml: &[u8], schema: &[u8]) -> PyResult<String> {
    let schema = Schema::parse(schema).map_err(|fault| PyValueError::new_err(fault.message))?;
    Ok(py.detach(|| meshc_check::check_json(yaml, &schema)))
}

#[pyfunction]
pub(crate) fn position(text: &[u8], byte: u32) -> (u32, u32) {
    LineIndex::new(text).position(byte)
}

#[pyfunction]
pub(crate) fn digest(data: &[u8]) -> String {
    Digest::of(data).to_string()
}

#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
pub(crate) fn content_digest(
    py: Python<'_>,
    said: Vec<PyBackedStr>,
    files: Vec<(PyBackedStr, PyBackedBytes)>,
) -> String {
    let digest = py.detach(|| {
        let count = said.len().to_le_bytes();
        let said = said.iter().map(|text| text.as_bytes());
        let contents = digests(&files);
        let files = files.iter().zip(&contents);
        let files = files.flat_map(|((path, _), content)| [path.as_bytes(), content.as_bytes()]);
        Digest::of_parts(core::iter::once(count.as_slice()).chain(said).chain(files))
    });
    digest.to_string()
}

/// Files below which one thread is faster than starting another.
const FEW: usize = 64;

/// Digests of the contents, in the order of the files; on two threads where there are many.
fn digests(files: &[(PyBackedStr, PyBackedBytes)]) -> Vec<Digest> {
    let each = |files: &[(PyBackedStr, PyBackedBytes)]| -> Vec<Digest> {
        files.iter().map(|(_, content)| Digest::of(content)).collect()
    };
    if files.len() < FEW {
        return each(files);
    }
    let (before, behind) = files.split_at(files.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| each(behind));
        let mut found = each(before);
        match other.join() {
            Ok(more) => found.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        found
    })
}

#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
pub(crate) fn holding(
    py: Python<'_>,
    files: Vec<(PyBackedStr, PyBackedBytes)>,
    words: Vec<PyBackedBytes>,
) -> Vec<Vec<usize>> {
    let holding = |word: &PyBackedBytes| {
        let finder = memchr::memmem::Finder::new(word);
        let numbered = files.iter().enumerate();
        let found = numbered.filter(|(_, (_, content))| finder.find(content).is_some());
        found.map(|(at, _)| at).collect()
    };
    py.detach(|| words.iter().map(holding).collect())
}

#[pyfunction]
pub(crate) fn canonical_json<'py>(py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let value: serde_json::Value =
        serde_json::from_slice(data).map_err(|why| PyValueError::new_err(why.to_string()))?;
    let bytes = meshc_snapshot::canonical(&value);
    bytes
        .map(|bytes| PyBytes::new(py, &bytes))
        .map_err(|why| PyValueError::new_err(why.to_string()))
}

#[pyfunction]
pub(crate) fn from_json<'py>(py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let value = serde_json::from_slice(data).map_err(|why| PyValueError::new_err(why.to_string()));
    python_of(py, &value?)
}

fn python_of<'py>(py: Python<'py>, value: &serde_json::Value) -> PyResult<Bound<'py, PyAny>> {
    use serde_json::Value;
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(one) => PyBool::new(py, *one).to_owned().into_any(),
        Value::Number(one) => match one.as_i64() {
            Some(whole) => PyInt::new(py, whole).into_any(),
            None => PyFloat::new(py, one.as_f64().unwrap_or(f64::NAN)).into_any(),
        },
        Value::String(one) => PyString::new(py, one).into_any(),
        Value::Array(items) => {
            let items = items.iter().map(|one| python_of(py, one));
            PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
        Value::Object(entries) => {
            let made = PyDict::new(py);
            for (key, one) in entries {
                made.set_item(key, python_of(py, one)?)?;
            }
            made.into_any()
        }
    })
}

#[pyfunction]
pub(crate) fn check_pattern(pattern: &str) -> Option<(usize, &'static str, &'static str)> {
    Pattern::parse(pattern).err().map(|fault| (fault.at, fault.message, fault.help))
}

#[pyfunction]
pub(crate) fn needs(slice: &[u8]) -> PyResult<Vec<&'static str>> {
    let slice = meshc_snapshot::read::slice(slice);
    Ok(capability::needs(&slice.map_err(|why| PyValueError::new_err(why.to_string()))?))
}

#[pyfunction]
pub(crate) fn missing_capability(wanted: Vec<String>) -> Option<String> {
    capability::missing(wanted.iter().map(String::as_str)).map(str::to_owned)
}

#[pyfunction]
pub(crate) fn defaults() -> Vec<(&'static str, &'static str, &'static str)> {
    meshc_link::defaults::TABLE.iter().map(|one| (one.field, one.value, one.reason)).collect()
}

#[pyfunction]
pub(crate) fn comments(py: Python<'_>, text: &[u8], mark: &str) -> Vec<(u32, u32, u32, u32)> {
    let found = py.detach(|| {
        let file = meshc_document::read(text, &Limits::DEFAULT);
        meshc_document::comments(text, &file.trees, mark)
    });
    found.iter().map(|one| (one.span.start, one.span.end, one.about.start, one.about.end)).collect()
}

#[pyfunction]
pub(crate) fn namespace_of(path: &str, folders: Vec<(String, String)>) -> Option<String> {
    meshc_link::namespace_of(path, &folders).map(str::to_owned)
}

#[pyfunction]
pub(crate) fn masked(line: &str) -> String {
    meshc_check::masked(line)
}
