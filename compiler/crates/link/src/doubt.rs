//! Documents that were not wholly understood, and what must not be said because of them.
//!
//! A mistake in one document makes others look wrong: a service whose `allow` was refused seems to
//! admit nobody. One mistake is one finding, so nothing mild is said of such a document. Nothing is
//! compiled meanwhile: the mistake itself is an error.

use meshc_document::Span;

use crate::mesh::{Mesh, WorkloadIx};

/// A document with a mistake that may have cost it a declaration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Doubtful {
    /// Index of its file.
    pub file: u32,
    /// Its text, from behind one `---` to before the next.
    pub span: Span,
}

/// What reading and checking report without dropping anything.
const HARMLESS: [&str; 6] = ["MC010", "MC114", "MC509", "MC520", "MC810", "MC811"];

/// The documents of a file that its own findings cast doubt on.
pub(crate) fn of(file: u32, bytes: &[u8], found: &[meshc_check::Finding]) -> Vec<Doubtful> {
    let costly = |one: &&meshc_check::Finding| {
        (one.code.starts_with("MC0") || one.code.starts_with("MC1"))
            && !HARMLESS.contains(&one.code)
    };
    let mut places = found.iter().filter(costly).map(|one| one.span.start).peekable();
    if places.peek().is_none() {
        return Vec::new();
    }
    let documents = documents(bytes);
    let mut spans: Vec<Span> =
        places.filter_map(|at| documents.iter().rfind(|one| one.start <= at).copied()).collect();
    spans.sort_unstable();
    spans.dedup();
    spans.into_iter().map(|span| Doubtful { file, span }).collect()
}

impl Mesh {
    /// Documents of which nothing mild should be said: those that were not wholly understood, and
    /// those whose calls or routes name what does not exist.
    #[must_use]
    pub fn in_doubt(&self) -> Vec<Doubtful> {
        let mut all: Vec<Doubtful> =
            self.files.iter().flat_map(|one| &one.said.doubtful).copied().collect();
        let open = (0_u32..).map(WorkloadIx).zip(&self.told).filter(|(_, told)| told.unresolved);
        for workload in open.filter_map(|(ix, _)| self.workload(ix)) {
            let bytes = self.files.get(workload.file as usize).map_or(&[][..], |file| &file.bytes);
            let at = workload.row.name.span.start;
            let document = documents(bytes).into_iter().rfind(|one| one.start <= at);
            all.extend(document.map(|span| Doubtful { file: workload.file, span }));
        }
        all
    }
}

/// The documents of a text, parted where a line begins with `---`.
fn documents(bytes: &[u8]) -> Vec<Span> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b"---") && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| Span { start: offset(start), end: offset(end) })
        .collect()
}
