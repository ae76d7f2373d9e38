use meshc_decide::{Tables, json};
use meshc_snapshot::read;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The decision tables of one slice.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Decider {
    tables: Tables,
}

#[pymethods]
impl Decider {
    #[new]
    #[pyo3(signature = (slice, places, commit))]
    fn new(slice: &[u8], places: Option<&[u8]>, commit: String) -> PyResult<Self> {
        let refused = |why: String| PyValueError::new_err(why);
        let slice = read::slice(slice).map_err(|why| refused(why.to_string()))?;
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
