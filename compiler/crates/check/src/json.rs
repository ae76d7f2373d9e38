//! Documents and what was found in them as JSON: for tests that compare checkers on one tree.

use meshc_document::{CoreType, Kind, Limits, NodeId, Style, Tree, core_type, read, yaml11_trap};
use serde_json::{Value, json};

use crate::finding::Finding;
use crate::schema::Schema;
use crate::walk::{check, is_decimal, key_trap};

/// Reads and checks a file. Gives `{"reading": [finding], "documents": [{"tree", "findings"}]}`;
/// a finding is `{"code", "start", "end", "message", "help"}` with byte offsets.
///
/// A node of a tree is one of `{"text": …}`, `{"int": "…"}`, `{"bool": …}`, `{"null": true}`,
/// `{"doubt": "…"}` (written without quotes and read differently by different YAML versions),
/// `{"list": [node]}` and `{"map": [[key, whether the key is in doubt, node]]}`.
#[must_use]
pub fn check_json(yaml: &[u8], schema: &Schema) -> String {
    let file = read(yaml, &Limits::DEFAULT);
    let reading: Vec<Value> = file.findings.into_iter().map(|one| entry(&one.into())).collect();
    let documents: Vec<Value> = file
        .trees
        .iter()
        .map(|tree| {
            let findings: Vec<Value> = check(tree, schema).findings.iter().map(entry).collect();
            json!({"findings": findings, "tree": node(tree, tree.root())})
        })
        .collect();
    json!({"documents": documents, "reading": reading}).to_string()
}

fn entry(finding: &Finding) -> Value {
    let Finding { code, span, message, help, .. } = finding;
    json!({"code": code, "end": span.end, "help": help, "message": message, "start": span.start})
}

fn node(tree: &Tree, at: NodeId) -> Value {
    match tree.kind(at) {
        Kind::Null => json!({"null": true}),
        Kind::Scalar { text, style } => scalar(text, style),
        Kind::Sequence => {
            let items: Vec<Value> = tree.items(at).map(|item| node(tree, item)).collect();
            json!({"list": items})
        }
        Kind::Mapping => {
            let entries = tree.entries(at);
            let pairs: Vec<Value> = entries
                .map(|entry| json!([entry.key, key_trap(entry).is_some(), node(tree, entry.value)]))
                .collect();
            json!({"map": pairs})
        }
    }
}

fn scalar(text: &str, style: Style) -> Value {
    match core_type(text, style) {
        CoreType::Bool(truth) => json!({"bool": truth}),
        CoreType::Int if is_decimal(text) => json!({"int": text}),
        _ if style == Style::Plain && yaml11_trap(text).is_some() => json!({"doubt": text}),
        _ => json!({"text": text}),
    }
}
