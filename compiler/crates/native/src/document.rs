use std::sync::Arc;

use meshc_document::{Entry, Finding, Kind, Limits, NodeId, Span, Style, Tree, read};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// One YAML file, read: its documents as trees with byte spans.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Document {
    file: Arc<Read>,
}

/// One node of a document, or a key of a mapping.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Node {
    file: Arc<Read>,
    tree: usize,
    what: What,
}

struct Read {
    bytes: Vec<u8>,
    trees: Vec<Tree>,
    findings: Vec<Raw>,
}

/// Code, first byte and byte behind the last.
type Raw = (&'static str, u32, u32);

#[derive(Clone)]
enum What {
    Node(NodeId),
    Key { text: String, span: Span },
}

/// A step from a collection to what is in it.
enum Step<'a> {
    Key(Entry<'a>),
    Item(usize, NodeId),
}

#[pymethods]
impl Document {
    #[new]
    fn new(py: Python<'_>, text: &[u8]) -> Self {
        let bytes = text.to_vec();
        let file = py.detach(|| read(&bytes, &Limits::DEFAULT));
        let raw = |found: &Finding| (found.code.as_str(), found.span.start, found.span.end);
        let findings = file.findings.iter().map(raw).collect();
        Self { file: Arc::new(Read { bytes, trees: file.trees, findings }) }
    }

    #[getter]
    fn findings(&self) -> Vec<Raw> {
        self.file.findings.clone()
    }

    #[getter]
    fn whole(&self) -> bool {
        self.file.findings.is_empty()
    }

    fn comments(&self) -> Vec<(u32, u32)> {
        let text = core::str::from_utf8(&self.file.bytes).unwrap_or_default();
        let found = meshc_format::comments(text, &self.file.trees);
        found.into_iter().map(|span| (span.start, span.end)).collect()
    }

    fn __len__(&self) -> usize {
        self.file.trees.len()
    }

    fn root(&self, index: usize) -> PyResult<Node> {
        let tree = self.file.trees.get(index);
        let tree = tree.ok_or_else(|| PyIndexError::new_err("no such document"))?;
        Ok(self.node(index, What::Node(tree.root())))
    }

    fn at(&self, byte: u32) -> Vec<Node> {
        let Some((index, tree)) = self.tree_at(byte) else { return vec![] };
        let mut nodes = vec![self.node(index, What::Node(tree.root()))];
        for (step, inside) in way(tree, byte) {
            match (step, inside) {
                (Step::Key(entry), false) => {
                    let key = What::Key { text: entry.key.to_owned(), span: entry.key_span };
                    nodes.push(self.node(index, key));
                }
                (Step::Key(Entry { value: node, .. }) | Step::Item(_, node), _) => {
                    nodes.push(self.node(index, What::Node(node)));
                }
            }
        }
        nodes
    }

    fn path<'py>(&self, py: Python<'py>, byte: u32) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.words(byte))
    }
}

impl Document {
    fn words(&self, byte: u32) -> Vec<String> {
        let Some((_, tree)) = self.tree_at(byte) else { return vec![] };
        let text = |node: NodeId, key: &str| {
            tree.get(node, key).map(|entry| tree.text(entry.value).to_owned()).unwrap_or_default()
        };
        let metadata = tree.get(tree.root(), "metadata").map(|entry| entry.value);
        let [namespace, name] = ["namespace", "name"]
            .map(|key| metadata.map(|node| text(node, key)).unwrap_or_default());
        let object = if namespace.is_empty() { name } else { format!("{namespace}/{name}") };
        let mut path = vec![text(tree.root(), "kind"), object];
        path.extend(way(tree, byte).into_iter().map(|(step, _)| match step {
            Step::Key(entry) => entry.key.to_owned(),
            Step::Item(index, node) => label(tree, node).unwrap_or_else(|| index.to_string()),
        }));
        path
    }

    fn node(&self, tree: usize, what: What) -> Node {
        Node { file: Arc::clone(&self.file), tree, what }
    }

    fn tree_at(&self, byte: u32) -> Option<(usize, &Tree)> {
        let mut trees = self.file.trees.iter().enumerate();
        trees.find(|(_, tree)| holds(tree.span(tree.root()), byte))
    }
}

#[pymethods]
impl Node {
    #[getter]
    fn kind(&self) -> &'static str {
        match self.what() {
            Some(Kind::Mapping) => "mapping",
            Some(Kind::Sequence) => "sequence",
            Some(Kind::Null | Kind::Scalar { .. }) | None => "scalar",
        }
    }

    #[getter]
    fn style(&self) -> &'static str {
        let first = self.file.bytes.get(self.span().start as usize);
        match (self.what(), first) {
            // The text of a block scalar may begin like an alias.
            (Some(Kind::Scalar { style: Style::Literal, text }), _) if text.starts_with('*') => {
                "literal"
            }
            (Some(Kind::Scalar { style: Style::Folded, text }), _) if text.starts_with('*') => {
                "folded"
            }
            (_, Some(b'*')) => "alias",
            (Some(Kind::Mapping), Some(b'{')) | (Some(Kind::Sequence), Some(b'[')) => "flow",
            (Some(Kind::Mapping | Kind::Sequence), _) => "block",
            (Some(Kind::Scalar { style: Style::Literal, .. }), _) => "literal",
            (Some(Kind::Scalar { style: Style::Folded, .. }), _) => "folded",
            (_, Some(b'\'')) => "single",
            (_, Some(b'"')) => "double",
            _ => "plain",
        }
    }

    #[getter]
    fn start(&self) -> u32 {
        self.span().start
    }

    #[getter]
    fn end(&self) -> u32 {
        self.span().end
    }

    #[getter]
    fn null(&self) -> bool {
        matches!(self.what(), Some(Kind::Null))
    }

    #[getter]
    fn value(&self) -> Option<String> {
        if self.kind() != "scalar" {
            return None;
        }
        Some(match &self.what {
            What::Key { text, .. } => text.clone(),
            What::Node(node) => self.tree().map(|tree| tree.text(*node)).unwrap_or("").to_owned(),
        })
    }

    fn entries(&self) -> Vec<(Self, Self)> {
        let (Some(tree), What::Node(node)) = (self.tree(), &self.what) else { return vec![] };
        let pair = |entry: Entry<'_>| {
            let key = What::Key { text: entry.key.to_owned(), span: entry.key_span };
            (self.other(key), self.other(What::Node(entry.value)))
        };
        tree.entries(*node).map(pair).collect()
    }

    fn items(&self) -> Vec<Self> {
        let (Some(tree), What::Node(node)) = (self.tree(), &self.what) else { return vec![] };
        tree.items(*node).map(|item| self.other(What::Node(item))).collect()
    }

    fn get(&self, key: &str) -> Option<Self> {
        let (Some(tree), What::Node(node)) = (self.tree(), &self.what) else { return None };
        tree.get(*node, key).map(|entry| self.other(What::Node(entry.value)))
    }

    fn __repr__(&self) -> String {
        let Span { start, end } = self.span();
        format!("<Node {} {} {start}-{end}>", self.style(), self.kind())
    }
}

impl Node {
    fn tree(&self) -> Option<&Tree> {
        self.file.trees.get(self.tree)
    }

    fn other(&self, what: What) -> Self {
        Self { file: Arc::clone(&self.file), tree: self.tree, what }
    }

    /// What a node is; nothing for a key.
    fn what(&self) -> Option<Kind<'_>> {
        match &self.what {
            What::Node(node) => self.tree().map(|tree| tree.kind(*node)),
            What::Key { .. } => None,
        }
    }

    fn span(&self) -> Span {
        match &self.what {
            What::Node(node) => self.tree().map(|tree| tree.span(*node)).unwrap_or_default(),
            What::Key { span, .. } => *span,
        }
    }
}

/// The steps from the root to the deepest node or key at a byte; the flag says whether a step went
/// on to the value of its key.
fn way(tree: &Tree, byte: u32) -> Vec<(Step<'_>, bool)> {
    let mut steps = vec![];
    let mut node = tree.root();
    while let Some((step, inside)) = into(tree, node, byte) {
        let next = match &step {
            Step::Key(entry) => inside.then_some(entry.value),
            Step::Item(_, item) => Some(*item),
        };
        steps.push((step, inside));
        let Some(next) = next else { break };
        node = next;
    }
    steps
}

fn into(tree: &Tree, node: NodeId, byte: u32) -> Option<(Step<'_>, bool)> {
    for entry in tree.entries(node) {
        let inside = holds(tree.span(entry.value), byte);
        if inside || holds(entry.key_span, byte) {
            return Some((Step::Key(entry), inside));
        }
    }
    let mut items = tree.items(node).enumerate();
    let (index, item) = items.find(|(_, item)| holds(tree.span(*item), byte))?;
    Some((Step::Item(index, item), true))
}

const fn holds(span: Span, byte: u32) -> bool {
    span.start <= byte && (byte < span.end || span.start == span.end && byte == span.start)
}

/// What an item of a list is called by: it does not move with the items before it.
fn label(tree: &Tree, item: NodeId) -> Option<String> {
    ["name", "to", "address"].iter().find_map(|key| {
        let value = tree.get(item, key)?.value;
        matches!(tree.kind(value), Kind::Scalar { .. }).then(|| tree.text(value).to_owned())
    })
}
