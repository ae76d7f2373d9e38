//! Files to what they declare.

use meshc_document::{Kind, Limits, Tree, read};

use crate::declare::{document, instance};
use crate::finding::Finding;
use crate::rows::{Known, Rows};
use crate::schema::Schema;
use crate::unit::{EnvironmentRow, InstanceRow, Unit};
use crate::walk::check;

/// Reads and checks files, one after another; what several of them say in the same words is kept
/// once.
#[derive(Debug)]
pub struct Declarer<'a> {
    schema: &'a Schema,
    known: Known,
}

impl<'a> Declarer<'a> {
    /// Checks by this schema.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        Self { schema, known: Known::default() }
    }

    /// What a file declares; what is good survives what is bad.
    pub fn declare(&mut self, bytes: &[u8]) -> Unit {
        self.declare_patched(bytes, |_| None)
    }

    /// The same, with what `patch` makes of a document in its place. One that is wrong stays as it
    /// is: what is wrong with it is no other mistake once it is patched.
    pub fn declare_patched(&mut self, bytes: &[u8], patch: impl Fn(&Tree) -> Option<Tree>) -> Unit {
        let file = read(bytes, &Limits::DEFAULT);
        let mut unit = Unit::default();
        unit.findings.extend(file.findings.into_iter().map(Finding::from));
        let unreadable = |finding: &Finding| matches!(finding.code, "MC001" | "MC006" | "MC007");
        unit.unread = unit.findings.iter().any(unreadable);
        let read = unit.findings.clone();
        crate::secret::judge(bytes, &mut unit.findings);
        crate::confusable::judge(bytes, &file.trees, &mut unit.findings);
        for tree in file.trees.into_iter().filter(|tree| !is_empty(tree)) {
            let patched = patch(&tree).filter(|_| check(&tree, self.schema).is_clean());
            let tree = patched.as_ref().unwrap_or(&tree);
            document(tree, (self.schema, &mut self.known), &read, &mut unit);
        }
        crate::confusable::explain(&mut unit.findings);
        unit
    }
}

/// Reads and checks one file and gives what it declares; what is good survives what is bad.
#[must_use]
pub fn declare(bytes: &[u8], schema: &Schema) -> Unit {
    Declarer::new(schema).declare(bytes)
}

/// The Environments that a file declares, each with its document; nothing is reported.
#[must_use]
pub fn environments(bytes: &[u8], schema: &Schema) -> Vec<(EnvironmentRow, Tree)> {
    let file = read(bytes, &Limits::DEFAULT);
    let trees = file.trees.into_iter().filter(|tree| !is_empty(tree));
    let mut known = Known::default();
    trees
        .filter_map(|tree| {
            let mut unit = Unit::default();
            document(&tree, (schema, &mut known), &[], &mut unit);
            Some((unit.environments.pop()?, tree))
        })
        .collect()
}

/// The instances of a list that stands in a file of its own.
#[must_use]
pub fn declare_instances(bytes: &[u8]) -> (Vec<InstanceRow>, Vec<Finding>) {
    let file = read(bytes, &Limits::DEFAULT);
    let mut findings: Vec<Finding> = file.findings.into_iter().map(Finding::from).collect();
    let mut instances = Vec::new();
    for tree in &file.trees {
        let checked = crate::walk::Checked::default();
        let known = &mut Known::default();
        let mut rows = Rows { tree, checked: &checked, findings: Vec::new(), denies: false, known };
        for item in tree.items(tree.root()) {
            match instance(&mut rows, item) {
                Some(row) if row.address.value.parse::<core::net::IpAddr>().is_ok() => {
                    instances.push(row);
                }
                _ => {
                    let message = "an instance is a mapping with an IP address under `address`";
                    findings.push(Finding::new("MC112", tree.span(item), message));
                }
            }
        }
    }
    (instances, findings)
}

fn is_empty(tree: &Tree) -> bool {
    tree.len() == 1 && tree.kind(tree.root()) == Kind::Null
}
