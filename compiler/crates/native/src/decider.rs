use meshc_decide::{Tables, json};
use meshc_snapshot::read;
use meshc_snapshot::slice::Slice;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyDict;

/// The decision tables of one slice.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Decider {
    tables: Tables,
}

#[pymethods]
impl Decider {
    #[new]
    #[pyo3(signature = (slice, places, commit, callees = None))]
    fn new(
        slice: &[u8],
        places: Option<&[u8]>,
        commit: String,
        callees: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let refused = |why: String| PyValueError::new_err(why);
        let slice = whole(slice, callees)?;
        let places = places.map(read::places).transpose();
        let places = places.map_err(|why| refused(format!("places: {why}")))?;
        let tables = Tables::load(slice, places, commit).map_err(|why| refused(why.to_string()))?;
        Ok(Self { tables })
    }

    fn inbound(&self, request: &str) -> String {
        json::inbound_json(&self.tables, request)
    }

    fn outbound(&self, request: &str) -> String {
        json::outbound_json(&self.tables, request)
    }

    fn inbound_batch(&self, py: Python<'_>, requests: &str) -> String {
        py.detach(|| json::inbound_batch(&self.tables, requests))
    }

    fn outbound_batch(&self, py: Python<'_>, requests: &str) -> String {
        py.detach(|| json::outbound_batch(&self.tables, requests))
    }
}

/// Reads a slice; what it names is looked for among the callees by digest.
pub(crate) fn whole(slice: &[u8], callees: Option<&Bound<'_, PyDict>>) -> PyResult<Slice> {
    let slice = read::slice(slice, |name| {
        let found = callees?.get_item(name.to_string()).ok()??;
        found.extract::<PyBackedBytes>().ok()
    });
    slice.map_err(|why| PyValueError::new_err(why.to_string()))
}
