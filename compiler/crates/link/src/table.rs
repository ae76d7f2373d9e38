//! The linked mesh as tables: what rules written in Python look at.
//!
//! A table is a [`Source`]: an iterator over rows of the mesh, and a list of columns, each a name and
//! a function from a row to a cell. A column is built when it is first asked for and kept with the
//! mesh. A new column is one more line in the file of its table.

mod allow;
mod calls;
mod column;
mod group;
mod instances;
mod namespaces;
mod operations;
mod ports;
mod select;
mod services;
mod source;
mod traffic;
mod values;

use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard};

use meshc_document::Span;

pub use column::{Cell, Column, Symbol, Symbols};
pub use select::{Against, Condition, Test};
pub(crate) use source::{Cells, Source};

use crate::mesh::Mesh;
use source::Definition;

/// The tables there are.
static DEFINITIONS: [Definition; 10] = [
    Definition::of::<services::Services>(),
    Definition::of::<ports::Ports>(),
    Definition::of::<operations::Operations>(),
    Definition::of::<instances::Instances>(),
    Definition::of::<traffic::Traffic>(),
    Definition::of::<allow::Allow>(),
    Definition::of::<allow::Deny>(),
    Definition::of::<calls::Calls>(),
    Definition::of::<namespaces::Namespaces>(),
    Definition::of::<values::Values>(),
];

/// A column is built where more rows than one in so many are asked for.
const FEW: usize = 4;

/// Rows of one sort, in the order of names and writing.
#[derive(Clone, Copy, Debug)]
pub struct Table<'m> {
    mesh: &'m Mesh,
    definition: &'static Definition,
    built: &'m Built,
}

/// What has been built of a mesh's tables.
#[derive(Debug, Default)]
pub struct Tables {
    symbols: RwLock<Symbols>,
    built: [Built; DEFINITIONS.len()],
}

/// A changed mesh builds its tables anew.
impl Clone for Tables {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[derive(Debug, Default)]
struct Built {
    places: OnceLock<Vec<(u32, Span)>>,
    columns: OnceLock<Vec<OnceLock<Column>>>,
}

impl Mesh {
    /// A table by name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<Table<'_>> {
        let mut all = DEFINITIONS.iter().zip(&self.tables.built);
        let (definition, built) = all.find(|(definition, _)| definition.name == name)?;
        Some(Table { mesh: self, definition, built })
    }
}

impl<'m> Table<'m> {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.definition.name
    }

    /// Names of its columns.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        (self.definition.names)()
    }

    /// Place of each row: file index and span.
    #[must_use]
    pub fn places(&self) -> &'m [(u32, Span)] {
        self.built.places.get_or_init(|| (self.definition.places)(self.mesh))
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places().len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places().is_empty()
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'m Column> {
        let (at, slot) = self.slot(name)?;
        Some(slot.get_or_init(|| {
            let symbols = &self.mesh.tables.symbols;
            let mut symbols = symbols.write().unwrap_or_else(PoisonError::into_inner);
            symbols.seed(self.mesh);
            (self.definition.build)(self.mesh, at, &mut symbols)
        }))
    }

    /// The cells of some rows, whose numbers ascend; a column that nobody asked for as a whole is
    /// not built where they are few.
    ///
    /// # Errors
    /// The name of a column that is not there.
    pub fn cells(&self, name: &str, rows: &[usize]) -> Result<Vec<Cell>, String> {
        let (at, slot) = self.slot(name).ok_or_else(|| name.to_owned())?;
        if slot.get().is_none() && self.are_few(rows) {
            let mut symbols = Symbols::default();
            let column = (self.definition.some)(self.mesh, at, rows, &mut symbols);
            return Ok((0..rows.len()).map(|row| column.cell(row, &symbols)).collect());
        }
        let column = self.named(name)?;
        let symbols = self.symbols();
        Ok(rows.iter().map(|row| column.cell(*row, &symbols)).collect())
    }

    /// Whether it costs less to compute the cells of these rows alone.
    fn are_few(&self, rows: &[usize]) -> bool {
        rows.len() < self.len() / FEW && rows.is_sorted()
    }

    /// The number of a column, and where it is kept.
    fn slot(&self, name: &str) -> Option<(usize, &'m OnceLock<Column>)> {
        let names = self.names();
        let at = names.iter().position(|one| *one == name)?;
        let columns = self
            .built
            .columns
            .get_or_init(|| core::iter::repeat_with(OnceLock::new).take(names.len()).collect());
        Some((at, columns.get(at)?))
    }

    /// The texts of columns. No column may be asked for while they are held.
    pub fn symbols(&self) -> RwLockReadGuard<'m, Symbols> {
        self.mesh.tables.symbols.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
