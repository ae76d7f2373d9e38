use std::collections::BTreeMap;
use std::path::Path;

use meshc_check::Schema;
use meshc_decide::Tables;
use meshc_link::{Content, Mesh};
use meshc_snapshot::capability::Needs;
use meshc_snapshot::parts::{Parts, parts};
use meshc_snapshot::slice::Slice;
use meshc_snapshot::{Digest, read};
use proptest::prelude::*;

use crate::{each, emit};

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

fn linked(files: Vec<(String, Vec<u8>)>) -> Mesh {
    let schema = Schema::parse(SCHEMA).expect("the generated schema");
    let files = files.into_iter().map(|(path, bytes)| (path.into(), Content::new(bytes))).collect();
    Mesh::read(files, &schema, &[])
}

/// Slices and places by workload, and callees by name.
struct All {
    slices: BTreeMap<String, (Vec<u8>, Vec<u8>)>,
    callees: BTreeMap<Digest, Vec<u8>>,
}

impl All {
    fn whole(&self, slice: &[u8]) -> Slice {
        read::slice(slice, |name| self.callees.get(name)).expect("readable")
    }
}

fn all(files: Vec<(String, Vec<u8>)>) -> All {
    let mesh = linked(files);
    let errors: Vec<_> = mesh.findings.iter().filter(|one| one.finding.code < "MC212").collect();
    assert!(errors.is_empty(), "{errors:?}");
    let emitted = emit(&mesh).expect("canonical");
    let callees = emitted.iter().filter_map(|one| one.callee.clone()).collect();
    let slices = emitted.into_iter().map(|one| (one.workload, (one.slice, one.places)));
    All { slices: slices.collect(), callees }
}

fn slices(files: Vec<(String, Vec<u8>)>) -> BTreeMap<String, (Vec<u8>, Vec<u8>)> {
    all(files).slices
}

#[test]
fn what_is_put_together_is_canonical_and_means_what_its_parts_mean() {
    let all = all(shop(true));
    for (slice, places) in all.slices.values() {
        let named: Slice<Digest> = serde_json::from_slice(slice).expect("a slice");
        assert_eq!(meshc_snapshot::canonical(&named).expect("canonical"), *slice);
        let read = all.whole(slice);
        let place: serde_json::Value = serde_json::from_slice(places).expect("places");
        assert_eq!(place["destinations"].as_array().map(Vec::len), Some(read.destinations.len()));
        if matches!(read.workload.as_str(), "shop/a" | "shop/c") {
            let [called] = read.destinations.as_slice() else { panic!("{read:?}") };
            assert_eq!(called.callee.workload, "shop/b");
            assert_eq!(called.calls[0].operation.as_deref(), Some("read"));
            assert_eq!(called.callee.operations.len(), 2);
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
fn a_callee_is_one_blob_however_many_call_it_and_what_changes_of_it_changes_no_other() {
    let traffic = |weight: u32| {
        let mut files = shop(true);
        let callee = format!(
            "  allow: [{{from: [a, c], operations: [read]}}]\n  versions: {{v1: {{labels: {{v: a}}}}, v2: {{labels: {{v: b}}}}}}\n  \
             traffic: [{{to: [{{version: v1, weight: {weight}}}, {{version: v2, weight: 9}}]}}]\n"
        );
        files.retain(|(path, _)| path != "b.yaml");
        files.push(service("b", &callee));
        files.push(service("e", "  calls: [{to: b.read}, {to: d.read}]\n"));
        all(files)
    };
    let (before, after) = (traffic(1), traffic(2));
    assert_eq!(before.callees.len(), 2, "b and d; nobody calls the others");
    let kept = before.callees.keys().filter(|name| after.callees.contains_key(name));
    assert_eq!(kept.count(), 1, "that of d");
    let changed: Vec<&String> =
        before.slices.keys().filter(|one| before.slices[*one].0 != after.slices[*one].0).collect();
    assert_eq!(changed, ["shop/a", "shop/c", "shop/e"], "those that name b, and not b itself");
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
    let all = all(shop(true));
    for (name, (slice, places)) in &all.slices {
        let canonical = |bytes: &[u8]| {
            let value: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
            meshc_snapshot::canonical(&value).expect("canonical")
        };
        assert_eq!(canonical(slice), *slice, "{name}");
        assert_eq!(canonical(places), *places, "{name}");
        let slice = all.whole(slice);
        let places = read::places(places).expect("readable");
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
        let slice = read::slice(slice, |_| None::<&[u8]>).expect("it calls nobody");
        let operations = slice.inbound.operations;
        operations.into_iter().find(|one| one.name == "rest").map(|one| one.timeout_ms)
    };
    let all = slices(files);
    assert_eq!(rest(&all["shop/a"].0), Some(3_000));
    assert_eq!(rest(&all["shop/b"].0), None, "15 s are the default and need no words");
}

/// Holds what was written against the types it is read into: the parts of the slice as a whole, by
/// the generic canonicaliser, are the blobs that were written, and its needs those that were noted.
fn is_as_its_types_say(mesh: &Mesh) -> usize {
    let emitted = emit(mesh).expect("emitted");
    let callees = emitted.into_iter().filter_map(|one| one.callee);
    let callees: BTreeMap<Digest, Vec<u8>> = callees.collect();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let checked = each(mesh, 2, |blobs| {
        let whole = read::slice(blobs.slice, |name| callees.get(name)).expect("a slice");
        let places = read::places(blobs.places).expect("places");
        assert_eq!(blobs.needs, Needs::of(&whole), "{}", blobs.workload);
        let length = |places: &[_]| places.len();
        assert_eq!(length(&places.routes), whole.routes.len());
        assert_eq!(length(&places.operations), whole.inbound.operations.len());
        assert_eq!(length(&places.guardrails), whole.inbound.guardrails.len());
        assert_eq!(places.destinations.len(), whole.destinations.len());
        let wanted = meshc_snapshot::canonical(&places).expect("canonical");
        assert_eq!(text(blobs.places), text(&wanted), "{}", blobs.workload);
        let wanted = parts(whole).expect("canonical");
        assert_eq!(text(blobs.slice), text(&wanted.slice), "{}", blobs.workload);
        wanted
    });
    let checked: Vec<Parts> = checked.expect("emitted");
    let count = checked.len();
    let named: BTreeMap<Digest, Vec<u8>> =
        checked.into_iter().flat_map(|one| one.callees).collect();
    assert_eq!(named, callees, "every callee that is named and no other");
    count
}

fn read_into(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let named = |ending| path.extension().is_some_and(|extension| extension == ending);
        if path.is_dir() {
            read_into(&path, root, files);
        } else if named("yaml") || named("json") || named("pem") {
            let short = path.strip_prefix(root).expect("inside").to_string_lossy();
            files.push((short.into_owned(), std::fs::read(&path).expect("a file")));
        }
    }
}

#[test]
fn every_example_and_every_case_is_written_as_its_types_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let folders = ["examples", "tests/link/cases"].into_iter().flat_map(|folder| {
        std::fs::read_dir(root.join(folder)).expect("a folder").map(|one| one.expect("an entry"))
    });
    let mut workloads = 0;
    for folder in folders.map(|one| one.path()).filter(|path| path.is_dir()) {
        let mut files = Vec::new();
        read_into(&folder, &folder, &mut files);
        workloads += is_as_its_types_say(&linked(files));
    }
    assert!(workloads > 60, "{workloads}");
}

#[test]
fn threads_change_nothing() {
    let mesh = linked(shop(true));
    let all = |threads| {
        let held = |blobs: &crate::Blobs<'_>| {
            let callee = blobs.callee.map(|(name, blob)| (name, blob.to_vec()));
            (blobs.workload.to_owned(), blobs.slice.to_vec(), blobs.places.to_vec(), callee)
        };
        each(&mesh, threads, held).expect("emitted")
    };
    let one = all(1);
    assert_eq!(one.len(), 4);
    for threads in [0, 2, 3, 4, 9] {
        assert_eq!(all(threads), one, "{threads} threads");
    }
}

#[test]
fn every_part_knows_the_services_of_its_own_namespace() {
    let mut files = vec![("mesh.yaml".into(), MESH.as_bytes().to_vec())];
    for number in 0..100 {
        let called = [(number + 1) % 100, (number + 50) % 100];
        let calls = called.map(|one| format!("{{to: n{}/s{one:02}}}", one / 23));
        let text = format!(
            "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n\
             metadata: {{name: s{number:02}, namespace: n{}}}\n\
             spec:\n  ports: [{{name: api, port: 8080, protocol: http}}]\n  calls: [{}]\n",
            number / 23,
            calls.join(", ")
        );
        files.push((format!("{number:02}.yaml"), text.into_bytes()));
    }
    let mesh = linked(files);
    let callees = each(&mesh, 1, |blobs| blobs.callee.map(|(name, blob)| (name, blob.to_vec())));
    let callees: BTreeMap<_, _> = callees.expect("emitted").into_iter().flatten().collect();
    let seen = |threads| {
        let read = |blobs: &crate::Blobs<'_>| {
            read::slice(blobs.slice, |name| callees.get(name)).expect("a slice")
        };
        each(&mesh, threads, read).expect("emitted")
    };
    let one = seen(1);
    assert_eq!(one.len(), 100);
    for slice in &one {
        let namespace = |id: &str| id.split_once('/').unwrap().0.to_owned();
        assert_eq!(slice.destinations.len(), 2);
        for to in &slice.destinations {
            let short = to.callee.workload.split_once('/').unwrap().1.to_owned();
            let near = namespace(&slice.workload) == namespace(&to.callee.workload);
            assert_eq!(to.authorities.contains(&short), near, "{}", slice.workload);
        }
    }
    for threads in [2, 3, 7] {
        assert_eq!(seen(threads), one, "{threads} threads");
    }
}

/// Text as people may write it: with everything that JSON escapes, as YAML takes it in quotes.
fn text() -> impl Strategy<Value = String> {
    let letters =
        prop_oneof!["[a-z]", Just("é".to_owned()), "[\\\\\"\t\n\u{1f600}]", Just("/".into())];
    prop::collection::vec(letters, 1..6).prop_map(|letters| letters.concat())
}

fn condition() -> impl Strategy<Value = String> {
    let quoted = text().prop_map(|text| serde_json::Value::String(text).to_string()).boxed();
    let listed = prop::collection::vec(quoted.clone(), 1..3).prop_map(|all| all.join(", "));
    prop_oneof![
        quoted.clone().prop_map(|text| format!("{{equals: {text}}}")),
        quoted.clone().prop_map(|text| format!("{{prefix: {text}}}")),
        quoted.prop_map(|text| format!("{{not: {{suffix: {text}}}}}")),
        listed.prop_map(|list| format!("{{oneOf: [{list}]}}")),
        any::<bool>().prop_map(|there| format!("{{present: {there}}}")),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    let callers = prop::sample::subsequence(vec!["a", "c", "shop/d", "shop/*"], 1..=4);
    let operations = prop::sample::subsequence(vec!["write", "read", "rest"], 1..=3);
    let source = prop::option::of(Just("source: {cidr: [10.0.0.0/8]}"));
    let hours = "hours: {days: [mon, fri], from: \"09:00\", to: \"17:00\", zone: Europe/Berlin}";
    let hours = Just(hours);
    let name = prop::option::of("rule-[a-z]{1,4}");
    let when = (prop::option::of(condition()), prop::option::of(condition()));
    let rest = (source, prop::option::of(hours), any::<bool>(), any::<bool>());
    (name, callers, prop::option::of(operations), when, rest).prop_map(
        |(name, callers, operations, (header, query), (source, hours, until, audit))| {
            let when = [
                header.map(|test| format!("headers: {{x-a: {test}}}")),
                query.map(|test| format!("query: {{q: {test}}}")),
                source.map(str::to_owned),
                hours.map(str::to_owned),
            ];
            let when = when.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let fields = [
                name.map(|name| format!("name: {name}")),
                Some(format!("from: [{}]", callers.join(", "))),
                operations.map(|all| format!("operations: [{}]", all.join(", "))),
                (!when.is_empty()).then(|| format!("when: {{{when}}}")),
                until.then(|| "until: \"2030-01-01\"".to_owned()),
                audit.then(|| "enforce: audit".to_owned()),
            ];
            format!("{{{}}}", fields.into_iter().flatten().collect::<Vec<_>>().join(", "))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn made_up_meshes_are_written_as_their_types_say(
        allow in prop::collection::vec(rule(), 0..4),
        deny in prop::collection::vec(rule(), 0..3),
        timeout in prop::option::of(1_u32..100),
        tests in prop::collection::vec(condition(), 0..3),
    ) {
        let mut rest = String::new();
        for (list, rules) in [("allow", &allow), ("deny", &deny)] {
            if !rules.is_empty() {
                rest.push_str(&format!("  {list}:\n    - {}\n", rules.join("\n    - ")));
            }
        }
        if let Some(seconds) = timeout {
            rest.push_str(&format!("  requests: {{timeout: {seconds}s}}\n"));
        }
        if !tests.is_empty() {
            rest.push_str("  versions: {v1: {labels: {version: v1}}}\n  traffic:\n");
            for (number, test) in tests.iter().enumerate() {
                let to = "to: [{version: v1, weight: 9}]";
                rest.push_str(&format!("    - {{name: t{number}, headers: {{x-b: {test}}}, {to}}}\n"));
            }
        }
        let mut files = shop(true);
        files.retain(|(path, _)| path != "b.yaml");
        files.push(service("b", &rest));
        let mesh = linked(files);
        let unread = mesh.findings.iter().find(|one| one.finding.code < "MC100");
        prop_assert!(unread.is_none(), "{:?}", unread);
        prop_assert_eq!(is_as_its_types_say(&mesh), 4);
    }
}
