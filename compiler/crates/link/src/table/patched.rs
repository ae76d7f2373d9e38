//! Tables of a changed mesh from those of the mesh before: what stayed is copied.

use core::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError};

use super::column::{Column, Symbols};
use super::source::Definition;
use super::{Built, DEFINITIONS, Slot, Tables, starts};
use crate::mesh::{Mesh, WorkloadIx};

/// Texts that edits may add to those of a mesh before all are gathered anew, in parts of them.
const GROWTH: usize = 2;
/// Texts that edits may add however few there are.
const FEW: usize = 4096;

/// What a changed mesh has in common with the one before.
pub(crate) struct Same<'a> {
    /// For each workload where it was, if what its rows say is as it was.
    pub(crate) before: &'a [Option<WorkloadIx>],
    /// For each workload that was there where it is now.
    pub(crate) now: &'a [Option<WorkloadIx>],
    /// Whether each is where it was.
    pub(crate) stays: bool,
}

/// Where the next rows come from.
enum Piece {
    /// The table before.
    Kept(Range<usize>),
    /// The sections that were computed anew, one behind the other.
    Fresh(Range<usize>),
}

impl Tables {
    /// The tables of a mesh that was changed, with all that had been built of these.
    pub(crate) fn patched(&self, mesh: &Mesh, same: &Same<'_>) -> Self {
        let symbols = Arc::clone(&self.symbols);
        let mut locked = symbols.write().unwrap_or_else(PoisonError::into_inner);
        if locked.has_outgrown(FEW, GROWTH) {
            return Self::default();
        }
        let each = DEFINITIONS.iter().zip(&self.built);
        let built = each.map(|(definition, built)| match built.starts.get() {
            Some(starts) if definition.by_workload => {
                Patch::new(definition, mesh, same, starts).apply(built, &mut locked)
            }
            _ => Built::default(),
        });
        let mut tables = Self::of(Arc::clone(&symbols));
        tables.built.iter_mut().zip(built).for_each(|(slot, built)| *slot = built);
        tables
    }
}

/// How one table comes from the one before.
struct Patch<'a> {
    definition: &'static Definition,
    mesh: &'a Mesh,
    now: &'a [Option<WorkloadIx>],
    /// Whether each row is where it was.
    stays: bool,
    starts: Vec<u32>,
    fresh: Vec<WorkloadIx>,
    pieces: Vec<Piece>,
}

impl<'a> Patch<'a> {
    fn new(
        definition: &'static Definition,
        mesh: &'a Mesh,
        same: &Same<'a>,
        before: &[u32],
    ) -> Self {
        let mut fresh = Vec::new();
        let mut pieces = Pieces::default();
        let each = definition.sections(mesh).zip(same.before);
        let counts = each.map(|(section, was)| {
            let rows = was.and_then(|was| rows(before, was));
            match rows {
                Some(rows) => pieces.kept(rows),
                None => {
                    fresh.push(section);
                    pieces.fresh((definition.count)(mesh, section))
                }
            }
        });
        let starts = starts(counts);
        let stays = same.stays && starts == before;
        Self { definition, mesh, now: same.now, stays, starts, fresh, pieces: pieces.all }
    }

    fn apply(self, before: &Built, symbols: &mut Symbols) -> Built {
        let slots = before.columns.get().map(Vec::as_slice).unwrap_or_default();
        let columns: Vec<Slot> =
            slots.iter().enumerate().map(|(at, slot)| self.slot(at, slot, symbols)).collect();
        let columns = if columns.is_empty() { OnceLock::new() } else { columns.into() };
        Built { starts: self.starts.into(), columns }
    }

    fn slot(&self, at: usize, before: &Slot, symbols: &mut Symbols) -> Slot {
        let mut slot = Slot::default();
        let (build, written) = (self.definition.build, self.definition.written);
        if let Some(kept) = before.cells.get() {
            let fresh = build(self.mesh, at, &mut self.fresh.iter().copied(), symbols);
            slot.cells = self.column(kept, &fresh).into();
        }
        if let Some(kept) = before.written.get() {
            let fresh = written(self.mesh, at, &mut self.fresh.iter().copied());
            slot.written = self.spliced(kept, &fresh).into();
        }
        slot
    }

    fn column(&self, kept: &Arc<Column>, fresh: &Column) -> Arc<Column> {
        if self.stays && self.is_same(kept, fresh) {
            return Arc::clone(kept);
        }
        Arc::new(self.changed(kept, fresh))
    }

    /// Whether the rows that were computed anew say what they said.
    fn is_same(&self, kept: &Column, fresh: &Column) -> bool {
        use Column::{Lists, Numbers, Texts, Truths, Workloads};
        match (kept, fresh) {
            (Workloads(kept), Workloads(fresh)) => self.are_same(kept, fresh),
            (Texts(kept), Texts(fresh)) | (Lists(kept), Lists(fresh)) => self.are_same(kept, fresh),
            (Numbers(kept), Numbers(fresh)) => self.are_same(kept, fresh),
            (Truths(kept), Truths(fresh)) => self.are_same(kept, fresh),
            _ => false,
        }
    }

    fn are_same<T: Eq>(&self, kept: &[T], fresh: &[T]) -> bool {
        let mut at = 0_usize;
        self.pieces.iter().all(|piece| {
            let (Piece::Kept(rows) | Piece::Fresh(rows)) = piece;
            let here = at..at.saturating_add(rows.len());
            at = here.end;
            match piece {
                Piece::Kept(_) => true,
                Piece::Fresh(rows) => kept.get(here) == fresh.get(rows.clone()),
            }
        })
    }

    fn changed(&self, kept: &Column, fresh: &Column) -> Column {
        use Column::{Lists, Numbers, Texts, Truths, Workloads};
        match (kept, fresh) {
            (Workloads(kept), Workloads(fresh)) => {
                let now = |ix: &WorkloadIx| self.now.get(ix.index()).copied().flatten();
                let gone = WorkloadIx(u32::MAX);
                let kept: Vec<_> = kept.iter().map(|ix| now(ix).unwrap_or(gone)).collect();
                Workloads(self.spliced(&kept, fresh))
            }
            (Texts(kept), Texts(fresh)) => Texts(self.spliced(kept, fresh)),
            (Lists(kept), Lists(fresh)) => Lists(self.spliced(kept, fresh)),
            (Numbers(kept), Numbers(fresh)) => Numbers(self.spliced(kept, fresh)),
            (Truths(kept), Truths(fresh)) => Truths(self.spliced(kept, fresh)),
            // A column has one type.
            _ => Truths(Vec::new()),
        }
    }

    fn spliced<T: Copy>(&self, kept: &[T], fresh: &[T]) -> Vec<T> {
        let count = self.starts.last().map_or(0, |count| *count as usize);
        let mut all = Vec::with_capacity(count);
        for piece in &self.pieces {
            let rows = match piece {
                Piece::Kept(rows) => kept.get(rows.clone()),
                Piece::Fresh(rows) => fresh.get(rows.clone()),
            };
            all.extend_from_slice(rows.unwrap_or_default());
        }
        all
    }
}

/// Pieces as they are found; those that lie behind one another become one.
#[derive(Default)]
struct Pieces {
    all: Vec<Piece>,
    fresh: usize,
}

impl Pieces {
    fn kept(&mut self, rows: Range<usize>) -> usize {
        let count = rows.len();
        match self.all.last_mut() {
            Some(Piece::Kept(last)) if last.end == rows.start => last.end = rows.end,
            _ => self.all.push(Piece::Kept(rows)),
        }
        count
    }

    fn fresh(&mut self, count: usize) -> usize {
        let rows = self.fresh..self.fresh.saturating_add(count);
        self.fresh = rows.end;
        self.all.push(Piece::Fresh(rows));
        count
    }
}

/// The rows of a section.
fn rows(starts: &[u32], section: WorkloadIx) -> Option<Range<usize>> {
    let at = section.index();
    Some(*starts.get(at)? as usize..*starts.get(at.checked_add(1)?)? as usize)
}
