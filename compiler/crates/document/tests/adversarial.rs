//! Texts that are known to fool readers of YAML, row by row: encodings, marks, types, documents,
//! tags, aliases and JSON.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test says what it expects")]

use meshc_document::{Code, CoreType, File, Kind, Limits, Style, Tree, core_type, read};

fn file(bytes: &[u8]) -> File {
    read(bytes, &Limits::DEFAULT)
}

/// The only finding: its code, first byte and message.
#[track_caller]
fn only(bytes: &[u8]) -> (Code, u32, String) {
    let findings = file(bytes).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = findings.into_iter().next().expect("one");
    (finding.code, finding.span.start, finding.message)
}

/// The values of a document's top mapping, which has nothing wrong.
#[track_caller]
fn values(bytes: &[u8]) -> Vec<(String, String)> {
    let file = file(bytes);
    assert_eq!(file.findings, []);
    let tree: &Tree = &file.trees[0];
    let value = |node| match tree.kind(node) {
        Kind::Scalar { text, style } => format!("{text} {:?}", core_type(text, style)),
        other => format!("{other:?}"),
    };
    tree.entries(tree.root()).map(|entry| (entry.key.into(), value(entry.value))).collect()
}

#[test]
fn g23_other_encodings_are_refused_with_their_place() {
    let utf16: Vec<u8> = "\u{feff}a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(only(&utf16), (Code::YamlSyntax, 0, "byte 0xff is not UTF-8".into()));
    let latin1 = b"a: 1\nb: caf\xe9\n";
    assert_eq!(only(latin1), (Code::YamlSyntax, 11, "byte 0xe9 is not UTF-8".into()));
    let bare: Vec<u8> = "a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(only(&bare), (Code::YamlSyntax, 1, "control character U+0000".into()));
}

#[test]
fn g24_line_ends_mean_the_same() {
    let wanted = values(b"a: 1\nb: |\n  c\n  d\ne: 'f\n  g'\n");
    assert_eq!(wanted[1].1, "c\nd\n Str");
    for other in [
        "\u{feff}a: 1\nb: |\n  c\n  d\ne: 'f\n  g'\n",
        "a: 1\r\nb: |\r\n  c\r\n  d\r\ne: 'f\r\n  g'\r\n",
        "a: 1\rb: |\r  c\r  d\re: 'f\r  g'\r",
        "a: 1\nb: |\n  c\n  d\ne: 'f\n  g'",
    ] {
        assert_eq!(values(other.as_bytes()), wanted, "{other:?}");
    }
    for separator in ['\u{85}', '\u{2028}', '\u{2029}'] {
        for text in [format!("a: b{separator}c: d\n"), format!("a: 1 # b{separator}c: d\n")] {
            let (code, at, message) = only(text.as_bytes());
            assert_eq!((code, text.find(separator)), (Code::YamlSyntax, Some(at as usize)));
            assert!(
                message.ends_with("which older readers take for the end of a line"),
                "{message}"
            );
        }
    }
}

#[test]
fn g25_merge_conflicts_have_a_hint() {
    let conflict = "<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> topic\n";
    let list = "c:\n  - d\n<<<<<<< HEAD\n  - e\n=======\n  - f\n>>>>>>> topic\n";
    let flow = "c: [d,\n<<<<<<< HEAD\n  e,\n=======\n  f,\n>>>>>>> topic\n  g]\n";
    for (text, at) in [(format!("a: 1\n{conflict}"), 5), (list.into(), 9), (flow.into(), 7)] {
        let wanted = (Code::YamlSyntax, at, "a merge conflict that was not resolved".to_owned());
        assert_eq!(only(text.as_bytes()), wanted, "{text}");
    }
}

#[test]
fn g26_keys_written_twice_are_refused_at_every_level() {
    for (text, at) in [
        ("a: 1\na: 2\n", 5),
        ("a: 1\n'a': 2\n", 5),
        ("a: {b: 1, \"\\u0062\": 2}\n", 10),
        ("a:\n  - b: 1\n    b: 1\n", 16),
        ("a: {b, b}\n", 7),
    ] {
        let (code, found, _) = only(text.as_bytes());
        assert_eq!((code, found), (Code::DuplicateKey, at), "{text}");
    }
}

#[test]
fn g28_and_g29_words_have_the_type_of_yaml_1_2() {
    for word in ["no", "on", "y", "NO", "off", "1_000", "12:30:45", "2027-03-31"] {
        assert_eq!(core_type(word, Style::Plain), CoreType::Str, "{word}");
    }
    for (word, wanted) in
        [("010", CoreType::Int), ("1e400", CoreType::Float), (".nan", CoreType::Float)]
    {
        assert_eq!(core_type(word, Style::Plain), wanted, "{word}");
    }
}

#[test]
fn g31_documents_end_where_they_say() {
    assert_eq!(file(b"a: 1\n---\nb: 2\n").trees.len(), 2);
    assert_eq!(file(b"a: 1\n...\nb: 2\n").trees.len(), 2);
    assert_eq!(only(b"a: 1\n... b: 2\n"), (Code::YamlSyntax, 9, "more text behind `...`".into()));
    let more = "more text behind the end of the document's content";
    assert_eq!(only(b"[a]\nb: 2\n"), (Code::YamlSyntax, 4, more.into()));
    assert_eq!(only(b"{\"a\": 1}\n{\"b\": 2}\n"), (Code::YamlSyntax, 9, more.into()));
}

#[test]
fn g32_tags_that_make_something_else_are_refused() {
    for tag in ["!!python/object:os.system", "!!binary", "!!set", "!foo", "!!timestamp"] {
        let (code, at, message) = only(format!("a: {tag} b\n").as_bytes());
        assert_eq!((code, at), (Code::YamlSyntax, 3), "{message}");
        assert_eq!(message, format!("tag `{tag}` has no meaning here"));
    }
    let (code, at, _) = only(b"a: !<tag:yaml.org,2002:str> b\n");
    assert_eq!((code, at), (Code::YamlSyntax, 3));
    let (code, at, _) = only(b"%TAG !e! tag:e.com,2000:\n---\na: 1\n");
    assert_eq!((code, at), (Code::YamlSyntax, 0));
}

#[test]
fn g33_aliases_are_counted_and_never_merged() {
    assert_eq!(only(b"a: &a [*a]\n").0, Code::Budget);
    let wide = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(200), "*a,".repeat(60));
    assert_eq!(only(wide.as_bytes()).0, Code::Budget);
    assert_eq!(only(b"a: &a {b: 1}\nc: {<<: *a}\n"), (Code::MergeKey, 17, MERGE.into()));
    let twice = file(b"a: &a {b: 1}\nc:\n  <<: *a\n  <<: *a\n").findings;
    let codes: Vec<_> = twice.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::MergeKey, Code::DuplicateKey, Code::MergeKey]);
}

const MERGE: &str = "merge keys are YAML 1.1 and read differently by different tools";

#[test]
fn g35_json_is_read_as_strictly() {
    assert_eq!(values(b"{\"a\":1,\"b\":\"\\u00e9\\ud83d\\ude00\"}")[1].1, "é😀 Str");
    assert_eq!(only("[".repeat(100_000).as_bytes()).0, Code::Budget);
    let object = "{\"a\":".repeat(100_000);
    assert_eq!(only(object.as_bytes()).0, Code::Budget);
    assert_eq!(only(b"{\"a\":1,\"a\":2}").0, Code::DuplicateKey);
    for half in ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\ud800x"] {
        let (code, at, message) = only(format!("{{\"a\":\"{half}\"}}").as_bytes());
        let wanted = (Code::YamlSyntax, 6, "no escape that double quotes know");
        assert_eq!((code, at, message.as_str()), wanted, "{half}");
    }
    // A number of any size is kept as it is written; what is too large is for who reads it to say.
    let big = "1".repeat(400);
    assert_eq!(values(format!("{{\"a\":{big}}}").as_bytes())[0].1, format!("{big} Int"));
}
