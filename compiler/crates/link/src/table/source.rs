use std::borrow::Cow;

use meshc_document::Span;

use super::column::{Column, Symbol, Symbols};
use crate::mesh::{Mesh, WorkloadIx};

/// One table: what its rows are, where each stands, and what its columns say of it.
pub(crate) trait Source: Sized + 'static {
    /// What a column is computed from: borrowed parts of the mesh.
    type Row<'m>;
    /// Its name.
    const NAME: &'static str;
    /// Name and cells of every column.
    const COLUMNS: &'static [(&'static str, Cells<Self>)];

    /// Every row, in the order of names and writing.
    fn rows(mesh: &Mesh) -> impl Iterator<Item = Self::Row<'_>>;

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

/// A source without its type.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(super) name: &'static str,
    pub(super) names: fn() -> Vec<&'static str>,
    pub(super) places: fn(&Mesh) -> Vec<(u32, Span)>,
    pub(super) build: fn(&Mesh, usize, &mut Symbols) -> Column,
    pub(super) some: fn(&Mesh, usize, &[usize], &mut Symbols) -> Column,
    pub(super) written: fn(&Mesh, usize) -> Vec<bool>,
}

impl Definition {
    pub(super) const fn of<S: Source>() -> Self {
        Self {
            name: S::NAME,
            names: names::<S>,
            places: places::<S>,
            build: build::<S>,
            some: some::<S>,
            written: written::<S>,
        }
    }
}

fn names<S: Source>() -> Vec<&'static str> {
    S::COLUMNS.iter().map(|(name, _)| *name).collect()
}

fn places<S: Source>(mesh: &Mesh) -> Vec<(u32, Span)> {
    S::rows(mesh).map(|row| S::place(&row)).collect()
}

/// A whole column.
fn build<S: Source>(mesh: &Mesh, column: usize, symbols: &mut Symbols) -> Column {
    fill::<S>(mesh, column, S::rows(mesh), symbols, |ix, _| ix.into())
}

/// The cells of some rows, whose numbers ascend, as a column of its own.
fn some<S: Source>(mesh: &Mesh, column: usize, rows: &[usize], symbols: &mut Symbols) -> Column {
    let mut wanted = rows.iter().copied().peekable();
    let chosen = S::rows(mesh).enumerate();
    let chosen = chosen.filter(move |(at, _)| wanted.next_if_eq(at).is_some()).map(|(_, row)| row);
    fill::<S>(mesh, column, chosen, symbols, |ix, symbols| {
        mesh.workload(ix).map_or(Symbol::NONE, |one| symbols.add(&one.id))
    })
}

/// Whether there is anything in the cell of each row; lists and texts are not made for that.
fn written<S: Source>(mesh: &Mesh, column: usize) -> Vec<bool> {
    let rows = S::rows(mesh);
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
    workload: impl Fn(WorkloadIx, &mut Symbols) -> Symbol,
) -> Column {
    match S::COLUMNS.get(column).map(|(_, cells)| cells) {
        None => Column::Truths(Vec::new()),
        Some(Cells::Workload(cell)) => {
            Column::Texts(rows.map(|row| workload(cell(mesh, &row), symbols)).collect())
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
