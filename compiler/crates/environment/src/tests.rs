use meshc_document::{Kind, Limits, NodeId, Tree, core_type, read};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn tree(text: &str) -> Tree {
    let file = read(text.as_bytes(), &Limits::DEFAULT);
    assert_eq!(file.findings, [], "{text}");
    file.trees.into_iter().next().unwrap()
}

fn value(tree: &Tree, node: NodeId) -> Value {
    match tree.kind(node) {
        Kind::Null => Value::Null,
        Kind::Scalar { text, style } => match core_type(text, style) {
            meshc_document::CoreType::Int => json!(text.parse::<i64>().unwrap()),
            meshc_document::CoreType::Bool(truth) => json!(truth),
            _ => json!(text),
        },
        Kind::Sequence => tree.items(node).map(|item| value(tree, item)).collect(),
        Kind::Mapping => {
            let all = tree.entries(node);
            Value::Object(all.map(|one| (one.key.to_owned(), value(tree, one.value))).collect())
        }
    }
}

fn merged(base: &str, patch: &str) -> Value {
    let (base, patch) = (tree(base), tree(patch));
    let done = merge(&base, &patch, patch.root(), 1 << 20);
    value(&done, done.root())
}

/// RFC 7396, section 2, word for word.
fn by_the_rfc(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut target = match target {
        Value::Object(target) => target,
        _ => Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            let old = target.remove(name).unwrap_or(Value::Null);
            target.insert(name.clone(), by_the_rfc(old, value));
        }
    }
    Value::Object(target)
}

#[test]
fn the_examples_of_the_rfc() {
    // RFC 7396, appendix A; those whose result is null have no document to be.
    let cases = [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
        (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
        ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
    ];
    for (base, patch, wanted) in cases {
        let wanted: Value = serde_json::from_str(wanted).unwrap();
        assert_eq!(merged(base, patch), wanted, "{base} {patch}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|truth| json!(truth)),
        (0_i64..9).prop_map(|number| json!(number)),
        "[a-c]{1,2}".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn a_null_removes_also_where_nothing_stood() {
    for (base, patch, wanted) in [
        (r#"{"a":null}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":{"b":null}}"#, r#"{"a":{"b":null}}"#, r#"{"a":{}}"#),
        (r#"{"a":[{"b":null}]}"#, r#"{"a":[{"b":null}]}"#, r#"{"a":[{"b":null}]}"#),
    ] {
        let wanted: Value = serde_json::from_str(wanted).unwrap();
        assert_eq!(merged(base, patch), wanted, "{base} {patch}");
    }
    let allow = "spec: {allow: [{name: b, from: [b], until: null}, {from: [a]}]}";
    let wanted = json!({"spec": {"allow": [{"name": "b", "from": ["b"]}, {"from": ["a"]}]}});
    assert_eq!(merged(allow, allow), wanted);
}

/// Any documents, half of them patched by themselves: two drawn apart seldom agree.
fn base_and_patch() -> impl Strategy<Value = (Value, Value)> {
    let there = |value: &Value| !value.is_null();
    let apart =
        (any_json().prop_filter("a document", there), any_json().prop_filter("a patch", there));
    prop_oneof![
        apart,
        any_json().prop_filter("a document", there).prop_map(|one| (one.clone(), one))
    ]
}

proptest! {
    #[test]
    fn merging_is_the_rfcs_where_no_list_is_keyed((base, patch) in base_and_patch()) {
        let wanted = by_the_rfc(base.clone(), &patch);
        prop_assert_eq!(merged(&base.to_string(), &patch.to_string()), wanted);
    }

    #[test]
    fn merging_twice_changes_nothing_more((base, patch) in base_and_patch()) {
        let (base, patch) = (tree(&base.to_string()), tree(&patch.to_string()));
        let once = merge(&base, &patch, patch.root(), 0);
        prop_assert!(same(&once, &merge(&once, &patch, patch.root(), 0)));
    }
}

#[test]
fn lists_of_named_items_are_merged_by_their_names() {
    let base = "spec: {allow: [{from: [a]}, {name: b, from: [b], until: \"2030-01-01\"}], \
                calls: [{to: x, timeout: 1s}, {to: y}], \
                instances: {static: [{address: 10.0.0.1, zone: a}]}, hosts: [h]}";
    let patch = "spec: {allow: [{name: c, from: [c]}, {name: b, until: null}], \
                 calls: [{to: y, timeout: 2s}], \
                 instances: {static: [{address: 10.0.0.2}, {address: 10.0.0.1, zone: b}]}, \
                 hosts: [g]}";
    let wanted = json!({"spec": {
        "allow": [{"from": ["a"]}, {"name": "b", "from": ["b"]}, {"name": "c", "from": ["c"]}],
        "calls": [{"to": "x", "timeout": "1s"}, {"to": "y", "timeout": "2s"}],
        "instances": {"static": [{"address": "10.0.0.1", "zone": "b"}, {"address": "10.0.0.2"}]},
        "hosts": ["g"],
    }});
    assert_eq!(merged(base, patch), wanted);
}

#[test]
fn what_a_patch_wrote_keeps_its_place_moved() {
    let (base, patch) = (tree("a: {b: 1, c: 2}"), tree("a: {c: three, d: 4}"));
    let done = merge(&base, &patch, patch.root(), 1000);
    let inner = done.get(done.root(), "a").unwrap();
    assert_eq!((inner.key_span.start, done.span(inner.value).start), (0, 3));
    let at = |key| done.span(done.get(inner.value, key).unwrap().value).start;
    assert_eq!((at("b"), at("c"), at("d")), (7, 1007, 1017));
    assert_eq!(done.get(inner.value, "d").unwrap().key_span.start, 1014);
}

#[test]
fn two_patches_of_one_value_clash_and_of_neighbours_do_not() {
    let text = "one: {spec: {a: 1, allow: [{name: x, from: [q]}], hosts: [h], l: {m: 1}}}\n\
                two: {spec: {b: 1, allow: [{name: y}, {name: x, from: [r], until: u}], l: {n: 1}}}\n\
                six: {spec: {a: 2, hosts: [g], l: null}}\n";
    let tree = tree(text);
    let node = |key| tree.get(tree.root(), key).unwrap().value;
    let shown = |one, two| -> Vec<(&str, &str)> {
        let cut = |span: meshc_document::Span| text.get(span.range()).unwrap();
        let found = clashes(&tree, node(one), node(two));
        found.iter().map(|clash| (cut(clash.first), cut(clash.second))).collect()
    };
    assert_eq!(shown("one", "two"), [("[q]", "[r]")]);
    assert_eq!(shown("one", "six"), [("1", "2"), ("[h]", "[g]"), ("{m: 1}", "null")]);
    assert_eq!(shown("two", "six"), [("{n: 1}", "null")]);
}

#[test]
fn patterns_of_paths() {
    let cases = [
        ("mesh.yaml", "mesh.yaml", true),
        ("mesh.yaml", "a/mesh.yaml", false),
        ("**/mesh.yaml", "mesh.yaml", true),
        ("**/mesh.yaml", "a/b/mesh.yaml", true),
        ("shop/**", "shop/a/b.yaml", true),
        ("shop/**", "shop", true),
        ("shop/*", "shop/a/b.yaml", false),
        ("shop/*.yaml", "shop/a.yaml", true),
        ("shop/*.yaml", "shop/a.yml", false),
        ("**", "any/thing.yaml", true),
        ("*/cart-*-v*.yaml", "shop/cart-a-b-v1.yaml", true),
        ("*/cart-*-v*.yaml", "shop/cart-v1.yaml", false),
        ("a/**/b/**/c", "a/b/x/b/y/c", true),
        ("a/**/b/**/c", "a/x/y/c", false),
        ("a*a", "a", false),
    ];
    for (pattern, path, wanted) in cases {
        assert_eq!(matches(pattern, path), wanted, "{pattern} {path}");
    }
}
