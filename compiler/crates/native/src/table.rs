use core::cmp::Ordering;
use std::sync::Arc;

use meshc_document::Span;
use meshc_link::Mesh;
use meshc_link::table::{Cell, Table as Linked};
use pyo3::exceptions::{PyIndexError, PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

use crate::finding::path;

/// Rows of one sort, in the order of names and writing.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Table {
    mesh: Arc<Mesh>,
    table: Linked,
}

/// What a condition of [`Table::matching`] asks of a cell.
enum Test {
    Equal,
    NotEqual,
    Below,
    AtMost,
    Above,
    AtLeast,
    Among,
}

impl Table {
    pub(crate) const fn of(mesh: Arc<Mesh>, table: Linked) -> Self {
        Self { mesh, table }
    }

    fn cells(&self, name: &str) -> PyResult<&[Cell]> {
        self.table.column(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    pub(crate) fn span(&self, row: usize) -> PyResult<(u32, Span)> {
        let found = self.table.places.get(row).copied();
        let (file, span) = found.ok_or_else(|| PyIndexError::new_err("no such row"))?;
        Ok(self.mesh.resolve(file, span))
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn columns(&self) -> Vec<&'static str> {
        self.table.names.clone()
    }

    fn __len__(&self) -> usize {
        self.table.len()
    }

    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.cells(name)?.iter().map(|cell| object(py, cell)).collect()
    }

    #[pyo3(signature = (**conditions))]
    fn matching(&self, conditions: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<usize>> {
        let mut rows: Vec<usize> = (0..self.table.len()).collect();
        for (key, value) in conditions.into_iter().flatten() {
            let key: String = key.extract()?;
            let (name, test) = condition(&key);
            let wanted = match test {
                Test::Among => {
                    let all = value.try_iter()?;
                    all.map(|one| cell(&one?)).collect::<PyResult<Vec<Cell>>>()?
                }
                _ => vec![cell(&value)?],
            };
            let cells = self.cells(name)?;
            rows.retain(|row| cells.get(*row).is_some_and(|one| test.holds(one, &wanted)));
        }
        Ok(rows)
    }

    fn place(&self, row: usize) -> PyResult<(String, u32, u32)> {
        let (file, span) = self.span(row)?;
        Ok((path(&self.mesh, file), span.start, span.end))
    }
}

impl Test {
    fn holds(&self, cell: &Cell, wanted: &[Cell]) -> bool {
        let equal = wanted.contains(cell);
        let order = || match (cell, wanted.first()) {
            (Cell::Number(one), Some(Cell::Number(other))) => Some(one.cmp(other)),
            (Cell::Text(one), Some(Cell::Text(other))) => Some(one.cmp(other)),
            _ => None,
        };
        match self {
            Self::Equal | Self::Among => equal,
            Self::NotEqual => !equal,
            Self::Below => order() == Some(Ordering::Less),
            Self::AtMost => order().is_some_and(Ordering::is_le),
            Self::Above => order() == Some(Ordering::Greater),
            Self::AtLeast => order().is_some_and(Ordering::is_ge),
        }
    }
}

/// A column name, and the test its ending means.
fn condition(key: &str) -> (&str, Test) {
    let tests = [
        ("__in", Test::Among),
        ("__ne", Test::NotEqual),
        ("__lt", Test::Below),
        ("__le", Test::AtMost),
        ("__gt", Test::Above),
        ("__ge", Test::AtLeast),
    ];
    let found = tests.into_iter().find_map(|(end, test)| Some((key.strip_suffix(end)?, test)));
    found.unwrap_or((key, Test::Equal))
}

fn object<'py>(py: Python<'py>, cell: &Cell) -> PyResult<Bound<'py, PyAny>> {
    Ok(match cell {
        Cell::Empty => py.None().into_bound(py),
        Cell::Text(text) => PyString::new(py, text).into_any(),
        Cell::Number(number) => number.into_pyobject(py)?.into_any(),
        Cell::Truth(truth) => PyBool::new(py, *truth).to_owned().into_any(),
    })
}

fn cell(value: &Bound<'_, PyAny>) -> PyResult<Cell> {
    if value.is_none() {
        Ok(Cell::Empty)
    } else if let Ok(truth) = value.extract::<bool>() {
        Ok(Cell::Truth(truth))
    } else if let Ok(number) = value.extract::<i64>() {
        Ok(Cell::Number(number))
    } else if let Ok(text) = value.extract::<String>() {
        Ok(Cell::Text(text))
    } else {
        Err(PyTypeError::new_err("a cell is None, bool, int or str"))
    }
}
