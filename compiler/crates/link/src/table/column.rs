use core::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::mesh::{Mesh, WorkloadIx};

/// A cell by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cell {
    /// Nothing was written and no default holds.
    Empty,
    /// Text; the items of a list stand apart by a space.
    Text(Arc<str>),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Truth(bool),
}

/// The cells of one column.
#[derive(Debug)]
pub enum Column {
    /// Workloads, by `namespace/name`.
    Workloads(Vec<WorkloadIx>),
    /// Texts, or nothing.
    Texts(Vec<Symbol>),
    /// Lists of names, or nothing; the items stand apart by a space.
    Lists(Vec<Symbol>),
    /// Whole numbers, or nothing.
    Numbers(Vec<Option<i64>>),
    /// Truth values, or nothing.
    Truths(Vec<Option<bool>>),
}

/// A text by its number in [`Symbols`], or nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Symbol(u32);

/// Every text of a mesh's tables but the names of workloads, each once. Only ever more come, so that
/// a changed mesh shares them with the one before.
#[derive(Debug, Default)]
pub struct Symbols {
    texts: Vec<Arc<str>>,
    known: FxHashMap<Arc<str>, Symbol>,
    /// How many texts the mesh had that was not patched; none while nothing was.
    first: Option<usize>,
}

impl Symbol {
    /// No text.
    pub const NONE: Self = Self(u32::MAX);

    pub(crate) const fn of(number: u32) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// Its number.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the cells of a mesh's tables stand for.
#[derive(Debug)]
pub struct Names<'a, S> {
    mesh: &'a Mesh,
    symbols: S,
}

impl Symbols {
    pub(crate) fn add(&mut self, text: &str) -> Symbol {
        if let Some(found) = self.find(text) {
            return found;
        }
        let Ok(number) = u32::try_from(self.texts.len()) else { return Symbol::NONE };
        let (symbol, text) = (Symbol(number), Arc::<str>::from(text));
        self.texts.push(Arc::clone(&text));
        self.known.insert(text, symbol);
        symbol
    }

    /// A text's symbol, if a cell holds it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.known.get(text).copied()
    }

    /// A symbol's text.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> Option<&Arc<str>> {
        self.texts.get(symbol.index())
    }

    /// Every text, in the order of their numbers.
    pub(crate) fn texts(&self) -> &[Arc<str>] {
        &self.texts
    }

    /// Whether patches added more than `few` texts, and more than so many times what was there.
    pub(super) fn has_outgrown(&mut self, few: usize, times: usize) -> bool {
        let first = *self.first.get_or_insert(self.texts.len());
        self.texts.len() > first.saturating_mul(times).saturating_add(few)
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

impl<'a, S: Deref<Target = Symbols>> Names<'a, S> {
    pub(super) const fn new(mesh: &'a Mesh, symbols: S) -> Self {
        Self { mesh, symbols }
    }

    /// A symbol's text.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> Option<&Arc<str>> {
        self.symbols.text(symbol)
    }

    /// A text's symbol, if a cell holds it.
    pub(super) fn symbol(&self, text: &str) -> Option<Symbol> {
        self.symbols.find(text)
    }

    /// A workload's `namespace/name`.
    #[must_use]
    pub fn id(&self, ix: WorkloadIx) -> Option<&'a str> {
        self.mesh.workloads.id(ix)
    }

    /// The workload of that `namespace/name`.
    pub(super) fn workload(&self, id: &str) -> Option<WorkloadIx> {
        self.mesh.workload_named(id)
    }

    /// How many texts there are.
    #[must_use]
    pub fn texts(&self) -> usize {
        self.symbols.len()
    }

    /// How many workloads there are.
    #[must_use]
    pub const fn workloads(&self) -> usize {
        self.mesh.workloads.len()
    }
}

impl Column {
    /// The cell of a row; empty beyond the last.
    #[must_use]
    pub fn cell<S: Deref<Target = Symbols>>(&self, row: usize, names: &Names<'_, S>) -> Cell {
        match self {
            Self::Workloads(all) => {
                let id = all.get(row).and_then(|ix| names.id(*ix));
                id.map_or(Cell::Empty, |id| Cell::Text(id.into()))
            }
            Self::Texts(all) | Self::Lists(all) => {
                let text = all.get(row).and_then(|symbol| names.text(*symbol));
                text.map_or(Cell::Empty, |text| Cell::Text(Arc::clone(text)))
            }
            Self::Numbers(all) => all.get(row).copied().flatten().map_or(Cell::Empty, Cell::Number),
            Self::Truths(all) => all.get(row).copied().flatten().map_or(Cell::Empty, Cell::Truth),
        }
    }
}
