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

/// Every text of a mesh's tables, each once; those of workloads come first, in their order.
#[derive(Debug, Default)]
pub struct Symbols {
    texts: Vec<Arc<str>>,
    known: FxHashMap<Arc<str>, Symbol>,
}

impl Symbol {
    /// No text.
    pub const NONE: Self = Self(u32::MAX);

    /// Its number.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<WorkloadIx> for Symbol {
    fn from(ix: WorkloadIx) -> Self {
        Self(ix.0)
    }
}

impl Symbols {
    pub(super) fn seed(&mut self, mesh: &Mesh) {
        if self.texts.is_empty() {
            for workload in &mesh.workloads {
                self.add(&workload.id);
            }
        }
    }

    pub(super) fn add(&mut self, text: &str) -> Symbol {
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

impl Column {
    /// The cell of a row; empty beyond the last.
    #[must_use]
    pub fn cell(&self, row: usize, symbols: &Symbols) -> Cell {
        match self {
            Self::Texts(all) | Self::Lists(all) => {
                let text = all.get(row).and_then(|symbol| symbols.text(*symbol));
                text.map_or(Cell::Empty, |text| Cell::Text(Arc::clone(text)))
            }
            Self::Numbers(all) => all.get(row).copied().flatten().map_or(Cell::Empty, Cell::Number),
            Self::Truths(all) => all.get(row).copied().flatten().map_or(Cell::Empty, Cell::Truth),
        }
    }
}
