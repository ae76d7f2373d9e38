use meshc_check::Schema;
use meshc_decide::pattern::Pattern;
use meshc_document::{Limits, LineIndex};
use meshc_snapshot::{Digest, capability, read};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::decider::whole;

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
pub(crate) fn to_json<'py>(
    py: Python<'py>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let text = json_of(value)?.to_string();
    Ok(PyBytes::new(py, text.as_bytes()))
}

fn json_of(value: &Bound<'_, PyAny>) -> PyResult<serde_json::Value> {
    use serde_json::Value;
    if value.is_none() {
        Ok(Value::Null)
    } else if let Ok(one) = value.cast::<PyBool>() {
        Ok(one.is_true().into())
    } else if let Ok(one) = value.cast::<PyInt>() {
        Ok(one.extract::<i64>()?.into())
    } else if let Ok(one) = value.cast::<PyString>() {
        Ok(one.to_str()?.into())
    } else if let Ok(items) = value.cast::<PyList>() {
        items.iter().map(|one| json_of(&one)).collect()
    } else {
        Err(PyTypeError::new_err(format!("no JSON: {}", value.get_type())))
    }
}

#[pyfunction]
pub(crate) fn check_pattern(pattern: &str) -> Option<(usize, &'static str, &'static str)> {
    Pattern::parse(pattern).err().map(|fault| (fault.at, fault.message, fault.help))
}

#[pyfunction]
#[pyo3(signature = (slice, callees = None))]
pub(crate) fn needs(
    slice: &[u8],
    callees: Option<&Bound<'_, PyDict>>,
) -> PyResult<Vec<&'static str>> {
    Ok(capability::needs(&whole(slice, callees)?))
}

#[pyfunction]
pub(crate) fn callees(slice: &[u8]) -> PyResult<Vec<String>> {
    let named = read::callees(slice);
    let named = named.map_err(|why| PyValueError::new_err(why.to_string()))?;
    Ok(named.iter().map(Digest::to_string).collect())
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
