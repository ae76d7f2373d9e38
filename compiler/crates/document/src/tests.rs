use crate::*;

fn file(text: &str) -> File {
    read(text.as_bytes(), &Limits::DEFAULT)
}

/// Code, text at the place and message of each finding.
fn found(text: &str) -> Vec<(&'static str, String, String)> {
    let at = |span: Span| String::from_utf8_lossy(&text.as_bytes()[span.range()]).into_owned();
    let all = file(text).findings;
    all.into_iter().map(|f| (f.code.as_str(), at(f.span), f.message)).collect()
}

#[track_caller]
fn one(text: &str, code: &str, start: u32, place: &str, message: &str) {
    let findings = file(text).findings;
    assert_eq!(found(text), [(findings[0].code.as_str(), place.into(), message.into())]);
    assert_eq!((findings[0].code.as_str(), findings[0].span.start), (code, start));
    assert!(findings[0].help.is_some(), "{text:?} has no help");
}

fn keys(tree: &Tree) -> Vec<&str> {
    tree.entries(tree.root()).map(|entry| entry.key).collect()
}

#[test]
fn keys_and_values_have_their_places() {
    let text = "a: {b: [1, two, \"x\\n\"]}\nc:\n  - d: 'e'\n\n\nf: |\n  g\n";
    let file = file(text);
    assert_eq!(file.findings, []);
    let tree = &file.trees[0];
    let place = |span: Span| text.get(span.range()).expect("within the text");
    let entries: Vec<_> = tree.entries(tree.root()).collect();
    assert_eq!(keys(tree), ["a", "c", "f"]);
    assert_eq!(place(entries[0].key_span), "a");
    assert_eq!(place(tree.span(entries[0].value)), "{b: [1, two, \"x\\n\"]}");
    assert_eq!(place(tree.span(entries[1].value)), "- d: 'e'");
    let b = tree.get(entries[0].value, "b").expect("b").value;
    let items: Vec<_> = tree.items(b).map(|item| (tree.kind(item), tree.span(item))).collect();
    assert_eq!(items[0].0, Kind::Scalar { text: "1", style: Style::Plain });
    assert_eq!(items[2].0, Kind::Scalar { text: "x\n", style: Style::DoubleQuoted });
    assert_eq!(place(items[2].1), "\"x\\n\"");
    assert_eq!(tree.kind(entries[2].value), Kind::Scalar { text: "g\n", style: Style::Literal });
}

#[test]
fn nothing_is_null_unless_quoted() {
    let file = file("[ ~, null, '', \"null\", !!str null, a]\n");
    let tree = &file.trees[0];
    let null: Vec<_> = tree.items(tree.root()).map(|item| tree.kind(item) == Kind::Null).collect();
    assert_eq!(null, [true, true, false, false, false, false]);
    assert_eq!(file.findings, []);
}

/// Every event of the reader, as the builder meets it.
struct Kept<'a>(Vec<(Event<'a>, Span)>);

impl<'a> Receiver<'a> for Kept<'a> {
    type Stop = core::convert::Infallible;

    fn take(&mut self, event: Event<'a>, span: Span) -> Result<(), Self::Stop> {
        self.0.push((event, span));
        Ok(())
    }
}

/// The nodes of a text's trees in order: places where they begin, and the text of scalars.
fn nodes(file: &File) -> Vec<(u32, Option<String>)> {
    let of_tree = |tree: &Tree| -> Vec<_> {
        let nodes = tree.nodes.iter().enumerate().map(|(index, node)| {
            let scalar =
                matches!(node.what, crate::tree::What::Scalar(_) | crate::tree::What::Decoded(..));
            let id = NodeId(u32::try_from(index).expect("few"));
            (node.span.start, scalar.then(|| tree.text(id).to_owned()))
        });
        nodes.collect()
    };
    file.trees.iter().flat_map(of_tree).collect()
}

#[test]
fn trees_hold_what_the_events_say() {
    let texts = [
        "a: 'b'\nc: \"\"\nd: !!str \"e\"\n!!str f: !!str g\n'': ''\n",
        "- \"a\\n\"\n- 'b''c'\n- 'd\n  e'\n- |\n f\n- >-\n g\n h\n- i\n  j\n",
        "{a: , b, c: [d: e, 'f':g, &x h, *x ]}\n",
        "--- &a b\n---\n---\n- &c\n- !!null\n...\n",
    ];
    let texts = texts.map(str::to_owned);
    let mut mutator = meshc_judge::Mutator::new(5);
    let mutants: Vec<String> = (0..5_000).map(|_| mutator.mutant(&texts)).collect();
    let mut taken = 0;
    for text in texts.iter().chain(&mutants) {
        let file = file(text);
        if !file.findings.is_empty() || text.starts_with('\u{feff}') {
            continue;
        }
        let mut kept = Kept(vec![]);
        assert!(events(text, 0..text.len(), &mut kept).is_ok(), "{text:?}");
        let wanted = kept.0.into_iter().filter_map(|(event, span)| match event {
            Event::Scalar { text, .. } => Some((span.start, Some(text.into_owned()))),
            Event::SequenceStart { .. } | Event::MappingStart { .. } | Event::Alias(_) => {
                Some((span.start, None))
            }
            _ => None,
        });
        assert_eq!(nodes(&file), wanted.collect::<Vec<_>>(), "{text:?}");
        taken += 1;
    }
    assert!(taken > 1_000, "{taken}");
}

#[test]
fn a_key_twice_shows_both_places() {
    let finding = &file("a: 1\nb: 2\n'a': 3\n").findings[0];
    assert_eq!((finding.code, finding.span), (Code::DuplicateKey, Span { start: 10, end: 13 }));
    assert_eq!(finding.secondary, Some((Span { start: 0, end: 1 }, "first written here".into())));
}

#[test]
fn mistakes_are_found_at_their_place() {
    one("a: [1, 2\n", "MC001", 3, "[", "`[` is opened and never closed");
    one("a: [1}\n", "MC001", 3, "[", "`[` is closed by `}`");
    one("'b\n", "MC001", 0, "'", "a quote is opened and never closed");
    let quoted = "a quote is still open at a line that is not indented";
    one("a: 'b\nc: d\n", "MC001", 6, "c", quoted);
    one("a: @b\n", "MC001", 3, "@", "`@` cannot begin a value");
    one("a: b\u{7}c\n", "MC001", 4, "\u{7}", "control character U+0007");
    one("a: !foo b\n", "MC001", 3, "!foo", "tag `!foo` has no meaning here");
    one("a: !!int b\n", "MC001", 3, "!!int", "tag `!!int` has no meaning here");
    one("é: !!seq\n  b: 1\n", "MC001", 4, "!!seq", "tag `!!seq` has no meaning here");
    let collection = "a key must be a word, not a collection";
    one("{[a]: b}\n", "MC001", 1, "[", collection);
    one("[a]: b\n", "MC001", 0, "[", collection);
    one("a: [{b: c}: d]\n", "MC001", 10, ":", collection);
    one("? [a]\n: b\n", "MC001", 0, "?", "a `?` that begins a key");
    one("a: 1\n: b\n", "MC001", 5, ":", "a `:` without a key before it");
    one("a: {: b}\n", "MC001", 4, ":", "a `:` without a key before it");
    one("a: [b] c\n", "MC001", 7, "c", "more text behind the closing bracket");
    one("a: [,]\n", "MC001", 4, ",", "a comma with nothing before it");
    one("[a]\nb\n", "MC001", 4, "b", "more text behind the end of the document's content");
    one("a: *b\nc: d\n", "MC001", 3, "*b", "`*b` stands for nothing");
    one("a: 1\n<<: {b: 2}\n", "MC005", 5, "<<", MERGE);
    one("\ta: 1\n", "MC006", 0, "\t", "a tab as indentation");
    one("a:\n\tb: 1\n", "MC006", 3, "\t", "a tab as indentation");
    one("a:\n  b: 1\n\tc: 1\n", "MC006", 10, "\t", "a tab as indentation");
    one("a: &x [*x]\n", "MC007", 7, "*x", "an anchor is used inside itself");
    one("a: {{ .Values.b }}\n", "MC008", 3, "{{", "a template that was never rendered");
    one("a: b-{{ c }}\n", "MC008", 3, "b-{{ c }}", "a template that was never rendered");
    one("a: ${B}\n", "MC008", 3, "${B}", "a template that was never rendered");
    one("{{- if .a }}\nb: 1\n", "MC008", 0, "{{", "a template that was never rendered");
}

const MERGE: &str = "merge keys are YAML 1.1 and read differently by different tools";

#[test]
fn quoted_marks_are_text() {
    let file = file("a: '{{ b }}'\n'<<': \"${c}\"\nd: |\n  {{ e }}\n");
    assert_eq!(file.findings, []);
    assert_eq!(keys(&file.trees[0]), ["a", "<<", "d"]);
}

#[test]
fn what_can_mean_nothing_is_no_entry() {
    assert_eq!(keys(&file("{<<: {b: 2}, [a]: b, c: 1}\n").trees[0]), ["c"]);
}

#[test]
fn a_bad_document_hides_no_other() {
    let bad = [
        "b: [1, 2\n",
        "b: 'c\n",
        "b: \"c\n",
        "b: @\n",
        "\tb: 1\n",
        "b: ]\n",
        "{{ b }}\nb: 1\n",
        "b: {\n",
        "b: c: d\n",
        "b: &b [*b]\n",
        "b: \u{1}\n",
        "# \u{1}\n",
        "b: |\n  \u{1}\n",
        "%b\n",
        "b\nc: 1\n",
        "b: 1\n... d\n",
        "b: &\n",
        "b: \"\\q\"\n",
        "{}|\n",
        "b: 1\n  c: 1\n",
    ];
    for bad in bad {
        for (mark, line) in [("---\n", "\n"), ("--- # c\r\n", "\r\n")] {
            let text = format!("a: 1\n{mark}{bad}{mark}c: 1\n").replace('\n', line);
            let text = text.replace("\r\r", "\r");
            let file = file(&text);
            let names: Vec<_> = file.trees.iter().flat_map(keys).collect();
            assert!(
                names.first() == Some(&"a") && names.last() == Some(&"c"),
                "{text:?}: {file:?}"
            );
            assert!(!file.findings.is_empty(), "{text:?}");
        }
    }
}

#[test]
fn the_first_document_may_be_the_bad_one() {
    assert_eq!(keys(&file("a: [1\n---\nb: 1\n").trees[0]), ["b"]);
    assert_eq!(keys(&file("a: [1\n...\nb: 1\n").trees[0]), ["b"]);
    assert_eq!(file("a: [1\n---\nb: [1\n---\nc: [1\n").findings.len(), 3);
}

#[test]
fn bytes_that_are_no_text_cost_one_document() {
    for bad in [
        &b"b: \xff\n"[..],
        b"b: c \xffd\n",
        b"# \xff\n",
        b"b: '\xff'\n",
        b"b: |\n  \xff\n",
        b"\xffb: 1\n",
    ] {
        let bytes = [b"a: 1\n---\n", bad, b"---\nc: 1\n"].concat();
        let file = read(&bytes, &Limits::DEFAULT);
        let at = bytes.iter().position(|&byte| byte == 0xff).expect("the byte");
        let finding = &file.findings[0];
        assert_eq!(finding.message, "byte 0xff is not UTF-8");
        assert_eq!((finding.code, finding.span), (Code::YamlSyntax, Span::new(at, at + 1)));
        let names: Vec<_> = file.trees.iter().flat_map(keys).collect();
        assert!(names.first() == Some(&"a") && names.last() == Some(&"c"), "{bad:?} {names:?}");
    }
    let file = read(b"a: b\0\n---\nc: 1\n", &Limits::DEFAULT);
    assert_eq!(file.findings[0].message, "control character U+0000");
    assert_eq!(keys(&file.trees[0]), ["c"]);
}

#[test]
fn byte_order_mark_and_crlf_are_no_mistakes() {
    let text = "\u{feff}a: 1\r\nb:\r\n  - c\r\n";
    let file = file(text);
    assert_eq!(file.findings, []);
    assert_eq!(keys(&file.trees[0]), ["a", "b"]);
    let a = file.trees[0].get(file.trees[0].root(), "a").expect("a");
    assert_eq!(text.get(a.key_span.range()), Some("a"));
    assert_eq!(LineIndex::new(text.as_bytes()).position(a.key_span.start), (1, 1));
}

#[test]
fn an_alias_is_what_it_stands_for() {
    let file = file("a: &x {b: 1}\nc: *x\n*y : 1\n&k d: *k\n*k : 2\n");
    assert_eq!(found("a: &x 1\n*x : 1\n"), []);
    let tree = &file.trees[0];
    let c = tree.get(tree.root(), "c").expect("c").value;
    assert_eq!(tree.kind(c), Kind::Mapping);
    assert_eq!(tree.get(c, "b").map(|entry| entry.key), Some("b"));
    let codes: Vec<_> = file.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::YamlSyntax, Code::DuplicateKey]);
}

#[test]
fn lines_and_columns_count_characters() {
    let lines = LineIndex::new("aé€b\r\nc\rd\n".as_bytes());
    let at = |byte| lines.position(byte);
    assert_eq!([at(0), at(1), at(3), at(6)], [(1, 1), (1, 2), (1, 3), (1, 4)]);
    assert_eq!([at(9), at(11), at(99)], [(2, 1), (3, 1), (4, 1)]);
}

#[test]
fn core_types_are_those_of_yaml_1_2() {
    let is = |text| core_type(text, Style::Plain);
    for text in ["0", "-12", "+3", "012", "0o17", "0xfF"] {
        assert_eq!(is(text), CoreType::Int, "{text}");
    }
    for text in ["1.", ".5", "-1.5e-3", "1e3", "+.inf", "-.INF", ".nan", "12e03"] {
        assert_eq!(is(text), CoreType::Float, "{text}");
    }
    for text in ["yes", "on", "tRUE", "0b1", "1_000", "-0x1", "0o8", ".", "+", "1e", "-.nan", "1:2"]
    {
        assert_eq!(is(text), CoreType::Str, "{text}");
    }
    assert_eq!([is("true"), is("FALSE")], [CoreType::Bool(true), CoreType::Bool(false)]);
    assert_eq!([is(""), is("~"), is("NULL")], [CoreType::Null; 3]);
    assert_eq!(core_type("1", Style::SingleQuoted), CoreType::Str);
}

#[test]
fn traps_are_what_yaml_1_1_reads_as_no_text() {
    for text in ["y", "N", "yes", "No", "ON", "off", "true"] {
        assert_eq!(yaml11_trap(text), Some(Trap::Boolean), "{text}");
    }
    let doubtful = [
        "012",
        "22:22",
        "2027-03-31",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43",
        "1e3",
        "1_000",
        "0o7",
        ".inf",
        "-.Inf",
        ".NaN",
        "0x1F",
        "0b11",
        "1:30:00",
        "190:20:30.15",
        "",
        "~",
        "1_0.5",
        "0x_1f",
        "0_7",
        "-1_0",
        "=",
        "<<",
    ];
    for text in doubtful {
        assert_eq!(yaml11_trap(text), Some(Trap::Ambiguous), "{text}");
    }
    let text = [
        "a",
        "nO",
        "yES",
        "10.0.0.1",
        "1.2.3",
        "80:80",
        "127.0.0.1:80",
        "::1",
        "fe80::1",
        "1.2.3.4/8",
        "2027-03",
        "2027-03-31x",
        "v1",
        "1h30m",
        "64KiB",
        "10%",
        "100/s",
        "_1",
        "1:a",
        "-",
        "0b2",
        "08a",
    ];
    for text in text {
        assert_eq!(yaml11_trap(text), None, "{text}");
    }
}
