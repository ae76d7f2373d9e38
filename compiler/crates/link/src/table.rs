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
mod patched;
mod ports;
mod select;
mod services;
mod source;
mod traffic;
mod values;

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use meshc_document::Span;

pub use column::{Cell, Column, Names, Symbol, Symbols};
pub(crate) use patched::Same;
pub use select::{Against, Condition, Test};
pub(crate) use source::{Cells, Source};

use crate::mesh::{Mesh, WorkloadIx};
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
    symbols: Arc<RwLock<Symbols>>,
    pub(crate) built: [Built; DEFINITIONS.len()],
}

/// A mesh that is about to be changed begins with none.
impl Clone for Tables {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What has been built of one table.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// The number of each section's first row, and that of all rows.
    pub(crate) starts: OnceLock<Vec<u32>>,
    pub(crate) columns: OnceLock<Vec<Slot>>,
}

/// What has been built of one column.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) cells: OnceLock<Arc<Column>>,
    /// Whether there is anything in each cell.
    pub(crate) written: OnceLock<Vec<bool>>,
}

impl Tables {
    /// Nothing yet, with texts that are known.
    pub(crate) fn of(symbols: Arc<RwLock<Symbols>>) -> Self {
        Self { symbols, built: core::array::from_fn(|_| Built::default()) }
    }

    pub(crate) fn symbols(&self) -> RwLockReadGuard<'_, Symbols> {
        self.symbols.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Built {
    fn slots(&self, definition: &Definition) -> &[Slot] {
        let count = (definition.names)().len();
        self.columns.get_or_init(|| core::iter::repeat_with(Slot::default).take(count).collect())
    }
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

    /// Place of a row: file index and span; nothing beyond the last.
    #[must_use]
    pub fn place(&self, row: usize) -> Option<(u32, Span)> {
        let (section, at) = self.section(row)?;
        (self.definition.place)(self.mesh, section, at)
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts().last().map_or(0, |count| *count as usize)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'m Column> {
        let (at, slot) = self.slot(name)?;
        Some(slot.cells.get_or_init(|| {
            let symbols = &self.mesh.tables.symbols;
            let mut symbols = symbols.write().unwrap_or_else(PoisonError::into_inner);
            let mut all = self.definition.sections(self.mesh);
            Arc::new((self.definition.build)(self.mesh, at, &mut all, &mut symbols))
        }))
    }

    /// The cells of some rows; a column that nobody asked for as a whole is
    /// not built where they are few.
    ///
    /// # Errors
    /// The name of a column that is not there.
    pub fn cells(&self, name: &str, rows: &[usize]) -> Result<Vec<Cell>, String> {
        let (at, slot) = self.slot(name).ok_or_else(|| name.to_owned())?;
        if slot.cells.get().is_none() && self.are_few(rows) {
            let (column, symbols) = self.some(at, rows);
            let names = Names::new(self.mesh, &symbols);
            return Ok((0..rows.len()).map(|row| column.cell(row, &names)).collect());
        }
        let column = self.named(name)?;
        let cell_names = self.cell_names();
        Ok(rows.iter().map(|row| column.cell(*row, &cell_names)).collect())
    }

    /// A column of these rows alone, and its texts.
    fn some(&self, column: usize, rows: &[usize]) -> (Column, Symbols) {
        let mut symbols = Symbols::default();
        let mut chosen = rows.iter().filter_map(|row| self.section(*row));
        let column = (self.definition.some)(self.mesh, column, &mut chosen, &mut symbols);
        (column, symbols)
    }

    /// Whether it costs less to compute the cells of these rows alone.
    fn are_few(&self, rows: &[usize]) -> bool {
        rows.len() < self.len() / FEW
    }

    /// Whether there is anything in each cell of a column.
    fn written(&self, column: usize, slot: &'m Slot) -> &'m [bool] {
        slot.written.get_or_init(|| {
            (self.definition.written)(self.mesh, column, &mut self.definition.sections(self.mesh))
        })
    }

    fn starts(&self) -> &'m [u32] {
        self.built.starts.get_or_init(|| {
            let sections = self.definition.sections(self.mesh);
            starts(sections.map(|section| (self.definition.count)(self.mesh, section)))
        })
    }

    /// The section of a row, and its number there.
    fn section(&self, row: usize) -> Option<(WorkloadIx, usize)> {
        let starts = self.starts();
        let behind = starts.partition_point(|start| *start as usize <= row);
        let section = behind.checked_sub(1).filter(|_| behind < starts.len())?;
        let at = row.checked_sub(*starts.get(section)? as usize)?;
        Some((WorkloadIx(u32::try_from(section).ok()?), at))
    }

    /// The number of a column, and where it is kept.
    fn slot(&self, name: &str) -> Option<(usize, &'m Slot)> {
        let at = self.names().iter().position(|one| *one == name)?;
        Some((at, self.built.slots(self.definition).get(at)?))
    }

    /// What the cells of columns stand for. No column may be asked for while it is held.
    #[must_use]
    pub fn cell_names(&self) -> CellNames<'m> {
        Names::new(self.mesh, self.mesh.tables.symbols())
    }
}

/// What the cells of a mesh's tables stand for, as long as nobody adds to it.
pub type CellNames<'m> = Names<'m, RwLockReadGuard<'m, Symbols>>;

/// Where sections of so many rows begin, and where the last one ends.
fn starts(counts: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut starts = vec![0];
    let mut sum = 0_usize;
    for count in counts {
        sum = sum.saturating_add(count);
        starts.push(u32::try_from(sum).unwrap_or(u32::MAX));
    }
    starts
}

#[cfg(test)]
mod tests;
