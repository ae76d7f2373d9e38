use meshc_format::{Order, format};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

/// The layout of intent files.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Formatter {
    order: Order,
}

/// Why a text is left alone, first byte and byte behind the last.
type Left = (String, u32, u32);

#[pymethods]
impl Formatter {
    #[new]
    fn new(order: &[u8]) -> PyResult<Self> {
        let order = Order::parse(order).map_err(|fault| PyValueError::new_err(fault.message))?;
        Ok(Self { order })
    }

    fn format<'py>(&self, py: Python<'py>, text: &[u8]) -> (Bound<'py, PyBytes>, Option<Left>) {
        match py.detach(|| format(text, &self.order)) {
            Ok(made) => (PyBytes::new(py, made.as_bytes()), None),
            Err(left) => {
                let why = (left.message, left.span.start, left.span.end);
                (PyBytes::new(py, text), Some(why))
            }
        }
    }

    fn differing(&self, py: Python<'_>, files: Vec<(String, PyBackedBytes)>) -> Vec<String> {
        py.detach(|| {
            let differs = |bytes: &[u8]| {
                format(bytes, &self.order).is_ok_and(|made| made.as_bytes() != bytes)
            };
            files.into_iter().filter(|(_, bytes)| differs(bytes)).map(|(path, _)| path).collect()
        })
    }
}
