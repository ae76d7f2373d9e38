use std::borrow::Cow;
use std::sync::Arc;

use crate::build::{Builder, Stop};
use crate::event::{Event, Style};
use crate::explain::explain;
use crate::finding::{Code, Finding, Span};
use crate::limits::Limits;
use crate::tree::Tree;
use crate::yaml::{Halt, Receiver, events};

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

/// Makes trees of one run of the reader.
struct Documents<'r, 'a> {
    reader: &'r mut Reader<'a>,
    builder: Builder<'a>,
    /// Where the document begins that is read; none between two documents.
    begin: Option<usize>,
    /// The next document is looked for on the lines behind this byte.
    behind: usize,
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
        let mut next = Some(start);
        while let Some(base) = next.take() {
            let (stop, behind) = self.documents(base);
            let Some(stop) = stop else { return };
            // What ends the document says more than what was found at the same place.
            let Stop { finding, last } = *stop;
            let at = (finding.span, finding.code);
            self.file.findings.retain(|found| (found.span, found.code) != at);
            self.file.findings.push(finding);
            let full = self.file.findings.len() >= self.limits.findings;
            if !last && !full {
                next = next_document(self.source.as_bytes(), behind);
            }
        }
    }

    /// Reads documents until the end or the first mistake that the reader cannot pass; where the
    /// last document began.
    fn documents(&mut self, base: usize) -> (Option<Box<Stop>>, usize) {
        let source = Arc::clone(&self.source);
        let builder = Builder::new(Arc::clone(&source), self.limits, self.nodes_left);
        let mut documents = Documents { reader: self, builder, begin: None, behind: base };
        let halt = events(&source, base..source.len(), &mut documents);
        let Documents { begin, behind, .. } = documents;
        let stop = match halt {
            Ok(()) => None,
            Err(Halt::Stopped(stop)) => Some(stop),
            Err(Halt::Refused(refusal)) => {
                let begin = begin.unwrap_or(behind);
                let finding = explain(&source, self.bytes, begin, refusal.at, refusal.problem);
                Some(Stop { finding, last: false }.into())
            }
        };
        (stop, behind)
    }

    fn count_document(&self, at: usize) -> Result<(), Box<Stop>> {
        if self.file.trees.len() < self.limits.documents {
            return Ok(());
        }
        let message = format!("more than {} documents", self.limits.documents);
        let finding = Finding::new(Code::Budget, Span::new(at, at), message)
            .help("split the file; one service is one file");
        Err(Stop { finding, last: true }.into())
    }

    /// Keeps findings, up to what is reported of one file.
    fn keep(&mut self, findings: &mut Vec<Finding>) {
        let room = self.limits.findings.saturating_sub(self.file.findings.len());
        self.file.findings.extend(findings.drain(..).take(room));
    }
}

impl Documents<'_, '_> {
    /// Keeps what the builder found.
    #[inline(always)]
    fn keep(&mut self) {
        if !self.builder.findings.is_empty() {
            self.reader.keep(&mut self.builder.findings);
        }
    }
}

impl<'t> Receiver<'t> for Documents<'_, '_> {
    type Stop = Box<Stop>;

    #[inline(always)]
    fn word(&mut self, text: &'t str, style: Style, span: Span) -> Result<(), Box<Stop>> {
        let taken = self.builder.word(text, style, span);
        self.keep();
        taken
    }

    #[inline(always)]
    fn take(&mut self, event: Event<'t>, span: Span) -> Result<(), Box<Stop>> {
        match event {
            Event::DocumentStart { .. } => {
                self.behind = span.start as usize;
                self.begin = Some(self.behind);
                self.reader.count_document(self.behind)
            }
            Event::DocumentEnd => {
                // The mark of the next document may stand at this very byte.
                self.behind = (span.start as usize).saturating_sub(1);
                self.begin = None;
                self.reader.file.trees.extend(self.builder.finish());
                self.reader.nodes_left = self.builder.nodes_left();
                Ok(())
            }
            event => {
                let taken = self.builder.take(event, span);
                self.keep();
                taken
            }
        }
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
