use std::sync::Arc;

use meshc_document::Span;
use meshc_link::table::{self, Against, Cell, Condition, Symbol, Test};
use meshc_link::{Mesh, WorkloadIx};
use pyo3::exceptions::{PyIndexError, PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

use crate::finding::path;

/// Rows of one sort, in the order of names and writing.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Table {
    mesh: Arc<Mesh>,
    name: &'static str,
}

/// Another column of the same table, as what a cell is held against.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Column {
    name: String,
}

/// What the end of a condition's name asks.
const TESTS: [(&str, Test); 9] = [
    ("__in", Test::Among),
    ("__ne", Test::NotEqual),
    ("__lt", Test::Below),
    ("__le", Test::AtMost),
    ("__gt", Test::Above),
    ("__ge", Test::AtLeast),
    ("__startswith", Test::StartsWith),
    ("__endswith", Test::EndsWith),
    ("__contains", Test::Contains),
];

impl Table {
    pub(crate) fn of(mesh: Arc<Mesh>, name: &str) -> PyResult<Self> {
        let table = mesh.table(name).map(|table| table.name());
        let name = table.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        Ok(Self { mesh, name })
    }

    fn table(&self) -> PyResult<table::Table<'_>> {
        self.mesh.table(self.name).ok_or_else(|| PyKeyError::new_err(self.name))
    }

    fn named(&self, name: &str) -> PyResult<&table::Column> {
        let column = self.table()?.column(name);
        column.ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    pub(crate) fn span(&self, row: usize) -> PyResult<(u32, Span)> {
        let found = self.table()?.place(row);
        let (file, span) = found.ok_or_else(|| PyIndexError::new_err("no such row"))?;
        Ok(self.mesh.resolve(file, span))
    }

    fn objects<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        rows: impl Iterator<Item = usize>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let rows: Vec<usize> = rows.collect();
        let cells = self.table()?.cells(name, &rows).map_err(PyKeyError::new_err)?;
        cells.iter().map(|cell| object(py, cell)).collect()
    }

    /// What grouping found, as a mapping from each value to its number.
    fn mapping<'py>(
        &self,
        py: Python<'py>,
        by: &str,
        found: Result<Vec<(usize, i64)>, String>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let found = found.map_err(PyKeyError::new_err)?;
        let keys = self.objects(py, by, found.iter().map(|(row, _)| *row))?;
        let mapping = PyDict::new(py);
        for (key, (_, number)) in keys.into_iter().zip(found) {
            mapping.set_item(key, number)?;
        }
        Ok(mapping)
    }

    fn all_or(&self, rows: Option<Vec<usize>>) -> PyResult<Vec<usize>> {
        Ok(rows.unwrap_or((0..self.table()?.len()).collect()))
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn columns(&self) -> PyResult<Vec<&'static str>> {
        Ok(self.table()?.names())
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.table()?.len())
    }

    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let column = self.named(name)?;
        let table = self.table()?;
        let names = table.cell_names();
        let none = || py.None().into_bound(py);
        Ok(match column {
            table::Column::Workloads(all) => {
                let mut made = Made::new(py, names.workloads());
                let one = |ix: &WorkloadIx| made.text(ix.index(), names.id(*ix)?);
                all.iter().map(one).map(|one| one.unwrap_or_else(none)).collect()
            }
            table::Column::Texts(all) | table::Column::Lists(all) => {
                let mut made = Made::new(py, names.texts());
                let one = |symbol: &Symbol| made.text(symbol.index(), names.text(*symbol)?);
                all.iter().map(one).map(|one| one.unwrap_or_else(none)).collect()
            }
            table::Column::Numbers(_) | table::Column::Truths(_) => {
                let cells = (0..table.len()).map(|row| object(py, &column.cell(row, &names)));
                cells.collect::<PyResult<_>>()?
            }
        })
    }

    fn values<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        rows: Vec<usize>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let length = self.table()?.len();
        if rows.iter().any(|row| *row >= length) {
            return Err(PyIndexError::new_err("no such row"));
        }
        self.objects(py, name, rows.into_iter())
    }

    #[pyo3(signature = (**conditions))]
    fn matching(&self, conditions: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<usize>> {
        let mut keys: Vec<(String, Bound<'_, PyAny>)> = Vec::new();
        for (key, value) in conditions.into_iter().flatten() {
            keys.push((key.extract()?, value));
        }
        let asked = keys.iter().map(|(key, value)| condition(key, value));
        let asked = asked.collect::<PyResult<Vec<_>>>()?;
        self.table()?.matching(&asked).map_err(PyKeyError::new_err)
    }

    #[pyo3(signature = (by, rows = None))]
    fn counts<'py>(
        &self,
        py: Python<'py>,
        by: &str,
        rows: Option<Vec<usize>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let rows = self.all_or(rows)?;
        self.mapping(py, by, self.table()?.counts(by, rows.into_iter()))
    }

    #[pyo3(signature = (by, of, rows = None))]
    fn sums<'py>(
        &self,
        py: Python<'py>,
        by: &str,
        of: &str,
        rows: Option<Vec<usize>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let rows = self.all_or(rows)?;
        self.mapping(py, by, self.table()?.sums(by, of, rows.into_iter()))
    }

    #[pyo3(signature = (*names, rows = None))]
    fn repeated(&self, names: Vec<String>, rows: Option<Vec<usize>>) -> PyResult<Vec<Vec<usize>>> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = self.all_or(rows)?;
        self.table()?.repeated(&names, rows.into_iter()).map_err(PyKeyError::new_err)
    }

    fn place(&self, row: usize) -> PyResult<(String, u32, u32)> {
        let (file, span) = self.span(row)?;
        Ok((path(&self.mesh, file), span.start, span.end))
    }
}

#[pymethods]
impl Column {
    #[new]
    const fn new(name: String) -> Self {
        Self { name }
    }
}

/// Texts by number; one that many rows hold becomes one object.
struct Made<'py> {
    py: Python<'py>,
    texts: Vec<Option<Bound<'py, PyAny>>>,
}

impl<'py> Made<'py> {
    fn new(py: Python<'py>, count: usize) -> Self {
        Self { py, texts: vec![None; count] }
    }

    fn text(&mut self, number: usize, text: &str) -> Option<Bound<'py, PyAny>> {
        let slot = self.texts.get_mut(number)?;
        Some(slot.get_or_insert_with(|| PyString::new(self.py, text).into_any()).clone())
    }
}

/// A column name, the test its ending means, and what is asked.
fn condition<'a>(key: &'a str, value: &Bound<'_, PyAny>) -> PyResult<Condition<'a>> {
    let found = TESTS.iter().find_map(|(end, test)| Some((key.strip_suffix(end)?, *test)));
    let (column, test) = found.unwrap_or((key, Test::Equal));
    let against = if let Ok(other) = value.cast::<Column>() {
        Against::Column(other.get().name.clone())
    } else if test == Test::Among {
        let all = value.try_iter()?;
        Against::Cells(all.map(|one| cell(&one?)).collect::<PyResult<Vec<Cell>>>()?)
    } else {
        Against::Cells(vec![cell(value)?])
    };
    Ok(Condition { column, test, against })
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
        Ok(Cell::Text(text.into()))
    } else {
        Err(PyTypeError::new_err("a cell is None, bool, int or str"))
    }
}
