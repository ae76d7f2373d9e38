//! Effective documents: what holds of each object, and where each value comes from.

use meshc_check::Schema;
use meshc_check::unit::RuleRow;
use meshc_document::{CoreType, Kind, LineIndex, NodeId, Span, Tree, core_type};
use meshc_environment::Target;
use meshc_link::{Mesh, Origin, Workload, namespace_of};
use serde_json::{Value, json};

/// Kinds that are no longer there once their effect is.
const APPLIED: [&str; 2] = ["Baseline", "Environment"];

/// A value and where it comes from.
#[derive(Clone, Debug)]
enum Node {
    Scalar(Value, Source),
    List(Vec<Self>, Source),
    Mapping(Vec<(String, Self)>, Source),
}

/// Where a value comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Source {
    /// File and line, from 1.
    Written(String, u32),
    /// Nobody wrote it; why it holds.
    Default(&'static str),
}

/// Every document of a mesh as it holds: patched, with what Baselines add and with every default,
/// as a JSON list. A scalar is `{"value", "at"}`, a list `{"items", "at"}`, a mapping
/// `{"entries": [[key, …]], "at"}`; `at` is `[file, line]`, or why a default holds.
#[must_use]
pub fn render(
    mesh: &Mesh,
    schema: &Schema,
    folders: &[(String, String)],
    environment: Option<&str>,
) -> Value {
    let documents = mesh.documents(schema, folders, environment);
    let rendering = Rendering { mesh, documents: &documents };
    let mut found = Vec::new();
    for (file, tree) in &documents {
        let path = mesh.files.get(*file as usize).map_or("", |one| &*one.path);
        let target = Target::of(tree, namespace_of(path, folders));
        if let Some(target) = target.filter(|one| !APPLIED.contains(&one.kind)) {
            let mut node = rendering.node(*file, tree, tree.root());
            rendering.complete(&mut node, &target);
            found.push(json!({
                "file": path,
                "kind": target.kind,
                "namespace": target.namespace,
                "name": target.name,
                "document": node.json(),
            }));
        }
    }
    Value::Array(found)
}

struct Rendering<'a> {
    mesh: &'a Mesh,
    documents: &'a [(u32, Tree)],
}

impl Rendering<'_> {
    fn source(&self, file: u32, span: Span) -> Source {
        let (file, span) = self.mesh.resolve(file, span);
        let Some(found) = self.mesh.files.get(file as usize) else {
            return Source::Written(String::new(), 1);
        };
        let (line, _) = LineIndex::new(&found.bytes).position(span.start);
        Source::Written(found.path.to_string(), line)
    }

    fn node(&self, file: u32, tree: &Tree, node: NodeId) -> Node {
        let source = self.source(file, tree.span(node));
        match tree.kind(node) {
            Kind::Null => Node::Scalar(Value::Null, source),
            Kind::Scalar { text, style } => {
                let value = match core_type(text, style) {
                    CoreType::Int => {
                        text.parse().map_or_else(|_| json!(text), |one: i64| json!(one))
                    }
                    CoreType::Bool(truth) => json!(truth),
                    _ => json!(text),
                };
                Node::Scalar(value, source)
            }
            Kind::Sequence => {
                let items = tree.items(node).map(|item| self.node(file, tree, item));
                Node::List(items.collect(), source)
            }
            Kind::Mapping => {
                let entries = tree.entries(node);
                let entries = entries
                    .map(|one| (one.key.to_owned(), self.node(file, tree, one.value)))
                    .collect();
                Node::Mapping(entries, source)
            }
        }
    }

    /// Adds what a workload has from Baselines and by default.
    fn complete(&self, node: &mut Node, target: &Target<'_>) {
        let id = format!("{}/{}", target.namespace.unwrap_or_default(), target.name);
        let workload = self.mesh.workload_named(&id).and_then(|ix| self.mesh.workload(ix));
        let intent = matches!(target.kind, "ServiceIntent" | "GatewayIntent");
        let Some(workload) = workload.filter(|_| intent) else { return };
        let Some(spec) = node.entry("spec") else { return };
        self.add(spec, workload);
        for line in self.mesh.lines(workload) {
            let source = match line.origin {
                Origin::Written(file, span) => self.source(file, span),
                Origin::Default(default) => Source::Default(default.reason),
            };
            let path: Vec<&str> = line.field.split('.').collect();
            spec.fill(&path, &read_value(&line.value), &source);
        }
    }

    /// What Baselines add to a service.
    fn add(&self, spec: &mut Node, workload: &Workload) {
        let row = &workload.row;
        for one in row.operations.iter().filter(|one| one.added) {
            if let Some(node) = self.written(workload, one.name.span) {
                spec.push("operations", Some(&one.name.value), node);
            }
        }
        for rule in row.allow.iter().filter(|rule| rule.added) {
            if let Some(mut node) = self.written(workload, rule.span) {
                node.name_callers(rule);
                spec.push("allow", None, node);
            }
        }
        for (path, _) in &row.probes {
            let (file, span) = self.mesh.resolve(workload.file, path.span);
            if (file, span) != (workload.file, path.span)
                && let Some(node) = self.baseline_node(file, |tree, item, _| {
                    tree.get(item, "path").is_some_and(|one| tree.span(one.value) == span)
                })
            {
                spec.push("probes", None, node);
            }
        }
    }

    /// What a Baseline wrote at a place: the value of the key there, or the item.
    fn written(&self, workload: &Workload, span: Span) -> Option<Node> {
        let (file, span) = self.mesh.resolve(workload.file, span);
        self.baseline_node(file, |tree, node, key| tree.span(node) == span || key == Some(span))
    }

    /// The item or entry of a Baseline's lists and mappings that is looked for.
    fn baseline_node(
        &self,
        file: u32,
        is: impl Fn(&Tree, NodeId, Option<Span>) -> bool,
    ) -> Option<Node> {
        let documents = self.documents.iter().filter(|(other, _)| *other == file);
        for (_, tree) in documents {
            let spec = tree.get(tree.root(), "spec").map(|entry| entry.value);
            let fields = spec.into_iter().flat_map(|spec| tree.entries(spec));
            for field in fields {
                let items = tree.items(field.value).map(|item| (item, None));
                let entries = tree.entries(field.value);
                let entries = entries.map(|entry| (entry.value, Some(entry.key_span)));
                if let Some((found, _)) =
                    items.chain(entries).find(|(node, key)| is(tree, *node, *key))
                {
                    return Some(self.node(file, tree, found));
                }
            }
        }
        None
    }
}

impl Node {
    fn json(&self) -> Value {
        match self {
            Self::Scalar(value, source) => json!({"value": value, "at": source.json()}),
            Self::List(items, source) => {
                let items: Vec<Value> = items.iter().map(Self::json).collect();
                json!({"items": items, "at": source.json()})
            }
            Self::Mapping(entries, source) => {
                let entries: Vec<Value> =
                    entries.iter().map(|(key, node)| json!([key, node.json()])).collect();
                json!({"entries": entries, "at": source.json()})
            }
        }
    }

    fn entry(&mut self, key: &str) -> Option<&mut Self> {
        let Self::Mapping(entries, _) = self else { return None };
        entries.iter_mut().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    fn source(&self) -> &Source {
        match self {
            Self::Scalar(_, source) | Self::List(_, source) | Self::Mapping(_, source) => source,
        }
    }

    /// Puts a node behind those of a field, which it makes if it is not there.
    fn push(&mut self, field: &str, key: Option<&str>, node: Self) {
        let source = node.source().clone();
        if self.entry(field).is_none()
            && let Self::Mapping(entries, _) = self
        {
            let empty = match key {
                Some(_) => Self::Mapping(Vec::new(), source),
                None => Self::List(Vec::new(), source),
            };
            entries.push((field.to_owned(), empty));
        }
        match (self.entry(field), key) {
            (Some(Self::Mapping(entries, _)), Some(key)) => entries.push((key.to_owned(), node)),
            (Some(Self::List(items, _)), None) => items.push(node),
            _ => {}
        }
    }

    /// Writes the callers of a rule as it names them among those of another namespace.
    fn name_callers(&mut self, rule: &RuleRow) {
        let Some(Self::List(items, _)) = self.entry("from") else { return };
        let texts = items.iter_mut().filter_map(|item| match item {
            Self::Scalar(value, _) => Some(value),
            Self::List(..) | Self::Mapping(..) => None,
        });
        for (value, caller) in texts.zip(rule.from.iter().flatten()) {
            *value = json!(caller.value);
        }
    }

    /// Sets a value that is not written, on a path of keys and of names of items.
    fn fill(&mut self, path: &[&str], value: &Value, source: &Source) {
        let Some((first, rest)) = path.split_first() else { return };
        match self {
            Self::Scalar(..) => {}
            Self::List(items, _) => {
                let number = first.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
                let number = number.and_then(|text| text.parse::<usize>().ok());
                let found = match number {
                    Some(number) => items.get_mut(number),
                    None => items.iter_mut().find(|item| item.is_named(first)),
                };
                if let Some(item) = found {
                    item.fill(rest, value, source);
                }
            }
            Self::Mapping(entries, _) => {
                if let Some((_, node)) = entries.iter_mut().find(|(name, _)| name == first) {
                    return node.fill(rest, value, source);
                }
                let mut made = of_json(value, source);
                for key in rest.iter().rev() {
                    made = Self::Mapping(vec![((*key).to_owned(), made)], source.clone());
                }
                entries.push(((*first).to_owned(), made));
            }
        }
    }

    fn is_named(&self, name: &str) -> bool {
        let Self::Mapping(entries, _) = self else { return false };
        entries.iter().any(|(key, node)| {
            let is = matches!(node, Self::Scalar(Value::String(text), _) if text == name);
            matches!(key.as_str(), "name" | "version") && is
        })
    }
}

impl Source {
    fn json(&self) -> Value {
        match self {
            Self::Written(file, line) => json!([file, line]),
            Self::Default(reason) => json!(reason),
        }
    }
}

/// A value as `meshc explain` writes it: a number, a truth value, words in `[…]`, or text.
fn read_value(text: &str) -> Value {
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.split(", ").filter(|word| !word.is_empty()).map(Value::from).collect();
    }
    match (text.parse::<i64>(), text) {
        (Ok(number), _) => json!(number),
        (_, "true") => json!(true),
        (_, "false") => json!(false),
        _ => json!(text),
    }
}

fn of_json(value: &Value, source: &Source) -> Node {
    match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| of_json(item, source));
            Node::List(items.collect(), source.clone())
        }
        other => Node::Scalar(other.clone(), source.clone()),
    }
}
