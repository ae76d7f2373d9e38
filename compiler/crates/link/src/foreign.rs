//! Places of rows that stand in one file's document and come from another file.
//!
//! A row of a Baseline among those of a service, or a value that an Environment put into a document,
//! carries a place in its own file. A [`Span`] names no file, so such places are moved behind every
//! place that a file can have: each file they come from has a range of its own there.

use meshc_document::Span;

use crate::mesh::{Mesh, MeshFinding};

/// Where the ranges begin; longer files are never read.
const BEGIN: u32 = 1 << 30;

/// The ranges that other files have.
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    /// Start of each range, ascending, and the file's index.
    ranges: Vec<(u32, u32)>,
    end: u32,
}

impl Foreign {
    /// How far places of a file are moved; `length` is the file's in bytes.
    pub(crate) fn range(&mut self, file: u32, length: usize) -> u32 {
        if let Some((start, _)) = self.ranges.iter().find(|(_, one)| *one == file) {
            return *start;
        }
        let start = self.end.max(BEGIN);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.end = start.saturating_add(length).saturating_add(1);
        self.ranges.push((start, file));
        start
    }

    /// The file and the place in it that a place of a row stands for.
    #[must_use]
    pub fn resolve(&self, file: u32, span: Span) -> (u32, Span) {
        let after = self.ranges.partition_point(|(start, _)| *start <= span.start);
        match after.checked_sub(1).and_then(|at| self.ranges.get(at)) {
            Some((start, other)) => {
                let at = |byte: u32| byte.saturating_sub(*start);
                (*other, Span { start: at(span.start), end: at(span.end) })
            }
            None => (file, span),
        }
    }
}

impl Mesh {
    /// The file and the place in it where something was really written.
    #[must_use]
    pub fn resolve(&self, file: u32, span: Span) -> (u32, Span) {
        self.foreign.resolve(file, span)
    }

    /// Whether the Environment that the mesh is read in wrote what stands at a place.
    pub(crate) fn is_of_environment(&self, place: Option<(u32, Span)>) -> bool {
        let own = self.environment_file;
        place.is_some_and(|(file, span)| {
            let found = self.resolve(file, span);
            found != (file, span) && Some(found.0) == own
        })
    }

    /// How far places of a file are moved where they stand among those of another.
    pub(crate) fn range_of(&mut self, file: u32) -> u32 {
        let length = self.files.get(file as usize).map_or(0, |one| one.bytes.len());
        self.foreign.range(file, length)
    }
}

/// Gives findings the files that their places are of.
pub(crate) fn settle(foreign: &Foreign, findings: &mut [MeshFinding]) {
    if foreign.ranges.is_empty() {
        return;
    }
    for found in findings {
        let own = found.file;
        let here = core::mem::take(&mut found.finding.related).into_iter();
        let mut related: Vec<_> = here.map(|(span, message)| (own, span, message)).collect();
        related.append(&mut found.related);
        for (file, span, _) in &mut related {
            (*file, *span) = foreign.resolve(*file, *span);
        }
        found.related = related;
        (found.file, found.finding.span) = foreign.resolve(own, found.finding.span);
    }
}
