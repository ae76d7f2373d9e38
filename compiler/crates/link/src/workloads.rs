//! The workloads of a mesh, and what of an image becomes one only when somebody asks for it.

use core::hash::Hasher;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use crate::mesh::{Workload, WorkloadIx};
use crate::stowage::Stowed;

/// Services and gateways, sorted by id.
#[derive(Clone, Debug, Default)]
pub struct Workloads {
    entries: Vec<Entry>,
    /// By the hash of an id; of two ids with one hash one is here. Empty where few are looked up.
    by_hash: Arc<FxHashMap<u64, WorkloadIx>>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// As it was linked.
    Linked(Arc<Workload>),
    /// As an image holds it.
    Stowed(Stowed),
}

impl Entry {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Linked(one) => &one.id,
            Self::Stowed(one) => one.id(),
        }
    }

    pub(crate) fn file(&self) -> u32 {
        match self {
            Self::Linked(one) => one.file,
            Self::Stowed(one) => one.file(),
        }
    }

    /// Whether both are one workload of one linking.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Linked(one), Self::Linked(other)) => Arc::ptr_eq(one, other),
            (Self::Stowed(one), Self::Stowed(other)) => one.is(other),
            _ => false,
        }
    }

    pub(crate) fn workload(&self) -> Option<&Workload> {
        match self {
            Self::Linked(one) => Some(one),
            Self::Stowed(one) => one.workload(),
        }
    }
}

impl Workloads {
    /// Of entries in the order of their ids.
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let each = (0_u32..).map(WorkloadIx).zip(&entries);
        let by_hash = each.map(|(ix, entry)| (hash(entry.id()), ix)).collect();
        Self { entries, by_hash: Arc::new(by_hash) }
    }

    /// Of entries in the order of their ids, of which few will be looked up.
    pub(crate) fn listed(entries: Vec<Entry>) -> Self {
        Self { entries, by_hash: Arc::default() }
    }

    /// The same ids with other entries, in the same order.
    pub(crate) fn with(&self, entries: Vec<Entry>) -> Self {
        Self { entries, by_hash: Arc::clone(&self.by_hash) }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether each that was asked for could be read. Where one could not, an answer may lack it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.entries.iter().all(|entry| match entry {
            Entry::Linked(_) => true,
            Entry::Stowed(one) => one.is_whole(),
        })
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, ix: WorkloadIx) -> Option<&Workload> {
        self.entries.get(ix.index()).and_then(Entry::workload)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Workload> {
        self.entries.iter().filter_map(Entry::workload)
    }

    /// The id of one, `namespace/name`.
    #[must_use]
    pub fn id(&self, ix: WorkloadIx) -> Option<&str> {
        self.entries.get(ix.index()).map(Entry::id)
    }

    /// Every id, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(Entry::id)
    }

    /// The one of an id.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<WorkloadIx> {
        let found = self.by_hash.get(&hash(id)).copied();
        found.filter(|ix| self.id(*ix) == Some(id)).or_else(|| {
            let at = self.entries.binary_search_by(|entry| entry.id().cmp(id)).ok()?;
            u32::try_from(at).ok().map(WorkloadIx)
        })
    }

    /// Those of a namespace; they stand together.
    pub(crate) fn inside(&self, namespace: &str) -> impl Iterator<Item = &Workload> {
        self.of_namespace(namespace).filter_map(Entry::workload)
    }

    /// The ids of those of a namespace.
    pub(crate) fn ids_inside(&self, namespace: &str) -> impl Iterator<Item = &str> {
        self.of_namespace(namespace).map(Entry::id)
    }

    fn of_namespace(&self, namespace: &str) -> impl Iterator<Item = &Entry> {
        let prefix = format!("{namespace}/");
        let start = self.entries.partition_point(|entry| entry.id() < prefix.as_str());
        let behind = self.entries.get(start..).unwrap_or_default().iter();
        behind.take_while(move |entry| entry.id().starts_with(&prefix))
    }

    /// Those of a file.
    pub(crate) fn of_file(&self, file: u32) -> impl Iterator<Item = &Workload> {
        let found = self.entries.iter().filter(move |entry| entry.file() == file);
        found.filter_map(Entry::workload)
    }

    /// Each, to be changed; its id stays. What an image holds is whole already.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Workload> {
        self.entries.iter_mut().filter_map(|entry| match entry {
            Entry::Linked(one) => Some(Arc::make_mut(one)),
            Entry::Stowed(_) => None,
        })
    }
}

/// A hash that is the same in every run of one program.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}
