use crate::*;
use proptest::prelude::*;

fn first(text: &str) -> Finding {
    read(text.as_bytes(), &Limits::DEFAULT).findings.into_iter().next().expect("a finding")
}

#[test]
fn smoke() {
    let file = read(b"a: {b: [1, two, \"x\\n\"]}\nc:\n  - d: e\n", &Limits::DEFAULT);
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    let tree = &file.trees[0];
    let entries: Vec<_> = tree.entries(tree.root()).collect();
    assert_eq!(entries[0].key, "a");
    assert_eq!(tree.kind(entries[1].value), Kind::Sequence);
}

#[test]
fn duplicate() {
    let finding = first("a: 1\nb: 2\na: 3\n");
    assert_eq!((finding.code, finding.span), (Code::DuplicateKey, Span { start: 10, end: 11 }));
}

proptest! {
    #[test]
    fn never_panics(text in ".{0,200}") {
        let file = read(text.as_bytes(), &Limits::DEFAULT);
        for tree in &file.trees { let _ = tree.kind(tree.root()); }
    }
}
