use std::sync::atomic::{AtomicU8, Ordering};

use meshc_check::unit::{At, EnvironmentRow, PatchRow};
use meshc_document::Tree;

use crate::merge::{merge, same};
use crate::pattern::matches;

/// An Environment, ready to be laid over documents by several threads.
#[derive(Debug)]
pub struct Overlay {
    /// What was written.
    pub row: EnvironmentRow,
    tree: Tree,
    /// How far its places are moved where they stand in other documents.
    by: u32,
    /// What became of each patch.
    effects: Vec<AtomicU8>,
}

/// The object that a document is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Target<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its namespace, written or by its folder.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

/// What became of a patch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// No document is its target.
    Missed,
    /// Its target says already what it says.
    Unchanged,
    /// It changed its target.
    Changed,
}

const HIT: u8 = 1;
const CHANGED: u8 = 3;

impl Overlay {
    /// An Environment and the document it was read from.
    #[must_use]
    pub fn new(row: EnvironmentRow, tree: Tree, by: u32) -> Self {
        let effects = row.patches.iter().map(|_| AtomicU8::new(0)).collect();
        Self { row, tree, by, effects }
    }

    /// The document it was read from.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Whether a file belongs to it.
    #[must_use]
    pub fn selects(&self, path: &str) -> bool {
        let any = |patterns: &[At<String>]| patterns.iter().any(|one| matches(&one.value, path));
        (self.row.include.is_empty() || any(&self.row.include)) && !any(&self.row.exclude)
    }

    /// A document with every patch of it merged; nothing where there is none. `folder` is the
    /// namespace that it has if it names none.
    #[must_use]
    pub fn over(&self, tree: &Tree, folder: Option<&str>) -> Option<Tree> {
        let mut done: Option<Tree> = None;
        for (patch, effect) in self.row.patches.iter().zip(&self.effects) {
            let tree = done.as_ref().unwrap_or(tree);
            if !is_target(tree, patch, folder) {
                continue;
            }
            let merged = merge(tree, &self.tree, patch.merge, self.by);
            let changed = !same(tree, &merged);
            effect.fetch_or(if changed { CHANGED } else { HIT }, Ordering::Relaxed);
            done = Some(merged);
        }
        done
    }

    /// Its patches with what became of each.
    pub fn effects(&self) -> impl Iterator<Item = (&PatchRow, Effect)> {
        let effects = self.effects.iter().map(|effect| match effect.load(Ordering::Relaxed) {
            0 => Effect::Missed,
            HIT => Effect::Unchanged,
            _ => Effect::Changed,
        });
        self.row.patches.iter().zip(effects)
    }
}

impl<'a> Target<'a> {
    /// The object that a document is; none for one without kind or name.
    #[must_use]
    pub fn of(tree: &'a Tree, folder: Option<&'a str>) -> Option<Self> {
        let root = tree.root();
        let metadata = tree.get(root, "metadata")?.value;
        let text = |key| tree.get(metadata, key).map(|entry| tree.text(entry.value));
        let kind = tree.text(tree.get(root, "kind")?.value);
        Some(Self { kind, namespace: text("namespace").or(folder), name: text("name")? })
    }
}

fn is_target(tree: &Tree, patch: &PatchRow, folder: Option<&str>) -> bool {
    Target::of(tree, folder).is_some_and(|found| {
        let namespace = patch.namespace.as_ref().map(|at| at.value.as_str());
        found.kind == patch.kind.value
            && found.name == patch.object.value
            && (namespace.is_none() || namespace == found.namespace)
    })
}
