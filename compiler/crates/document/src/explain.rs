use crate::finding::{Code, Finding, Span};
use crate::refusal::Problem;
use crate::template::template;

/// Says what a parser's refusal at byte `at` means to the one who wrote the text. The document it
/// is in begins no earlier than `begin`; `bytes` is the file as it was before decoding.
pub(crate) fn explain(
    text: &str,
    bytes: &[u8],
    begin: usize,
    at: usize,
    problem: Problem,
) -> Finding {
    let (begin, at) = (floor(text, begin), floor(text, at));
    if let Some(brace) = residue(text, begin, at) {
        return template(Span::new(brace, brace.saturating_add(2)));
    }
    if let Some(conflict) = conflict(text, begin, at) {
        let message = "a merge conflict that was not resolved";
        return Finding::new(Code::YamlSyntax, conflict, message)
            .help("keep what holds, and remove the lines that Git wrote");
    }
    if let Some(tab) = tab(text, at).filter(|_| problem == Problem::Tab) {
        return worded(Code::TabIndent, Span::new(tab, tab.saturating_add(1)), problem);
    }
    let at = match problem {
        Problem::Character(c) => exactly(text, at, c),
        _ => at,
    };
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let end = next.map_or(at, |c| at.saturating_add(c.len_utf8()));
    let span = Span::new(at, end);
    match (problem, bytes.get(at)) {
        (Problem::Tab, _) => worded(Code::TabIndent, span, problem),
        (Problem::Depth, _) => worded(Code::Budget, span, problem),
        (Problem::Character('\u{1a}'), Some(&byte)) if byte != 0x1a => {
            let message = format!("byte 0x{byte:02x} is not UTF-8");
            Finding::new(Code::YamlSyntax, span, message).help("save the file as UTF-8")
        }
        _ => worded(Code::YamlSyntax, span, problem),
    }
}

/// A character that cannot be read is reported where the text it is in begins.
fn exactly(text: &str, at: usize, c: char) -> usize {
    let ahead = text.get(at..).and_then(|rest| rest.find(c));
    at.saturating_add(ahead.unwrap_or(0))
}

fn worded(code: Code, span: Span, problem: Problem) -> Finding {
    let (message, help) = problem.words();
    Finding::new(code, span, message).help(help)
}

/// A template's mark that made the parse fail: on the line of the refusal, or where a whole line
/// before it in this document is a template's.
fn residue(text: &str, begin: usize, at: usize) -> Option<usize> {
    let start = line_start(text, at);
    let line = text.get(start..)?.lines().next()?;
    if let Some(found) = line.find("{{").or_else(|| line.find("{%")).or_else(|| line.find("${")) {
        return start.checked_add(found);
    }
    let mut from = begin;
    let mut last = None;
    for line in text.get(begin..start)?.split_inclusive('\n') {
        let blank = line.len().saturating_sub(line.trim_start().len());
        if line.trim_start().starts_with("{{") || line.trim_start().starts_with("{%") {
            last = from.checked_add(blank);
        }
        from = from.saturating_add(line.len());
    }
    last
}

/// A line that Git wrote around what two branches say differently, at the refusal or before it.
fn conflict(text: &str, begin: usize, at: usize) -> Option<Span> {
    const MARKS: [&str; 4] = ["<<<<<<< ", "||||||| ", "=======", ">>>>>>> "];
    let mut from = line_start(text, begin);
    for line in text.get(from..)?.split_inclusive('\n') {
        if from > at {
            return None;
        }
        if MARKS.iter().any(|mark| line.starts_with(mark)) {
            return Some(Span::new(from, from.saturating_add(line.trim_end().len())));
        }
        from = from.saturating_add(line.len());
    }
    None
}

/// The tab that the refusal is about: before its place on the line, else the next one.
fn tab(text: &str, at: usize) -> Option<usize> {
    let start = line_start(text, at);
    let before = text.get(start..at).and_then(|before| before.find('\t'));
    match before {
        Some(found) => start.checked_add(found),
        None => at.checked_add(text.get(at..)?.find('\t')?),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(0, |line| line.saturating_add(1))
}

fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}
