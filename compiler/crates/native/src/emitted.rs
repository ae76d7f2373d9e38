use meshc_link::Mesh;
use meshc_snapshot::capability::Needs;
use meshc_snapshot::manifest::{Lineage, Named, manifest};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

/// What a mesh compiles to, held.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Emitted {
    /// `(workload, slice, places)`, sorted by workload.
    #[pyo3(get)]
    slices: Py<PyTuple>,
    /// What the slices name, by digest.
    #[pyo3(get)]
    callees: Py<PyDict>,
    /// What each slice asks of a runtime.
    needs: Vec<Needs>,
    trust_domain: String,
}

#[pymethods]
impl Emitted {
    fn manifest<'py>(
        &self,
        py: Python<'py>,
        commit: String,
        compiler: String,
        height: u64,
        parent: Option<String>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let slices: Vec<(String, Bound<'py, PyBytes>, Bound<'py, PyBytes>)> =
            self.slices.extract(py)?;
        let blobs: Vec<(&str, &[u8], &[u8])> = slices
            .iter()
            .map(|(workload, slice, places)| (&**workload, slice.as_bytes(), places.as_bytes()))
            .collect();
        let lineage = Lineage { commit, compiler, height, parent };
        let made = py.detach(|| {
            let blobs = blobs.iter().zip(&self.needs);
            let named = blobs.map(|((workload, slice, places), needs)| {
                Named::new(workload, slice, places, *needs)
            });
            manifest(&self.trust_domain, named.collect(), lineage)
        });
        Ok(PyBytes::new(py, &made.map_err(mistake)?))
    }
}

impl Emitted {
    /// Emits a mesh.
    pub(crate) fn of(py: Python<'_>, mesh: &Mesh) -> PyResult<Self> {
        let emitted = py.detach(|| meshc_emit::emit(mesh)).map_err(mistake)?;
        let callees = PyDict::new(py);
        let (mut slices, mut needs) = (Vec::new(), Vec::new());
        for one in emitted {
            let bytes = |blob: &[u8]| PyBytes::new(py, blob);
            if let Some((name, callee)) = one.callee {
                callees.set_item(name.to_string(), bytes(&callee))?;
            }
            slices.push((one.workload, bytes(&one.slice), bytes(&one.places)));
            needs.push(one.needs);
        }
        Ok(Self {
            slices: PyTuple::new(py, slices)?.unbind(),
            callees: callees.unbind(),
            needs,
            trust_domain: mesh.trust_domain.clone(),
        })
    }
}

/// A mistake of ours, as Python sees it.
pub(crate) fn mistake(why: serde_json::Error) -> PyErr {
    PyValueError::new_err(why.to_string())
}
