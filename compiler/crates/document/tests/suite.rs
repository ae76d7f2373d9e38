//! Every case of the public yaml-test-suite: the reader's events and those of its judge, and what
//! `read` makes of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test says what it expects")]

use std::fmt::Write;
use std::path::PathBuf;

use meshc_document::{Event, Limits, Span, Style, Tag, read};
use meshc_judge::{agree, granit, ours};
use serde_json::Value;

/// Cases of the suite's release that `cases.jsonl` was made from, and those that must be refused.
const CASES: (usize, usize) = (402, 94);

struct Case {
    id: String,
    yaml: String,
    events: String,
    fails: bool,
}

fn suite(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite").join(file)
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(suite("cases.jsonl")).expect("cases.jsonl");
    text.lines()
        .map(|line| {
            let case: Value = serde_json::from_str(line).expect("one case a line");
            let field = |name: &str| case[name].as_str().expect("text").to_owned();
            let fails = case["fail"].as_bool().expect("truth value");
            Case { id: field("id"), yaml: field("yaml"), events: field("events"), fails }
        })
        .collect()
}

/// Events in the suite's notation; nothing if an alias is unknown. Anchors are numbered.
fn noted(events: Vec<(Event<'_>, Span)>) -> Option<String> {
    let mut out = String::from("+STR");
    for (event, _) in events {
        let line = match event {
            Event::DocumentStart { explicit } => {
                (if explicit { "+DOC ---" } else { "+DOC" }).into()
            }
            Event::DocumentEnd => "-DOC".into(),
            Event::SequenceEnd => "-SEQ".into(),
            Event::MappingEnd => "-MAP".into(),
            Event::Alias(anchor) => format!("=ALI *{anchor}"),
            Event::UnknownAlias(_) => return None,
            Event::SequenceStart { flow, anchor, tag } => {
                format!("+SEQ{}{}", if flow { " []" } else { "" }, properties(anchor, tag))
            }
            Event::MappingStart { flow, anchor, tag } => {
                format!("+MAP{}{}", if flow { " {}" } else { "" }, properties(anchor, tag))
            }
            Event::Scalar { text, style, anchor, tag } => {
                format!("=VAL{} {}{}", properties(anchor, tag), sigil(style), escaped(&text))
            }
        };
        out.push('\n');
        out.push_str(&line);
    }
    out.push_str("\n-STR");
    Some(out)
}

fn properties(anchor: Option<u32>, tag: Option<Box<Tag>>) -> String {
    let mut out = String::new();
    if let Some(anchor) = anchor {
        write!(out, " &{anchor}").expect("a string");
    }
    if let Some(tag) = tag {
        write!(out, " <{}>", tag.name).expect("a string");
    }
    out
}

fn sigil(style: Style) -> char {
    match style {
        Style::Plain => ':',
        Style::SingleQuoted => '\'',
        Style::DoubleQuoted => '"',
        Style::Literal => '|',
        Style::Folded => '>',
    }
}

fn escaped(text: &str) -> String {
    let pairs = [('\\', "\\\\"), ('\n', "\\n"), ('\t', "\\t"), ('\r', "\\r"), ('\u{8}', "\\b")];
    pairs.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The suite's events with anchors numbered in order, as ours are; whether a document's end was
/// written is nothing our events tell.
fn wanted(events: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    let lines = events.lines().map(|line| {
        if line.starts_with("-DOC") {
            names.clear();
            return "-DOC".to_owned();
        }
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for word in words.iter_mut().skip(1) {
            if word.starts_with([':', '\'', '"', '|', '>']) {
                break;
            }
            if let Some(name) = word.strip_prefix('&') {
                names.push(name.to_owned());
                *word = format!("&{}", names.len());
            } else if let Some(name) = word.strip_prefix('*') {
                let at = names.iter().rposition(|known| known == name).expect("a known anchor");
                *word = format!("*{}", at + 1);
            }
        }
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_suite_is_whole() {
    let cases = cases();
    assert_eq!((cases.len(), cases.iter().filter(|case| case.fails).count()), CASES);
}

/// Compares events of a parser, none where it refuses, with the suite's. `strict` says whether it
/// must take all that is valid.
fn compare(events: impl Fn(&str) -> Option<String>, strict: bool) {
    let mut wrong = Vec::new();
    for case in cases() {
        let want = (!case.fails).then(|| wanted(&case.events));
        let got = events(&case.yaml);
        if got != want && (got.is_some() || strict) {
            wrong.push(format!("{}: wanted {want:#?}\ngot {got:#?}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_judge_agrees_with_the_suite() {
    compare(|yaml| noted(granit(yaml).ok()?), true);
}

#[test]
fn events_agree_with_the_suite() {
    compare(|yaml| noted(ours(yaml).ok()?), false);
}

#[test]
fn the_judge_agrees_on_every_case() {
    let judged = |case: &Case| agree(&case.yaml).err().map(|why| format!("{}: {why}", case.id));
    let wrong: Vec<String> = cases().iter().filter_map(judged).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn invalid_cases_are_findings() {
    for case in cases().iter().filter(|case| case.fails) {
        let file = read(case.yaml.as_bytes(), &Limits::DEFAULT);
        assert!(!file.findings.is_empty(), "{} is read without a finding", case.id);
    }
}

/// Every document of a valid case is read, but for those with a finding.
#[test]
fn valid_cases_give_every_document() {
    for case in cases().iter().filter(|case| !case.fails) {
        let file = read(case.yaml.as_bytes(), &Limits::DEFAULT);
        let documents = case.events.lines().filter(|line| line.starts_with("+DOC")).count();
        let refused = file.findings.len();
        assert!(file.trees.len() + refused >= documents, "{}", case.id);
        assert!(file.trees.len() == documents || refused > 0, "{}", case.id);
    }
}

/// `MESHC_REWRITE=1 cargo test` writes the list anew; its difference is then to be argued.
#[test]
fn valid_cases_that_are_refused_are_listed() {
    let mut list = String::new();
    for case in cases().iter().filter(|case| !case.fails) {
        for finding in read(case.yaml.as_bytes(), &Limits::DEFAULT).findings {
            let code = finding.code.as_str();
            writeln!(list, "{} {code} {}", case.id, finding.message).expect("a string");
        }
    }
    let path = suite("refusals.txt");
    if std::env::var_os("MESHC_REWRITE").is_some() {
        std::fs::write(&path, &list).expect("refusals.txt");
    }
    let listed = std::fs::read_to_string(&path).expect("refusals.txt");
    assert_eq!(listed, list);
}
