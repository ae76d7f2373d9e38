use std::borrow::Cow;
use std::sync::Arc;

use crate::build::Builder;
use crate::event::{Event, Events};
use crate::explain::explain;
use crate::finding::{Code, Finding, Span};
use crate::granit::GranitEvents;
use crate::limits::Limits;
use crate::tree::Tree;

/// What one file holds.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Documents in order; one that could not be read is missing, the others are there.
    pub trees: Vec<Tree>,
    /// What could not be read, in the order of the text.
    pub findings: Vec<Finding>,
}

/// One file while it is read.
struct Reader<'a> {
    bytes: &'a [u8],
    source: Arc<str>,
    limits: &'a Limits,
    /// Nodes that the limits still allow.
    nodes_left: usize,
    file: File,
}

/// Why a run of the parser ended before the text did.
struct Stop {
    finding: Box<Finding>,
    /// Where the parser stopped.
    at: usize,
    /// Where the document begins in which that was; none between two documents.
    begin: Option<usize>,
    /// The next document is looked for on the lines behind this byte.
    behind: usize,
    /// Whether a budget of the whole file is used up.
    last: bool,
}

/// Reads a file. Never fails as a whole: after a mistake, reading goes on with the next document.
#[must_use]
pub fn read(bytes: &[u8], limits: &Limits) -> File {
    if bytes.len() > limits.bytes {
        let message =
            format!("the file has {} bytes, at most {} are read", bytes.len(), limits.bytes);
        let finding = Finding::new(Code::Budget, Span::new(0, 0), message)
            .help("split it, or leave it out of the intents");
        return File { trees: vec![], findings: vec![finding] };
    }
    let (start, source) = decode(bytes);
    let mut reader =
        Reader { bytes, source, limits, nodes_left: limits.nodes, file: File::default() };
    reader.run(start);
    let mut file = reader.file;
    file.findings.sort_by_key(|finding| (finding.span, finding.code));
    file.findings.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    file.findings.truncate(limits.findings);
    file
}

/// The text, byte for byte where the file has it, and where it begins behind a byte order mark.
///
/// A byte that is no UTF-8 becomes a control character, which the parser refuses at its place; so
/// only the document it is in is lost.
fn decode(bytes: &[u8]) -> (usize, Arc<str>) {
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut text = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(core::iter::repeat_n('\u{1a}', chunk.invalid().len()));
            }
            Cow::Owned(text)
        }
    };
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    (start, text.into())
}

impl Reader<'_> {
    fn run(&mut self, start: usize) {
        let whole = self.source.len();
        let (mut base, mut end) = (start, whole);
        loop {
            let Err(stop) = self.documents(base, end) else {
                if end == whole {
                    return;
                }
                (base, end) = (end, whole);
                continue;
            };
            let next = next_document(self.source.as_bytes(), stop.behind);
            // The parser looks ahead: a mistake behind the next mark is of a later document, so
            // this one is read again, alone.
            let ahead = next.filter(|&next| next <= stop.at && next < end);
            if let (Some(begin), Some(next)) = (stop.begin, ahead) {
                (base, end) = (begin, next);
                continue;
            }
            self.file.findings.push(*stop.finding);
            let full = self.file.findings.len() >= self.limits.findings;
            let Some(next) = next.filter(|_| !stop.last && !full) else { return };
            (base, end) = (next, whole);
        }
    }

    /// Reads documents until the end or the first mistake that the parser cannot pass.
    fn documents(&mut self, base: usize, end: usize) -> Result<(), Stop> {
        let source = Arc::clone(&self.source);
        let rest = source.get(base..end).unwrap_or_default();
        let mut builder = Builder::new(Arc::clone(&source), base, self.limits, self.nodes_left);
        let (mut begin, mut behind) = (None, base);
        for event in GranitEvents::of(rest) {
            let (event, span) = event.map_err(|refusal| {
                let at = base.saturating_add(refusal.at);
                let finding =
                    explain(&source, self.bytes, begin.unwrap_or(behind), at, refusal.problem);
                Stop { finding: finding.into(), at, begin, behind, last: false }
            })?;
            match event {
                Event::DocumentStart { .. } => {
                    behind = base.saturating_add(span.start as usize);
                    begin = Some(behind);
                    self.count_document(behind)?;
                }
                Event::DocumentEnd => {
                    // The mark of the next document may stand at this very byte.
                    behind = base.saturating_add(span.start as usize).saturating_sub(1);
                    begin = None;
                    let left = self.nodes_left.saturating_sub(builder.nodes());
                    self.nodes_left = left;
                    let fresh = Builder::new(Arc::clone(&source), base, self.limits, left);
                    self.file.trees.extend(core::mem::replace(&mut builder, fresh).finish());
                }
                event => {
                    let taken = builder.take(event, span);
                    self.keep(&mut builder.findings);
                    taken.map_err(|spent| Stop {
                        at: behind,
                        finding: spent.finding.into(),
                        begin,
                        behind,
                        last: spent.whole_file,
                    })?;
                }
            }
        }
        Ok(())
    }

    fn count_document(&self, at: usize) -> Result<(), Stop> {
        if self.file.trees.len() < self.limits.documents {
            return Ok(());
        }
        let message = format!("more than {} documents", self.limits.documents);
        let finding = Finding::new(Code::Budget, Span::new(at, at), message)
            .help("split the file; one service is one file");
        let finding = finding.into();
        Err(Stop { finding, at, begin: None, behind: at, last: true })
    }

    /// Keeps findings, up to what is reported of one file.
    fn keep(&mut self, findings: &mut Vec<Finding>) {
        let room = self.limits.findings.saturating_sub(self.file.findings.len());
        self.file.findings.extend(findings.drain(..).take(room));
    }
}

/// Where reading can go on: the next line behind `from` that begins with `---`, or the one after a
/// line that begins with `...`. In the first column these are marks wherever they stand (YAML 1.2,
/// 9.1.2), so no text of an earlier document is taken for one.
fn next_document(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = line_after(text, at)?;
        let line = text.get(at..)?;
        if !matches!(line.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r')) {
            continue;
        }
        if line.starts_with(b"---") {
            return Some(at);
        }
        if line.starts_with(b"...") {
            return line_after(text, at);
        }
    }
}

fn line_after(text: &[u8], from: usize) -> Option<usize> {
    let found = memchr::memchr2(b'\n', b'\r', text.get(from..)?)?;
    Some(from.saturating_add(found).saturating_add(1))
}
