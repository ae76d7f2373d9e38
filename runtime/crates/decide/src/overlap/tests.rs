use meshc_snapshot::slice::{Condition, Retry, Test};

use super::*;
use crate::pattern::parse_shorthand;

const PLAIN: [Reading; 1] = [Reading::Plain];

fn operation(name: &str, matches: Vec<Match>) -> Operation {
    let retry = Retry { attempts: 0, on: None, per_try_ms: None };
    Operation {
        idempotent: false,
        matches: matches.into(),
        name: name.into(),
        ports: vec![0],
        retry,
        timeout_ms: 1,
    }
}

fn matching(text: &str) -> Match {
    let (methods, _) = parse_shorthand(text).unwrap();
    let path = text.split_once(' ').unwrap().1.to_owned();
    Match { headers: vec![], host: None, methods, path, query: vec![], regex: None }
}

fn with_header(text: &str, name: &str, test: Test) -> Match {
    let header = Condition { name: name.into(), not: false, test };
    Match { headers: vec![header], ..matching(text) }
}

fn between(one: Match, other: Match) -> Option<Example> {
    let found = overlaps(&[operation("a", vec![one]), operation("b", vec![other])], &PLAIN);
    assert!(found.len() < 2);
    found.into_iter().next().map(|overlap| overlap.example)
}

#[test]
fn equally_specific_matches_that_meet_are_found_with_a_request() {
    let example = between(matching("GET /a/{x}"), matching("GET,HEAD /{y}/b")).unwrap();
    assert_eq!((example.method.as_str(), example.path.as_str()), ("GET", "/a/b"));
    let example = between(
        with_header("ANY /a", "x-one", Test::Equals("1".into())),
        with_header("ANY /a", "x-two", Test::Prefix("p".into())),
    )
    .unwrap();
    assert_eq!(example.headers, [("x-one".into(), "1".into()), ("x-two".into(), "p".into())]);
}

#[test]
fn what_precedence_parts_is_no_overlap() {
    for (one, other) in [
        ("GET /a", "GET /{x}"),
        ("GET /a/{x}", "GET /a/{x}:refund"),
        ("GET /a/**", "GET /a/{x}/**"),
        ("GET /a", "HEAD /a"),
        ("GET /a", "GET,HEAD /a"),
        ("GET /a/{x}", "GET /b/{x}"),
    ] {
        assert_eq!(between(matching(one), matching(other)), None, "{one} and {other}");
    }
    let on = |value: &str| with_header("ANY /a", "x-one", Test::Equals(value.into()));
    assert_eq!(between(on("1"), on("2")), None);
    assert!(between(on("1"), on("1")).is_some());
}

#[test]
fn operations_on_different_ports_do_not_meet() {
    let mut other = operation("b", vec![matching("GET /a")]);
    other.ports = vec![1];
    assert!(overlaps(&[operation("a", vec![matching("GET /a")]), other], &PLAIN).is_empty());
}

fn regex(text: &str) -> Match {
    Match { regex: Some(text.into()), ..matching("ANY /**") }
}

#[test]
fn regular_expressions_are_compared_exactly() {
    let example = between(regex("/[a-f]+/x"), regex("/[d-z]+/.*")).unwrap();
    assert_eq!(example.path, "/d/x");
    assert_eq!(between(regex("/[a-c]+"), regex("/[d-f]+")), None);
    assert_eq!(between(regex("/[a-c]+"), regex("/[a-f]+")), None, "the narrower goes first");
    assert_eq!(between(regex("/a"), matching("GET /a")), None, "a pattern goes first");
}

#[test]
fn letters_of_both_cases_meet_where_the_application_reads_them_so() {
    let both = [
        operation("a", vec![matching("GET /Admin")]),
        operation("b", vec![matching("GET /admin")]),
    ];
    assert!(overlaps(&both, &PLAIN).is_empty());
    let found = overlaps(&both, &[Reading::CaseInsensitive]);
    assert_eq!(found.first().map(|one| one.example.path.as_str()), Some("/admin"));
}

#[test]
fn a_narrower_operation_takes_requests_out_of_a_wider_one() {
    let all = [
        operation("admin", vec![matching("ANY /admin/**")]),
        operation("report", vec![regex("/admin/.*")]),
        operation("item", vec![matching("GET /admin/{id}")]),
    ];
    let taken = |wide| {
        let found = carved(&all, &PLAIN, wide);
        found.into_iter().map(|one| (one.other.0, one.example.path)).collect::<Vec<_>>()
    };
    assert_eq!(taken(0), [(2, "/admin/x".to_owned())]);
    assert_eq!(taken(1).len(), 2);
    assert!(taken(2).is_empty());
    let mut apart = all.clone();
    apart[2].ports = vec![1];
    assert!(carved(&apart, &PLAIN, 0).is_empty(), "on another port it takes nothing");
    let more = [&apart[0].matches[..], &[matching("GET /admin/own")]].concat();
    apart[0].matches = more.into();
    assert!(carved(&apart, &PLAIN, 0).is_empty(), "nor does an operation take of itself");
}

#[test]
fn of_equal_rank_only_the_narrower_takes() {
    let all = [
        operation("users", vec![matching("GET /{user}/**")]),
        operation("items", vec![matching("GET /{user}/{item}/**")]),
        operation("odd", vec![with_header("GET /x/**", "x-odd", Test::Present(true))]),
        operation("even", vec![with_header("GET /x/**", "x-even", Test::Present(true))]),
    ];
    let taken = |wide| carved(&all, &PLAIN, wide).iter().map(|one| one.other.0).collect::<Vec<_>>();
    assert_eq!(taken(0), [1, 2, 3]);
    assert_eq!(taken(1), [2, 3]);
    assert!(taken(2).is_empty() && taken(3).is_empty(), "they overlap; neither goes first");
    let found = overlaps(&all, &PLAIN);
    assert_eq!(found.iter().map(|one| (one.one.0, one.other.0)).collect::<Vec<_>>(), [(2, 3)]);
}

#[test]
fn every_pair_of_a_group_is_looked_at() {
    let all = ["GET /{a}/x", "GET /y/{b}", "GET /{c}/z"]
        .map(|text| operation(text, vec![matching("GET /only"), matching(text)]));
    let pairs: Vec<_> = overlaps(&all, &PLAIN).iter().map(|one| (one.one, one.other)).collect();
    let only = [((0, 0), (1, 0)), ((0, 0), (2, 0)), ((1, 0), (2, 0))];
    assert!(only.iter().all(|pair| pairs.contains(pair)));
    assert!(pairs.contains(&((0, 1), (1, 1))) && pairs.contains(&((1, 1), (2, 1))));
    assert_eq!(pairs.len(), 5);
}
