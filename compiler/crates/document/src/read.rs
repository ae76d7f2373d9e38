use std::sync::Arc;

use crate::build::{Builder, template};
use crate::event::{Event, Events, Refusal};
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

/// Reads a file. Never fails as a whole: after a mistake, reading goes on with the next document.
#[must_use]
pub fn read(bytes: &[u8], limits: &Limits) -> File {
    let mut file = File::default();
    match decode(bytes, limits) {
        Ok((skipped, text)) => read_text(text, skipped, limits, &mut file),
        Err(finding) => file.findings.push(finding),
    }
    file.findings.sort_by_key(|finding| (finding.span, finding.code));
    file.findings.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    file.findings.truncate(limits.findings);
    file
}

/// The text and how many bytes of a byte order mark stand before it.
fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(usize, &'a str), Finding> {
    if bytes.len() > limits.bytes {
        let message =
            format!("the file has {} bytes, at most {} are read", bytes.len(), limits.bytes);
        return Err(Finding::new(Code::Budget, Span::new(0, 0), message)
            .help("split it, or leave it out of the intents"));
    }
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let message = format!("byte 0x{byte:02x} is not UTF-8");
        Finding::new(Code::YamlSyntax, Span::new(at, at + 1), message)
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Ok((text.len() - rest.len(), rest)),
        None => Ok((0, text)),
    }
}

fn read_text(text: &str, skipped: usize, limits: &Limits, file: &mut File) {
    let mut source = String::with_capacity(skipped + text.len());
    source.extend(core::iter::repeat_n(' ', skipped));
    source.push_str(text);
    let source: Arc<str> = source.into();
    let mut base = skipped;
    while let Some(rest) = source.get(base..) {
        match documents(&source, rest, base, limits, file) {
            Ok(()) => return,
            Err(stopped) => {
                let from = stopped.span.start as usize;
                file.findings.push(stopped);
                match next_marker(&source, from) {
                    Some(next) if file.findings.len() < limits.findings => base = next,
                    _ => return,
                }
            }
        }
    }
}

/// Reads documents until the end or the first mistake that the parser cannot pass.
fn documents(
    source: &Arc<str>,
    rest: &str,
    base: usize,
    limits: &Limits,
    file: &mut File,
) -> Result<(), Finding> {
    let mut builder = Builder::new(Arc::clone(source), base, limits);
    for event in GranitEvents::of(rest) {
        let (event, span) = event.map_err(|refusal| explain(rest, base, &refusal))?;
        if event == Event::DocumentStart && file.trees.len() >= limits.documents {
            let message = format!("more than {} documents", limits.documents);
            let span = Span::new(base + span.start as usize, base + span.end as usize);
            return Err(Finding::new(Code::Budget, span, message));
        }
        let ended = event == Event::DocumentEnd;
        let taken = builder.take(event, span);
        file.findings.append(&mut builder.findings);
        taken?;
        if ended {
            let fresh = Builder::new(Arc::clone(source), base, limits);
            file.trees.extend(core::mem::replace(&mut builder, fresh).finish());
        }
    }
    Ok(())
}

/// The next line from `from` on that begins a document.
fn next_marker(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'\n', text.as_bytes().get(at..)?)? + 1;
        let line = text.as_bytes().get(at..)?;
        if line.starts_with(b"---") && matches!(line.get(3), None | Some(b' ' | b'\n' | b'\r')) {
            return Some(at);
        }
    }
}

/// Says what a parser's refusal means to the one who wrote the text.
fn explain(text: &str, base: usize, refusal: &Refusal) -> Finding {
    let at = floor(text, refusal.at.min(text.len()));
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let place = |from: usize, to: usize| Span::new(base + from, base + to);
    if let Some(brace) = line.find("{{") {
        return template(place(start + brace, start + brace + 2));
    }
    let indent = line.len() - line.trim_start().len();
    if let Some(tab) = line.get(..indent).and_then(|blank| blank.find('\t')) {
        return Finding::new(
            Code::TabIndent,
            place(start + tab, start + tab + 1),
            "a tab as indentation",
        )
        .help("indent with spaces");
    }
    if refusal.message.contains("nesting") || refusal.message.contains("recursion") {
        return Finding::new(Code::Budget, place(at, at), "nested too deep");
    }
    let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
    Finding::new(Code::YamlSyntax, place(at, end), plain_words(&refusal.message))
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A parser's message as ours are written: one line, lower-case start, no full stop.
fn plain_words(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "not YAML".into(),
    }
}
