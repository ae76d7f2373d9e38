use std::borrow::Cow;

use meshc_document::Span;

use super::column::{Column, Symbol, Symbols};
use crate::mesh::{Mesh, WorkloadIx};

/// One table: what its rows are, where each stands, and what its columns say of it.
///
/// Rows come in sections, one for each workload in the order of ids. What a cell says depends on
/// that workload, on its neighbours in the call graph and on documents of the platform, and on
/// nothing else: a patch computes again only what can have changed.
pub(crate) trait Source: Sized + 'static {
    /// What a column is computed from: borrowed parts of the mesh.
    type Row<'m>;
    /// Its name.
    const NAME: &'static str;
    /// Name and cells of every column.
    const COLUMNS: &'static [(&'static str, Cells<Self>)];
    /// Whether there is a section for each workload; else there is one.
    const BY_WORKLOAD: bool = true;

    /// The rows of a section, in the order of writing.
    fn rows(mesh: &Mesh, section: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>>;

    /// File index and span of what a finding about the row should show.
    fn place(row: &Self::Row<'_>) -> (u32, Span);
}

/// From a row to its cell, and of what type the column is.
pub(crate) enum Cells<S: Source> {
    /// A workload by `namespace/name`: the cheapest text there is.
    Workload(for<'m> fn(&'m Mesh, &S::Row<'m>) -> WorkloadIx),
    /// A text.
    Text(for<'m> fn(&'m Mesh, &S::Row<'m>) -> Option<Cow<'m, str>>),
    /// Names that hold no space.
    List(for<'m> fn(&'m Mesh, &S::Row<'m>) -> Option<Vec<&'m str>>),
    /// A whole number.
    Number(for<'m> fn(&'m Mesh, &S::Row<'m>) -> Option<i64>),
    /// A truth value.
    Truth(for<'m> fn(&'m Mesh, &S::Row<'m>) -> Option<bool>),
}

/// Sections of a table, in their order.
pub(super) type Sections<'a> = &'a mut dyn Iterator<Item = WorkloadIx>;
/// Rows of a table, each by its section and its number there.
pub(super) type Chosen<'a> = &'a mut dyn Iterator<Item = (WorkloadIx, usize)>;

/// A source without its type.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(super) name: &'static str,
    pub(super) by_workload: bool,
    pub(super) names: fn() -> Vec<&'static str>,
    pub(super) count: fn(&Mesh, WorkloadIx) -> usize,
    pub(super) place: fn(&Mesh, WorkloadIx, usize) -> Option<(u32, Span)>,
    pub(super) build: fn(&Mesh, usize, Sections<'_>, &mut Symbols) -> Column,
    pub(super) some: fn(&Mesh, usize, Chosen<'_>, &mut Symbols) -> Column,
    pub(super) written: fn(&Mesh, usize, Sections<'_>) -> Vec<bool>,
}

impl Definition {
    pub(super) const fn of<S: Source>() -> Self {
        Self {
            name: S::NAME,
            by_workload: S::BY_WORKLOAD,
            names: names::<S>,
            count: |mesh, section| S::rows(mesh, section).count(),
            place: |mesh, section, at| S::rows(mesh, section).nth(at).map(|row| S::place(&row)),
            build: build::<S>,
            some: some::<S>,
            written: written::<S>,
        }
    }

    /// Every section that there is.
    pub(super) fn sections(&self, mesh: &Mesh) -> impl Iterator<Item = WorkloadIx> + use<> {
        let count = if self.by_workload { mesh.workloads.len() } else { 1 };
        (0_u32..).map(WorkloadIx).take(count)
    }
}

fn names<S: Source>() -> Vec<&'static str> {
    S::COLUMNS.iter().map(|(name, _)| *name).collect()
}

/// The cells of whole sections.
fn build<S: Source>(
    mesh: &Mesh,
    column: usize,
    sections: Sections<'_>,
    symbols: &mut Symbols,
) -> Column {
    fill::<S>(mesh, column, sections.flat_map(|section| S::rows(mesh, section)), symbols)
}

/// The cells of some rows, as a column of its own.
fn some<S: Source>(
    mesh: &Mesh,
    column: usize,
    chosen: Chosen<'_>,
    symbols: &mut Symbols,
) -> Column {
    let rows = chosen.filter_map(|(section, at)| S::rows(mesh, section).nth(at));
    fill::<S>(mesh, column, rows, symbols)
}

/// Whether there is anything in the cell of each row; lists and texts are not made for that.
fn written<S: Source>(mesh: &Mesh, column: usize, sections: Sections<'_>) -> Vec<bool> {
    let rows = sections.flat_map(|section| S::rows(mesh, section));
    match S::COLUMNS.get(column).map(|(_, cells)| cells) {
        None => Vec::new(),
        Some(Cells::Workload(_)) => rows.map(|_| true).collect(),
        Some(Cells::Text(cell)) => rows.map(|row| cell(mesh, &row).is_some()).collect(),
        Some(Cells::List(cell)) => rows.map(|row| cell(mesh, &row).is_some()).collect(),
        Some(Cells::Number(cell)) => rows.map(|row| cell(mesh, &row).is_some()).collect(),
        Some(Cells::Truth(cell)) => rows.map(|row| cell(mesh, &row).is_some()).collect(),
    }
}

fn fill<'m, S: Source>(
    mesh: &'m Mesh,
    column: usize,
    rows: impl Iterator<Item = S::Row<'m>>,
    symbols: &mut Symbols,
) -> Column {
    match S::COLUMNS.get(column).map(|(_, cells)| cells) {
        None => Column::Truths(Vec::new()),
        Some(Cells::Workload(cell)) => {
            Column::Workloads(rows.map(|row| cell(mesh, &row)).collect())
        }
        Some(Cells::Text(cell)) => {
            let symbol = |row| cell(mesh, &row).map_or(Symbol::NONE, |text| symbols.add(&text));
            Column::Texts(rows.map(symbol).collect())
        }
        Some(Cells::List(cell)) => {
            let symbol =
                |row| cell(mesh, &row).map_or(Symbol::NONE, |names| symbols.add(&names.join(" ")));
            Column::Lists(rows.map(symbol).collect())
        }
        Some(Cells::Number(cell)) => Column::Numbers(rows.map(|row| cell(mesh, &row)).collect()),
        Some(Cells::Truth(cell)) => Column::Truths(rows.map(|row| cell(mesh, &row)).collect()),
    }
}

/// How many items a list has.
#[expect(clippy::unnecessary_wraps, reason = "a cell may be empty")]
pub(super) fn length<T>(list: &[T]) -> Option<i64> {
    Some(i64::try_from(list.len()).unwrap_or(i64::MAX))
}
