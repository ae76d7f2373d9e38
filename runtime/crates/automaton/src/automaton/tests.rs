use proptest::prelude::*;

use super::*;
use crate::{Found, Side, common};

fn set(text: &str) -> Automaton {
    Automaton::new(text).unwrap()
}

fn holds(expression: &str, text: &str) -> bool {
    set(expression).matches(text.bytes())
}

#[test]
fn the_whole_text_is_matched_with_or_without_anchors() {
    for expression in ["/a/[0-9]+", "^/a/[0-9]+$", "^/a/[0-9]+", "/a/[0-9]+$"] {
        assert!(holds(expression, "/a/12"), "{expression}");
        for other in ["/a/", "x/a/12", "/a/12x", "/a/12\n", ""] {
            assert!(!holds(expression, other), "{expression} {other:?}");
        }
    }
}

#[test]
fn classes_are_ascii_and_a_dot_is_a_character() {
    assert!(holds(r"\d\w\s", "1_ ") && !holds(r"\d", "٣") && !holds(r"\w", "é"));
    assert!(holds(r"[\d\-x]+", "1-x") && holds(r"\D", "é") && !holds(r"\D", "5"));
    assert!(holds("^.$", "é") && holds(".", "\n") && !holds(".", "ab"));
}

#[test]
fn what_is_not_taken_is_named() {
    for (expression, at, word) in [
        ("a(", 1, "unclosed group"),
        ("(?i)a", 0, "flags"),
        ("x(?i:a)", 1, "flags"),
        (r"a\bc", 1, "word boundaries"),
        (r"a\pL", 1, "Unicode classes"),
        (r"[\pL]", 1, "Unicode classes"),
        ("(a)\\1", 3, "backreferences"),
        ("a{2,1}", 1, "repetition"),
    ] {
        let fault = Automaton::new(expression).unwrap_err();
        assert_eq!(fault.at, at, "{expression}: {fault}");
        assert!(fault.message.contains(word), "{expression}: {fault}");
    }
    assert!(Automaton::new(&"a".repeat(1_025)).unwrap_err().message.contains("longer"));
}

#[test]
fn the_part_that_explodes_is_named() {
    let expression = "/reports/(x|y)*x(x|y){40}/end";
    let fault = Automaton::new(expression).unwrap_err();
    assert!(fault.message.contains("KiB"), "{fault}");
    let part = expression.get(fault.at..fault.at + fault.len).unwrap();
    assert_eq!(part, "(x|y)*x(x|y){40}");
}

#[test]
fn the_first_of_a_union_in_order() {
    for count in [3, 40] {
        let mut texts = vec!["/a/.*", "/a/[0-9]+", "/b"];
        // Each doubles the states; together they are over the budget.
        let wide: Vec<String> =
            (0..count).map(|at| format!("(x|y)*x(x|y){{{}}}", at % 9)).collect();
        texts.extend(wide.iter().map(String::as_str));
        let union = Union::new(&texts, false).unwrap();
        assert_eq!(union.first("/a/1", |_| true), Some(0));
        assert_eq!(union.first("/a/1", |at| at != 0), Some(1));
        assert_eq!(union.first("/b", |_| true), Some(2));
        assert_eq!(union.first("/c", |_| true), None);
    }
    let (at, fault) = Union::new(&["a", "("], false).unwrap_err();
    assert_eq!((at, fault.at), (1, 0));
}

#[test]
fn case_is_ignored_where_asked() {
    let both = Automaton::ignoring_case("/Admin/[a-c]").unwrap();
    assert!(both.matches("/aDMIN/B".bytes()) && !both.matches("/admin/d".bytes()));
    let union = Union::new(&["/x", "/ADMIN"], true).unwrap();
    assert_eq!(union.first("/admin", |_| true), Some(1));
}

#[test]
fn questions_about_sets() {
    let (one, other) = (set("/a/[a-z]+"), set("/[a-z]/b.*"));
    assert_eq!(common(&[Side::In(&one), Side::In(&other)]), Found::Text("/a/b".into()));
    assert_eq!(common(&[Side::In(&set("a+")), Side::In(&set("b+"))]), Found::Nothing);
    assert_eq!(common(&[Side::In(&set("a+")), Side::Out(&set("a*"))]), Found::Nothing);
    assert_eq!(common(&[Side::In(&set("a*")), Side::Out(&set("a+"))]), Found::Text(String::new()));
    assert_eq!(common(&[Side::In(&set(".")), Side::Out(&set("[a-z]"))]), Found::Text("0".into()));
}

fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["a", "b", "/", "[ab]", "[^a]", ".", "é", r"\d"]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 16, 3, |inner| {
        let many = prop::sample::select(vec!["*", "+", "?", "{2}", "{1,3}"]);
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("{one}{other}")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("(?:{one}|{other})")),
            (inner, many).prop_map(|(one, many)| format!("(?:{one}){many}")),
        ]
    })
}

/// Another library's opinion.
fn oracle(expression: &str, text: &str) -> bool {
    let ascii = expression.replace(r"\d", "[0-9]");
    regex::Regex::new(&format!("^(?s:{ascii})$")).unwrap().is_match(text)
}

proptest! {
    #[test]
    fn another_library_agrees(expression in expressions(), text in "[ab/é1]{0,6}") {
        prop_assert_eq!(holds(&expression, &text), oracle(&expression, &text));
    }

    #[test]
    fn a_common_text_is_in_both_and_nothing_means_nothing(
        one in expressions(), other in expressions(), text in "[ab/é1]{0,5}",
    ) {
        let (first, second) = (set(&one), set(&other));
        match common(&[Side::In(&first), Side::In(&second)]) {
            Found::Text(found) => prop_assert!(oracle(&one, &found) && oracle(&other, &found)),
            Found::Nothing => prop_assert!(!(oracle(&one, &text) && oracle(&other, &text))),
            Found::TooMany => {}
        }
        match common(&[Side::In(&first), Side::Out(&second)]) {
            Found::Text(found) => prop_assert!(oracle(&one, &found) && !oracle(&other, &found)),
            Found::Nothing => prop_assert!(!oracle(&one, &text) || oracle(&other, &text)),
            Found::TooMany => {}
        }
    }

    #[test]
    fn nothing_written_makes_it_fall(text in ".{0,40}") {
        let _ = Automaton::new(&text);
    }
}

#[test]
fn sets_that_begin_otherwise_are_told_apart() {
    for (one, other, apart) in [
        ("/a/[0-9]+", "/b/[0-9]+", true),
        ("/a/[0-9]+", "/[ab]/x", false),
        ("/ab", "/a", false),
        ("/ab", "/ac?", false),
        ("/ab", "/acd?", true),
        ("(/a|/b)c", "/c", false),
        ("/é", "/è", true),
        ("", "/a", false),
        (r"[^\s\S]", "/a", false),
    ] {
        assert_eq!(set(one).begins_apart(&set(other)), apart, "{one} {other}");
        assert_eq!(set(other).begins_apart(&set(one)), apart, "{other} {one}");
    }
}

proptest! {
    #[test]
    fn what_begins_apart_has_nothing_in_common(
        one in "[ab](\\?|\\*)?[ab](\\||)[ab]{1,2}(\\?|\\+)?",
        other in "[ab](\\?|\\*)?[ab](\\||)[ab]{1,2}(\\?|\\+)?",
    ) {
        let (one, other) = (set(&one), set(&other));
        if one.begins_apart(&other) {
            prop_assert_eq!(common(&[Side::In(&one), Side::In(&other)]), Found::Nothing);
        }
    }
}
