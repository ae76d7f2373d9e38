use proptest::prelude::*;

use super::*;
use crate::same::same;

const ORDER: &[u8] = include_bytes!("../../../meshc/schema/order.json");
const SUITE: &str = include_str!("../../document/tests/suite/cases.jsonl");
const SEEDS: [&str; 4] = [
    include_str!("../../../meshc/schema/examples/ServiceIntent.yaml"),
    include_str!("../../../meshc/schema/examples/GatewayIntent.yaml"),
    include_str!("../../../meshc/schema/examples/PolicyTest.yaml"),
    COMMENTED,
];
/// Every place a comment or a blank line can have.
const COMMENTED: &str = "\
# yaml-language-server: $schema=x

# head
apiVersion: meshc.dev/v1   # behind


kind: ServiceIntent
metadata: # above a block
  # first
  name: cart

  namespace: shop # last
  # below the last
# of spec
spec:
  allow: # rules
  - name: a # item
    from: [web, # broken
      # alone
      cron] # closed
    # below from
  # below the list
  owner: 'team'
  operations: {read: {match: [\"GET /x\"]}} # flow
  note: | # text
    line # no comment

    more

  # before hosts
  hosts:
    # of a
    - a.test
    -
      # of b
      b.test
    # end
---
# second
kind: Mesh
# very last
";

fn order() -> Order {
    Order::parse(ORDER).expect("generated")
}

fn made(text: &str) -> String {
    format(text.as_bytes(), &order()).unwrap_or_else(|left| panic!("{left:?} in {text}"))
}

#[track_caller]
fn becomes(text: &str, wanted: &str) {
    let once = made(text);
    assert_eq!(once, wanted);
    assert_eq!(made(&once), once, "twice is once");
}

/// Gives the text in its layout after asking everything that must hold of it.
fn lawful(text: &str) -> Option<String> {
    let once = format(text.as_bytes(), &order()).ok()?;
    let (old, new) = (text.trim_start_matches(MARK), once.trim_start_matches(MARK));
    let trees = |text: &str| read(text.as_bytes(), &Limits::DEFAULT).trees;
    assert!(same((old, &trees(old)), (new, &trees(new))), "{text:?} became {once:?}");
    assert_eq!(format(once.as_bytes(), &order()).as_ref(), Ok(&once), "{text:?} twice");
    Some(once)
}

#[test]
fn comments_and_blank_lines_stay_where_they_belong() {
    becomes(
        COMMENTED,
        "\
# yaml-language-server: $schema=x

# head
apiVersion: meshc.dev/v1  # behind

kind: ServiceIntent
metadata:  # above a block
  # first
  name: cart

  namespace: shop  # last
  # below the last
# of spec
spec:
  # below the list
  owner: \"team\"

  # before hosts
  hosts:
    # of a
    - a.test
    # of b
    - b.test
    # end
  operations: {read: {match: [\"GET /x\"]}}  # flow
  allow:  # rules
    - name: a  # item
      from:  # closed
        - web  # broken
        # alone
        - cron
      # below from
  note: |  # text
    line # no comment

    more
---
# second
kind: Mesh
# very last
",
    );
}

#[test]
fn fields_stand_in_the_order_of_the_models() {
    becomes(
        "kind: ServiceIntent\nspec:\n  zeta: 1\n  calls: [{timeout: 1s, to: a}]\n  owner: x\n  alpha: 2\nmetadata: {namespace: a, name: b}\napiVersion: v\n",
        "apiVersion: v\nkind: ServiceIntent\nmetadata: {name: b, namespace: a}\nspec:\n  owner: x\n  calls: [{to: a, timeout: 1s}]\n  zeta: 1\n  alpha: 2\n",
    );
    // Operations are called as people like.
    let text =
        "kind: ServiceIntent\nspec:\n  operations:\n    z: {match: [a]}\n    a: {match: [b]}\n";
    becomes(text, text);
    // An alias would lose its anchor.
    let text = "kind: ServiceIntent\nspec:\n  calls: &x [{to: a}]\n  owner: *x\n";
    becomes(text, text);
}

#[test]
fn indentation_is_two_blanks_and_brackets_stay_where_they_fit() {
    becomes(
        "a:\n    b:\n    - 1\n    -   - 2\n        - 3\n    -   c: 4\n        d: 5\n",
        "a:\n  b:\n    - 1\n    - - 2\n      - 3\n    - c: 4\n      d: 5\n",
    );
    becomes(
        "a: [ 1,2 ,\n  3 ]\nb: { c : d }\ne: [f: g]\n",
        "a: [1, 2, 3]\nb: {c: d}\ne: [{f: g}]\n",
    );
    let long = "x".repeat(60);
    becomes(
        &format!("a: [{long}, {{b: {long}}}]\n"),
        &format!("a:\n  - {long}\n  - {{b: {long}}}\n"),
    );
    becomes(&format!("- {{a: {long}, b: {long}}}\n"), &format!("- a: {long}\n  b: {long}\n"));
    becomes("a: []\nb: {}\nc:\n", "a: []\nb: {}\nc:\n");
}

#[test]
fn texts_of_several_lines_keep_their_words() {
    becomes(
        "a: |-\n      x\n        y\n\n      z\n\n\nb: >\n x\nc: one\n     two\n\n     three\nd: \"e\n  f\"\n",
        "a: |-\n  x\n    y\n\n  z\n\nb: >\n  x\nc: one\n  two\n\n  three\nd: \"e\n  f\"\n",
    );
    becomes("- |+\n    x\n\n\n- y\n", "- |+\n  x\n\n\n- y\n");
}

#[test]
fn quotes_change_only_where_they_say_the_same() {
    becomes(
        "a: 'b'\nc: 'd\"e'\nf: 'g\\h'\ni: 'j''k'\n\"l\": \"\\t\"\n",
        "a: \"b\"\nc: 'd\"e'\nf: 'g\\h'\ni: 'j''k'\n\"l\": \"\\t\"\n",
    );
}

#[test]
fn line_ends_and_byte_order_mark_stay() {
    becomes("\u{feff}a:   1\r\n\r\n\r\nb: |\r\n    x\r\n", "\u{feff}a: 1\r\n\r\nb: |\r\n  x\r\n");
    becomes("a: 1", "a: 1\n");
    becomes("a: 1\n\n\n", "a: 1\n");
    becomes("# only\n", "# only\n");
    becomes("", "");
}

#[test]
fn documents_keep_their_marks() {
    becomes("---\na: 1\n---   # x\nb: 2\n...\n# y\n", "---\na: 1\n---  # x\nb: 2\n# y\n");
    becomes("# a\n---\n# b\na: 1\n", "# a\n---\n# b\na: 1\n");
}

#[test]
fn what_cannot_be_read_is_left_alone_and_said() {
    let left = |text: &str| format(text.as_bytes(), &order()).expect_err("left").message;
    assert_eq!(left("a: [1\n"), "`[` is opened and never closed");
    assert_eq!(left("a: 1\na: 2\n"), "`a` is written twice");
    assert_eq!(left("? a\n: b\n"), "a `?` that begins a key");
    assert!(!left("%YAML 1.2\n---\na: 1\n").is_empty());
    assert_eq!(left("a: 1\rb: 2\r"), "a line that ends with a carriage return alone");
    assert_eq!(format(b"a: \xff", &order()).expect_err("left").span.start, 3);
}

#[test]
fn the_largest_files_are_answered() {
    let keys: String = (0..40_000).map(|n| format!("k{n}: [a, b], ")).collect();
    assert!(lawful(&format!("a: {{{keys}}}\n")).is_some());
    let items: String = (0..30_000).map(|n| format!("- - - k: {n} # c\n")).collect();
    assert!(lawful(&items).is_some());
    let deep = format!("{}{}\n", "[".repeat(60), "]".repeat(60));
    assert!(lawful(&deep).is_some());
    let blank = format!("a: 1\n{}b: |\n{}\n  c\n", "\n".repeat(200_000), " \n".repeat(100_000));
    assert!(lawful(&blank).is_some());
}

#[test]
fn the_yaml_test_suite_keeps_its_meaning() {
    let (mut read, mut laid) = (0, 0);
    for line in SUITE.lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("a case");
        let text = case["yaml"].as_str().expect("yaml");
        let file = meshc_document::read(text.as_bytes(), &Limits::DEFAULT);
        read += usize::from(file.findings.is_empty() && !file.trees.is_empty());
        laid += usize::from(lawful(text).is_some_and(|made| !made.is_empty()));
    }
    assert!(laid * 4 >= read * 3, "only {laid} of {read} have a layout");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn mutants_keep_their_meaning(seed in 0..4_usize, edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..12_usize), 1..6)) {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (place, what) in edits {
            let at = place.index(bytes.len());
            match what {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, b'\n'),
                2 => bytes.splice(at..at, *b" # c\n").for_each(drop),
                3 => bytes.splice(at..at, *b"\n\n\n").for_each(drop),
                4 => bytes.insert(at, b' '),
                5 => bytes.splice(at..at, *b"  ").for_each(drop),
                6 => bytes.splice(at..at, *b"[a, b]").for_each(drop),
                7 => bytes.splice(at..at, *b"\n# own\n").for_each(drop),
                8 => bytes.insert(at, b'\''),
                9 => bytes.splice(at..at, *b"\n- ").for_each(drop),
                10 => bytes.splice(at..at, *b": ").for_each(drop),
                _ => bytes.splice(at..at, *b", ").for_each(drop),
            }
        }
        if let Ok(text) = core::str::from_utf8(&bytes) {
            lawful(text);
        }
    }

    #[test]
    fn any_text_is_answered(text in "[a-c:\\-\\[\\]{},#&*!|>'\"?% \n]{0,60}") {
        lawful(&text);
    }
}
