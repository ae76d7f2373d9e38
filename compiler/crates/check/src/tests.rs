use std::sync::LazyLock;

use meshc_document::{Limits, NodeId, Tree, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Checked, Declarer, Finding, Schema, check, declare};

pub(crate) const GENERATED: &str = include_str!("../../../meshc/schema/generated.json");

static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| Schema::parse(GENERATED.as_bytes()).expect("the generated schema"));

fn pointed<'a>(text: &'a str, finding: &Finding) -> &'a str {
    text.get(finding.span.range()).expect("a place in the text")
}

fn checked(text: &str) -> (Tree, Checked) {
    let file = read(text.as_bytes(), &Limits::DEFAULT);
    let tree = file.trees.into_iter().next().expect("a document");
    let checked = check(&tree, &SCHEMA);
    (tree, checked)
}

/// The node at a path of keys and positions.
fn at(tree: &Tree, path: &str) -> NodeId {
    path.split('/').fold(tree.root(), |node, step| match step.parse::<usize>() {
        Ok(index) => tree.items(node).nth(index).expect(step),
        Err(_) => tree.get(node, step).expect(step).value,
    })
}

fn codes(checked: &Checked) -> Vec<&str> {
    checked.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_bad_field_leaves_its_neighbours_good() {
    let (tree, checked) = checked(
        "apiVersion: meshc.dev/v1\nkind: ServiceIntent\nmetadata: {name: a, namespace: b}\nspec:\n\
         \x20 ports: [{name: UP, port: 1, protocol: http}, {name: ok, port: 2, protocol: tcp}]\n\
         \x20 calls: [{too: x}, {to: z}]\n",
    );
    assert_eq!(codes(&checked), ["MC105", "MC101"]);
    for bad in ["spec/ports/0/name", "spec/calls/0", "spec/calls/0/too"] {
        assert!(checked.is_bad(at(&tree, bad)), "{bad}");
    }
    for good in ["spec", "spec/ports/0", "spec/ports/0/port", "spec/ports/1", "spec/calls/1"] {
        assert!(!checked.is_bad(at(&tree, good)), "{good}");
    }
    assert_eq!(checked.kind.as_deref(), Some("ServiceIntent"));
}

#[test]
fn an_unknown_field_points_at_its_key_and_names_the_nearest() {
    let text = "apiVersion: meshc.dev/v1\nkind: Mesh\nmetadata: {name: a}\nspec:\n  \
                trustDomian: a.b\n  trustDomain: a.b\n";
    let (_, checked) = checked(text);
    let [finding] = checked.findings.as_slice() else { panic!("{:?}", checked.findings) };
    assert_eq!(pointed(text, finding), "trustDomian");
    assert_eq!(finding.help.as_deref(), Some("did you mean `trustDomain`?"));
}

#[test]
fn an_alias_is_checked_where_it_is_used() {
    let text = "apiVersion: meshc.dev/v1\nkind: ServiceIntent\nmetadata: {name: a, namespace: b}\n\
                spec:\n  owner: &o team\n  hosts: [*o]\n  ports: *o\n";
    let (_, checked) = checked(text);
    let [finding] = checked.findings.as_slice() else { panic!("{:?}", checked.findings) };
    assert_eq!((finding.code, pointed(text, finding)), ("MC103", "*o"));
}

/// Adds a keyword to the schema object number `target`, in the order of the text.
fn poison(schema: &mut Value, target: &mut usize, names: bool) {
    match schema {
        Value::Object(fields) => {
            if !names {
                if *target == 0 {
                    fields.insert("x-meshc-unheard".into(), json!(true));
                }
                *target = target.wrapping_sub(1);
            }
            for (key, inner) in fields {
                let plain = ["examples", "enum", "const", "x-meshc-not-yet-kinds"];
                if names || !plain.contains(&key.as_str()) {
                    let inside = ["properties", "$defs", "patternProperties"];
                    poison(inner, target, !names && inside.contains(&key.as_str()));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, target, false)),
        _ => {}
    }
}

#[test]
fn no_keyword_is_passed_over_wherever_it_stands() {
    let whole: Value = serde_json::from_str(GENERATED).expect("JSON");
    let mut tried = 0;
    loop {
        let (mut changed, mut target) = (whole.clone(), tried);
        poison(&mut changed, &mut target, false);
        if changed == whole {
            break;
        }
        let refused = Schema::parse(changed.to_string().as_bytes());
        assert!(refused.is_err(), "object {tried} took an unknown keyword");
        // Every fifth: a parse takes its time without optimisation.
        tried += 5;
    }
    assert!(tried > 200, "only {tried} objects");
}

#[test]
fn a_damaged_schema_is_refused() {
    for (from, to) in [
        (r##""type": "integer""##, r##""type": "number""##),
        (r##""minItems": 1"##, r##""minItems": "1""##),
        (r##""pattern": "^"##, r##""pattern": "^("##),
        (r##""#/$defs/Metadata""##, r##""#/$defs/Nothing""##),
    ] {
        let changed = GENERATED.replacen(from, to, 1);
        assert_ne!(changed, GENERATED, "{from}");
        assert!(Schema::parse(changed.as_bytes()).is_err(), "{to}");
    }
    assert!(Schema::parse(b"{").is_err());
}

#[test]
fn the_schema_takes_the_algorithms_that_proxies_take() {
    let whole: Value = serde_json::from_str(GENERATED).expect("JSON");
    let items = &whole["$defs"]["TokenIssuerSpec"]["properties"]["algorithms"]["items"];
    let names = |value: &Value| -> Vec<String> {
        serde_json::from_value(value.clone()).expect("a list of texts")
    };
    let taken: Vec<_> = meshc_token::Algorithm::ALL.map(|one| one.name().to_owned()).into();
    assert_eq!(names(&items["enum"]), taken);
    let refused = items["x-meshc-refused-values"].as_object().expect("values").keys();
    assert!(refused.clone().count() > 3);
    assert!(refused.into_iter().all(|name| meshc_token::Algorithm::parse(name).is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn findings_stay_inside_the_text(spec in "[a-z{}\\[\\]:, \"*&0-9\n-]{0,80}") {
        let text = format!("apiVersion: meshc.dev/v1\nkind: ServiceIntent\nspec: {spec}\n");
        for tree in read(text.as_bytes(), &Limits::DEFAULT).trees {
            for finding in check(&tree, &SCHEMA).findings {
                prop_assert!(text.get(finding.span.range()).is_some(), "{finding:?}");
            }
        }
    }
}

/// A service whose operations and labels are some of a few, good and bad, in any order.
fn service() -> impl Strategy<Value = String> {
    let lines = [
        "\"GET,HEAD /items\"",
        "\"HEAD,GET /items\"",
        "\"GET /items/{id}\", \"PUT /items/{id}\"",
        "\"GET /a/*\"",
        "\"GET /a*\"",
        "\"get /a\"",
        "{path: /a, method: [GET]}",
        "\"GET /b\", {path: /c}",
        "~",
    ];
    let labels = ["{version: v1}", "{\"version\": 'v1'}", "{a: b, version: v1}", "{a: \"x\\ny\"}"];
    let operations = prop::collection::vec(prop::sample::select(lines.to_vec()), 1..4);
    let versions = prop::collection::vec(prop::sample::select(labels.to_vec()), 0..3);
    (operations, versions).prop_map(|(operations, versions)| {
        let mut text = "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n\
                        metadata: {name: a, namespace: b}\nspec:\n  operations:\n"
            .to_owned();
        for (at, matches) in operations.iter().enumerate() {
            text += &format!("    o{at}: {{match: [{matches}]}}\n");
        }
        for (at, labels) in versions.iter().enumerate() {
            text += if at == 0 { "  versions:\n" } else { "" };
            text += &format!("    v{at}: {{labels: {labels}}}\n");
        }
        text
    })
}

proptest! {
    #[test]
    fn what_was_read_before_changes_nothing(files in prop::collection::vec(service(), 1..6)) {
        let mut declarer = Declarer::new(&SCHEMA);
        for file in &files {
            let alone = declare(file.as_bytes(), &SCHEMA);
            prop_assert_eq!(format!("{:?}", declarer.declare(file.as_bytes())), format!("{alone:?}"));
        }
    }
}

#[test]
fn what_two_files_say_alike_is_kept_once() {
    let text = |line: &str| {
        format!(
            "apiVersion: meshc.dev/v1\nkind: ServiceIntent\nmetadata: {{name: a, namespace: b}}\n\
             spec:\n  operations: {{o: {{match: [\"{line}\"]}}}}\n"
        )
    };
    let mut declarer = Declarer::new(&SCHEMA);
    let mut place = |line: &str| {
        let unit = declarer.declare(text(line).as_bytes());
        unit.workloads[0].operations[0].matches.as_ptr()
    };
    let first = place("GET /a");
    assert_eq!(place("GET /a"), first);
    assert_ne!(place("GET /b"), first);
}

/// Of one document: workloads, names of lost documents, their kinds, whether there may be more.
type Lost = (usize, Vec<(Option<String>, String)>, Vec<Option<String>>, bool);

fn lost(text: &str) -> Lost {
    let unit = declare(text.as_bytes(), &SCHEMA);
    (unit.workloads.len(), unit.lost, unit.unclear_kinds, unit.unread)
}

#[test]
fn what_a_wrong_document_was_meant_to_be_is_noted() {
    let service = |head: &str| {
        lost(&format!("apiVersion: meshc.dev/v1\n{head}spec: {{calls: [{{to: shop/payments}}]}}\n"))
    };
    let cart = |namespace: Option<&str>| vec![(namespace.map(str::to_owned), "cart".to_owned())];
    let kind = |kind: &str| vec![Some(kind.to_owned())];
    let good = service("kind: ServiceIntent\nmetadata: {name: cart, namespace: shop}\n");
    assert_eq!(good, (1, vec![], vec![], false));
    let misspelt = service("kind: ServiceIntent\nmetadata: {name: cart, namepsace: shop}\n");
    assert_eq!(misspelt, (0, cart(Some("shop")), kind("ServiceIntent"), false));
    let malformed = service("kind: ServiceIntent\nmetadata: {name: cart, namespace: [shop]}\n");
    assert_eq!(malformed, (0, cart(None), kind("ServiceIntent"), true));
    let unnamed = service("kind: ServiceIntent\nmetadata: {nmae: cart, namespace: shop}\n");
    assert_eq!(unnamed, (0, vec![], kind("ServiceIntent"), true));
    let unkind = service("knid: ServiceIntent\nmetadata: {name: cart, namespace: shop}\n");
    assert_eq!(unkind, (0, cart(Some("shop")), vec![None], false));
}

#[test]
fn fields_of_which_a_part_was_refused_are_unclear_and_others_are_not() {
    let text = "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n\
                metadata: {name: cart, namespace: shop, labels: {data: [pci]}}\nspec:\n\
                \x20 prots: [{name: api, port: 8080, protocol: http}]\n\
                \x20 versions: {v1: {lables: {version: v1}}}\n\
                \x20 allow: [{from: [web]}]\n\
                \x20 deny: [{from: [web], mach: [GET /]}]\n";
    let unit = declare(text.as_bytes(), &SCHEMA);
    let [row] = unit.workloads.as_slice() else { panic!("{:?}", unit.findings) };
    assert!(row.ports_unclear && row.versions_unclear && row.rules_unclear && row.labels_unclear);
    assert!(!(row.calls_unclear || row.operations_unclear || row.traffic_unclear));
    assert!(!(row.owner_unclear || row.requests_unclear));
}
