use std::collections::BTreeMap;

use meshc_check::Schema;
use meshc_decide::Tables;
use meshc_link::Mesh;

use crate::emit;

const SCHEMA: &[u8] = include_bytes!("../../../meshc/schema/generated.json");
const MESH: &str =
    "apiVersion: meshc.dev/v1\nkind: Mesh\nmetadata: {name: m}\nspec: {trustDomain: t.test}\n";

fn service(name: &str, rest: &str) -> (String, Vec<u8>) {
    let text = format!(
        "apiVersion: meshc.dev/v1\nkind: ServiceIntent\nmetadata: {{name: {name}, namespace: shop}}\n\
         spec:\n  ports: [{{name: api, port: 8080, protocol: http}}]\n  operations:\n    \
         read: {{match: [\"GET /items/{{id}}\"]}}\n    write: {{match: [\"POST /items\"]}}\n{rest}"
    );
    (format!("{name}.yaml"), text.into_bytes())
}

fn shop(edge: bool) -> Vec<(String, Vec<u8>)> {
    let (allow, call) = if edge { (", c", "  calls: [{to: b.read}]\n") } else { ("", "") };
    vec![
        ("mesh.yaml".into(), MESH.as_bytes().to_vec()),
        service("a", "  calls: [{to: b.read}]\n"),
        service(
            "b",
            &format!(
                "  allow: [{{from: [a{allow}], operations: [read]}}]\n  \
                 rateLimits: [{{rate: 5/s}}, {{name: l, operations: [write], rate: 1/m}}]\n"
            ),
        ),
        service("c", call),
        service("d", ""),
    ]
}

fn slices(files: Vec<(String, Vec<u8>)>) -> BTreeMap<String, (Vec<u8>, Vec<u8>)> {
    let schema = Schema::parse(SCHEMA).expect("the generated schema");
    let mesh = Mesh::read(
        files.into_iter().map(|(path, bytes)| (path, bytes.into())).collect(),
        &schema,
        &[],
    );
    let errors: Vec<_> = mesh.findings.iter().filter(|one| one.finding.code < "MC212").collect();
    assert!(errors.is_empty(), "{errors:?}");
    let emitted = emit(&mesh).expect("canonical");
    emitted.into_iter().map(|one| (one.workload, (one.slice, one.places))).collect()
}

#[test]
fn what_is_put_together_is_canonical_and_means_what_its_parts_mean() {
    for (slice, places) in slices(shop(true)).into_values() {
        let read: meshc_snapshot::slice::Slice = serde_json::from_slice(&slice).expect("a slice");
        assert_eq!(meshc_snapshot::canonical(&read).expect("canonical"), slice);
        let place: serde_json::Value = serde_json::from_slice(&places).expect("places");
        assert_eq!(place["destinations"].as_array().map(Vec::len), Some(read.destinations.len()));
        if matches!(read.workload.as_str(), "shop/a" | "shop/c") {
            let [called] = read.destinations.as_slice() else { panic!("{read:?}") };
            assert_eq!(called.workload, "shop/b");
            assert_eq!(called.calls[0].operation.as_deref(), Some("read"));
            assert_eq!(called.operations.len(), 2);
        }
    }
}

#[test]
fn an_edge_changes_the_slices_of_its_two_ends_and_no_other() {
    let (without, with) = (slices(shop(false)), slices(shop(true)));
    let changed: Vec<&String> =
        with.keys().filter(|name| with[*name].0 != without[*name].0).collect();
    assert_eq!(changed, ["shop/b", "shop/c"]);
}

#[test]
fn comments_moved_lines_and_the_order_of_files_change_no_slice() {
    let before = slices(shop(true));
    let mut files = shop(true);
    files.reverse();
    for (_, content) in &mut files {
        content.splice(0..0, b"# a comment\n\n".iter().copied());
    }
    let after = slices(files);
    for (name, (slice, places)) in &before {
        assert_eq!(slice, &after[name].0);
        assert_ne!(places, &after[name].1, "places move with the lines");
    }
}

#[test]
fn every_slice_is_canonical_and_loads() {
    for (name, (slice, places)) in slices(shop(true)) {
        let canonical = |bytes: &[u8]| {
            let value: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
            meshc_snapshot::canonical(&value).expect("canonical")
        };
        assert_eq!(canonical(&slice), slice, "{name}");
        assert_eq!(canonical(&places), places, "{name}");
        let slice = meshc_snapshot::read::slice(&slice).expect("readable");
        let places = meshc_snapshot::read::places(&places).expect("readable");
        Tables::load(slice, Some(places), "c".into())
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
}

#[test]
fn the_rest_waits_as_long_as_the_service_says() {
    let files = vec![
        ("mesh.yaml".into(), MESH.as_bytes().to_vec()),
        service("a", "  requests: {timeout: 3s}\n"),
        service("b", ""),
    ];
    let rest = |slice: &[u8]| {
        let slice = meshc_snapshot::read::slice(slice).expect("readable");
        let operations = slice.inbound.operations;
        operations.into_iter().find(|one| one.name == "rest").map(|one| one.timeout_ms)
    };
    let all = slices(files);
    assert_eq!(rest(&all["shop/a"].0), Some(3_000));
    assert_eq!(rest(&all["shop/b"].0), None, "15 s are the default and need no words");
}
