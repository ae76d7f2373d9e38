//! Texts that nobody writes by accident: bounded work, spans that always fit, nothing hidden.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use meshc_document::{Code, Event, File, Kind, Limits, NodeId, Span, Tree, read};
use meshc_judge::granit;
use proptest::prelude::*;

/// Nodes that a walk through a tree meets, aliases followed.
fn walked(tree: &Tree, node: NodeId, depth: usize) -> usize {
    assert!(depth <= Limits::DEFAULT.depth, "deeper than the budget");
    let items: usize = tree.items(node).map(|item| walked(tree, item, depth + 1)).sum();
    let entries: usize =
        tree.entries(node).map(|entry| 1 + walked(tree, entry.value, depth + 1)).sum();
    1 + items + entries
}

/// Reads within all budgets, or the test fails; gives the codes of the findings.
fn codes(text: &str) -> (File, Vec<Code>) {
    let file = read(text.as_bytes(), &Limits::DEFAULT);
    let budget = Limits::DEFAULT.nodes + 10_000;
    let met: usize = file.trees.iter().map(|tree| walked(tree, tree.root(), 0)).sum();
    assert!(met <= budget, "{met} nodes");
    assert!(file.findings.len() <= Limits::DEFAULT.findings);
    let codes = file.findings.iter().map(|finding| finding.code).collect();
    (file, codes)
}

fn laughs(levels: usize) -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..levels {
        let before = vec![format!("*a{}", level - 1); 9].join(", ");
        text += &format!("a{level}: &a{level} [{before}]\n");
    }
    text
}

#[test]
fn budgets_end_what_is_too_much() {
    let ladder: String = (0..100).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let chain: String = (1..100).map(|i| format!("- &a{i} [*a{}]\n", i - 1)).collect::<String>();
    let hostile = [
        ("brackets", "[".repeat(100_000)),
        ("closed brackets", "[".repeat(2_048) + &"]".repeat(2_048)),
        ("braces", "{a: ".repeat(65) + "1" + &"}".repeat(65)),
        ("dashes", "- ".repeat(10_000)),
        ("ladder", ladder),
        ("laughs", laughs(12)),
        ("chain", format!("- &a0 [x]\n{chain}")),
        ("items", "- a\n".repeat(200_000)),
        ("flow items", format!("[{}]", "a,".repeat(200_000))),
        ("documents", "---\na\n".repeat(100_000)),
        ("large", "a".repeat((1 << 20) + 1)),
    ];
    for (name, text) in hostile {
        let (_, codes) = codes(&text);
        assert_eq!(codes, [Code::Budget], "{name}");
    }
}

#[test]
fn keys_in_keys_are_bounded_too() {
    let (_, codes) = codes(&"{".repeat(10_000));
    assert_eq!(codes.last(), Some(&Code::Budget));
    assert!(codes.len() <= Limits::DEFAULT.depth + 1);
}

#[test]
fn what_is_within_the_budgets_is_read() {
    let rows: String = (0..50_000).map(|i| format!("k{i}: v\n")).collect();
    let comments = "# c\n".repeat(200_000) + "a: b\n";
    let fine = [
        ("scalar", "a".repeat(1 << 20), 1),
        ("quoted", format!("'{}'", "a b\n ".repeat(100_000)), 1),
        ("items", "- a\n".repeat(199_000), 1),
        ("keys", rows, 1),
        ("documents", "---\na\n".repeat(10_000), 10_000),
        ("comments", comments, 1),
        ("deep", "[".repeat(64) + &"]".repeat(64), 1),
        ("laughs", laughs(4), 1),
    ];
    for (name, text, documents) in fine {
        let (file, codes) = codes(&text);
        assert_eq!((codes.as_slice(), file.trees.len()), (&[][..], documents), "{name}");
    }
}

#[test]
fn many_bad_documents_cost_no_more_than_their_text() {
    let text = "---\na: [\n".repeat(100_000);
    let (file, codes) = codes(&text);
    assert_eq!((file.trees.len(), codes.len()), (0, Limits::DEFAULT.findings));
}

#[test]
fn a_spent_document_hides_no_other() {
    for bad in ["[".repeat(100), laughs(12), "a: &a [*a]\n".into()] {
        let file = read(format!("a: 1\n---\n{bad}\n---\nb: 1\n").as_bytes(), &Limits::DEFAULT);
        assert_eq!(file.trees.len(), 2, "{bad}");
        assert_eq!(file.findings.len(), 1, "{bad}");
    }
}

fn inside(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Spans are in the text, on characters, and a child's is within its parent's.
fn well_placed(text: &str, tree: &Tree, node: NodeId, within: Span) {
    let span = tree.span(node);
    assert!(text.get(span.range()).is_some(), "{span:?} cuts {text:?}");
    assert!(inside(within, span), "{span:?} leaves {within:?} in {text:?}");
    for item in tree.items(node) {
        well_placed(text, tree, item, bounds(text, tree, node));
    }
    for entry in tree.entries(node) {
        let bounds = bounds(text, tree, node);
        assert!(inside(bounds, entry.key_span), "{:?} leaves {bounds:?}", entry.key_span);
        well_placed(text, tree, entry.value, bounds);
    }
}

/// Where a node's children may stand: an alias shows those of the node it stands for.
fn bounds(text: &str, tree: &Tree, node: NodeId) -> Span {
    let span = tree.span(node);
    let written = text.get(span.range()).expect("within the text");
    let alias = written.starts_with('*') && tree.kind(node) != Kind::Null;
    if alias { Span { start: 0, end: span.end } } else { span }
}

fn check(bytes: &[u8]) -> File {
    let file = read(bytes, &Limits::DEFAULT);
    for finding in &file.findings {
        let places = [Some(finding.span), finding.secondary.as_ref().map(|(span, _)| *span)];
        for span in places.into_iter().flatten() {
            assert!(span.start <= span.end && span.end as usize <= bytes.len(), "{finding:?}");
        }
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return file };
    let whole = Span { start: 0, end: u32::try_from(text.len()).expect("short") };
    for tree in &file.trees {
        well_placed(text, tree, tree.root(), whole);
    }
    file
}

/// Pieces that YAML gives a meaning to, and some that it does not.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b: ", "c:\n", "- ", "  ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "? ",
        ": ", "'", "\"", "|\n", ">-\n", "&x ", "*x", "!!str ", "!t ", "# e", "---\n", "...\n",
        "%F\n", "\t", "\r\n", "é", "{{", "}}", "${", "<<: ", "\\", "~", "12", "\u{85}", "\u{1}",
        "\u{feff}", "- - ", "k: v\n",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Keys of all documents.
fn names(file: &File) -> Vec<String> {
    let keys = |tree: &Tree| tree.entries(tree.root()).map(|e| e.key.to_owned()).collect();
    let keys: Vec<Vec<String>> = file.trees.iter().map(keys).collect();
    keys.concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn spans_fit_in_any_yaml(text in pieces()) {
        check(text.as_bytes());
    }

    #[test]
    fn spans_fit_in_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn nothing_is_lost_in_silence(text in pieces()) {
        let file = check(text.as_bytes());
        if file.findings.is_empty() {
            let events = granit(&text).expect("no refusal where nothing was found");
            let begun = |(event, _): &&(Event<'_>, Span)| matches!(event, Event::DocumentStart { .. });
            prop_assert_eq!(file.trees.len(), events.iter().filter(begun).count());
        }
    }

    #[test]
    fn the_documents_around_are_read(bad in pieces()) {
        let file = check(format!("first: 1\n---\n{bad}\n---\nlast: 1\n").as_bytes());
        let names = names(&file);
        prop_assert_eq!(names.first().map(String::as_str), Some("first"));
        prop_assert_eq!(names.last().map(String::as_str), Some("last"));
    }
}
