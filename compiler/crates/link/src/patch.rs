//! A mesh after an edit: only what the edit can change is looked at again.
//!
//! What is found about a workload depends on its own document, on its neighbours in the call graph,
//! on those whom its rules name, and, where a name is unknown, on every name there is. So when
//! documents change, these are looked at again: the changed ones; whoever calls them or is called by
//! them, before or after; whoever names them; and whoever names something unknown. What holds for
//! many (kinds of the platform, names declared twice, files that come or go) is no matter for a
//! patch: there everything is read anew.

use core::hash::Hasher;
use std::sync::Arc;

use meshc_check::Schema;
use meshc_check::unit::{TestRow, WorkloadRow};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::gather::{Homes, complete, index, note_gaps};
use crate::graph::Graph;
use crate::load::{self, Loaded};
use crate::mesh::{Edge, Mesh, Told, Workload, WorkloadIx};
use crate::platform::Waived;
use crate::resolve::{Reference, calls_of, note};
use crate::source::{Content, SourceFile};
use crate::whole::Differs;

/// A mesh that is changed step by step, and what it was.
struct Patch<'a> {
    old: &'a Mesh,
    new: Mesh,
    /// Files with other contents.
    files: FxHashSet<u32>,
    /// Indices of old workloads in the new mesh; none for those that are gone.
    moved: Vec<Option<WorkloadIx>>,
    /// Workloads of changed files, by their index in the new mesh.
    changed: Vec<WorkloadIx>,
    /// Workloads of changed files, by their index in the old mesh.
    replaced: Vec<WorkloadIx>,
    /// Ids that are there now and were not, or the other way round.
    came_or_went: FxHashSet<String>,
    differs: Differs,
}

/// What changed files declare.
type Rows = (Vec<(u32, WorkloadRow)>, Vec<(u32, TestRow)>);

impl Mesh {
    /// This mesh with other contents of some of its files: the same as reading all of them.
    ///
    /// Nothing where everything must be read: in an Environment, where a file is new, gone or more
    /// than workloads and policy tests, and where two declare one name.
    #[must_use]
    pub fn patched(
        &self,
        files: Vec<(String, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Option<Self> {
        let differs = |(path, bytes): &(String, Content)| {
            let file = self.file_named(path).and_then(|at| self.files.get(at as usize));
            file.is_none_or(|file| *file.bytes != **bytes)
        };
        self.patch(files.into_iter().filter(differs).collect(), schema, namespaces)
    }

    /// The same for files that surely have other contents.
    pub(crate) fn patch(
        &self,
        files: Vec<(String, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Option<Self> {
        if self.clashing || self.environment_file.is_some() {
            return None;
        }
        let mut patch = Patch::new(self);
        let rows = patch.read(files, schema, &Homes { folders: namespaces })?;
        patch.declare(rows, &Homes { folders: namespaces })?;
        let touched = patch.resolve();
        let affected = patch.affected(&touched);
        crate::judge::judge(&mut patch.new, affected.into_iter(), patch.differs);
        patch.new.settle(Vec::new());
        Some(patch.new)
    }
}

impl<'a> Patch<'a> {
    fn new(old: &'a Mesh) -> Self {
        Self {
            old,
            new: old.clone(),
            files: FxHashSet::default(),
            moved: Vec::new(),
            changed: Vec::new(),
            replaced: Vec::new(),
            came_or_went: FxHashSet::default(),
            differs: Differs::NONE,
        }
    }

    /// Reads and checks the changed files.
    fn read(
        &mut self,
        files: Vec<(String, Content)>,
        schema: &Schema,
        homes: &Homes<'_>,
    ) -> Option<Rows> {
        let (mut workloads, mut tests) = (Vec::new(), Vec::new());
        for (path, bytes) in files {
            let file = self.new.file_named(&path)?;
            let slot = self.new.files.get_mut(file as usize)?;
            let Loaded { path, bytes, document, mut unit } = load::one(path, bytes, schema, None);
            let said = homes.said(file, &path, &mut unit);
            if !(document && slot.said.plain && said.plain) {
                return None;
            }
            *slot = Arc::new(SourceFile { path, bytes, said });
            self.files.insert(file);
            workloads.extend(unit.workloads.into_iter().map(|row| (file, row)));
            tests.extend(unit.tests.into_iter().map(|row| (file, row)));
        }
        workloads.sort_by_key(|(file, _)| *file);
        tests.sort_by_key(|(file, _)| *file);
        Some((workloads, tests))
    }

    /// Puts what the changed files declare in the place of what they declared.
    fn declare(&mut self, (rows, tests): Rows, homes: &Homes<'_>) -> Option<()> {
        let files = core::mem::take(&mut self.files);
        note_gaps(&mut self.new, files.iter().copied());
        self.replaced = self
            .old
            .each()
            .filter(|(_, one)| files.contains(&one.file))
            .map(|(ix, _)| ix)
            .collect();
        let mut fresh = self.workloads(rows, homes)?;
        fresh.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        if fresh.windows(2).any(|pair| matches!(pair, [a, b] if a.0.id == b.0.id)) {
            return None;
        }
        self.compare(&fresh)?;
        self.splice(fresh);
        if !self.came_or_went.is_empty() {
            self.new.by_id = index(&self.new);
        }
        self.new.tests.retain(|(file, _)| !files.contains(file));
        for (file, row) in tests {
            let row = homes.test(&self.new, file, row);
            self.new.tests.push((file, row));
        }
        // Rows of one file keep their order.
        self.new.tests.sort_by_key(|(file, _)| *file);
        self.files = files;
        Some(())
    }

    /// The workloads of changed files with all that holds for them.
    fn workloads(
        &mut self,
        rows: Vec<(u32, WorkloadRow)>,
        homes: &Homes<'_>,
    ) -> Option<Vec<(Workload, Told)>> {
        let waived = Waived::of(&self.new.waivers);
        let mut fresh = Vec::with_capacity(rows.len());
        self.new.findings.clear();
        for (file, row) in rows {
            // What has no namespace is no workload, and is reported elsewhere.
            let (mut workload, mut told) = homes.workload(&mut self.new, file, row)?;
            if !complete(&self.new, &waived, &mut workload, &mut told).is_empty() {
                return None;
            }
            fresh.push((workload, told));
        }
        Some(fresh)
    }

    /// Notes which ids come and go, and what else differs; nothing where an id is taken.
    fn compare(&mut self, fresh: &[(Workload, Told)]) -> Option<()> {
        let replaced: FxHashSet<WorkloadIx> = self.replaced.iter().copied().collect();
        for (workload, _) in fresh {
            if self.old.external(&workload.id).is_some() {
                return None;
            }
            match self.old.workload_named(&workload.id) {
                Some(ix) if !replaced.contains(&ix) => return None,
                Some(ix) => {
                    if let Some(old) = self.old.workload(ix) {
                        self.differs.note(old, workload);
                    }
                }
                None => {
                    self.came_or_went.insert(workload.id.clone());
                    self.differs = Differs::ALL;
                }
            }
        }
        let kept: FxHashSet<&str> = fresh.iter().map(|(one, _)| one.id.as_str()).collect();
        for ix in &self.replaced {
            let id = self.old.workload(*ix).map(|one| &one.id);
            // What is gone clashes with nothing; what it clashed with before is looked at again.
            self.came_or_went.extend(id.filter(|id| !kept.contains(id.as_str())).cloned());
        }
        Some(())
    }

    /// Merges the fresh workloads into those that stay, in the order of ids.
    fn splice(&mut self, fresh: Vec<(Workload, Told)>) {
        let replaced: FxHashSet<WorkloadIx> = self.replaced.iter().copied().collect();
        let count = self.new.workloads.len();
        let workloads = core::mem::replace(&mut self.new.workloads, Vec::with_capacity(count));
        let told = core::mem::replace(&mut self.new.told, Vec::with_capacity(count));
        self.moved = vec![None; count];
        let mut fresh = fresh.into_iter().peekable();
        let staying = (0_u32..).map(WorkloadIx).zip(workloads.into_iter().zip(told));
        for (old, (workload, told)) in staying {
            while let Some((next, told)) = fresh.next_if(|(next, _)| next.id <= workload.id) {
                let same = next.id == workload.id;
                let ix = self.push(Arc::new(next), told);
                self.changed.push(ix);
                if same {
                    self.move_to(old, ix);
                }
            }
            if !replaced.contains(&old) {
                let ix = self.push(workload, told);
                self.move_to(old, ix);
            }
        }
        for (next, told) in fresh {
            let ix = self.push(Arc::new(next), told);
            self.changed.push(ix);
        }
    }

    fn push(&mut self, workload: Arc<Workload>, told: Told) -> WorkloadIx {
        let ix = WorkloadIx(u32::try_from(self.new.workloads.len()).unwrap_or(u32::MAX));
        self.new.workloads.push(workload);
        self.new.told.push(told);
        ix
    }

    fn move_to(&mut self, old: WorkloadIx, new: WorkloadIx) {
        if let Some(slot) = self.moved.get_mut(old.index()) {
            *slot = Some(new);
        }
    }

    fn now(&self, old: WorkloadIx) -> Option<WorkloadIx> {
        self.moved.get(old.index()).copied().flatten()
    }

    /// Looks up again what changed workloads call, what is called by those that call them, and what
    /// was unknown. Gives the workloads that are no longer what they were to others.
    fn resolve(&mut self) -> FxHashSet<WorkloadIx> {
        let mut again: FxHashSet<WorkloadIx> = self.changed.iter().copied().collect();
        let callers = self.replaced.iter().flat_map(|ix| self.old.graph.callers(*ix));
        again.extend(callers.filter_map(|ix| self.now(*ix)));
        let open = |(ix, one): &(WorkloadIx, &Workload)| {
            one.unresolved.is_some()
                || self.new.told.get(ix.index()).is_some_and(|told| told.everywhere)
        };
        again.extend(self.new.each().filter(open).map(|(ix, _)| ix));
        let mut again: Vec<WorkloadIx> = again.into_iter().collect();
        again.sort_unstable();
        let mut found = FxHashMap::default();
        let mut touched: FxHashSet<WorkloadIx> = self.changed.iter().copied().collect();
        for ix in again {
            let Some(workload) = self.new.workload(ix) else { continue };
            let mut resolved = calls_of(&self.new, ix, workload);
            found.insert(ix, core::mem::take(&mut resolved.edges));
            if workload.unresolved != resolved.unresolved {
                touched.insert(ix);
            }
            note(&mut self.new, ix.index(), resolved);
        }
        self.edges(found, &mut touched);
        touched
    }

    /// Puts the edges together from those that were found now and those that stay.
    fn edges(
        &mut self,
        mut found: FxHashMap<WorkloadIx, Vec<Edge>>,
        touched: &mut FxHashSet<WorkloadIx>,
    ) {
        let mut edges = Vec::with_capacity(self.old.edges.len());
        let mut kept = self.old.edges.iter().filter_map(|edge| {
            let (caller, callee) = (self.now(edge.caller)?, self.now(edge.callee));
            Some((caller, callee.map(|callee| Edge { caller, callee, ..*edge })))
        });
        let mut next = kept.next();
        for ix in (0_u32..).map(WorkloadIx).take(self.new.workloads.len()) {
            let start = edges.len();
            while let Some((_, edge)) = next.filter(|(caller, _)| *caller == ix) {
                edges.extend(edge);
                next = kept.next();
            }
            if let Some(now) = found.remove(&ix) {
                let same = edges.get(start..).is_some_and(|before| same_ends(before, &now));
                if !same {
                    touched.insert(ix);
                }
                edges.truncate(start);
                edges.extend(now);
            }
        }
        drop(kept);
        self.new.graph = Graph::new(self.new.workloads.len(), &edges);
        self.new.edges = edges;
    }

    /// Workloads about which something else may be found now.
    fn affected(&self, touched: &FxHashSet<WorkloadIx>) -> Vec<WorkloadIx> {
        let (old, new) = (&self.old.graph, &self.new.graph);
        let mut all = touched.clone();
        for ix in touched {
            all.extend(new.callers(*ix).iter().chain(new.callees(*ix)));
        }
        let back: FxHashMap<WorkloadIx, WorkloadIx> = self
            .moved
            .iter()
            .zip(0_u32..)
            .filter_map(|(new, old)| Some(((*new)?, WorkloadIx(old))))
            .filter(|(new, _)| touched.contains(new))
            .collect();
        for ix in back.values().chain(&self.replaced) {
            let near = old.callers(*ix).iter().chain(old.callees(*ix));
            all.extend(near.filter_map(|ix| self.now(*ix)));
        }
        let names = self.names(touched);
        let hashes: FxHashSet<u32> = names.keys().map(|name| hash(name)).collect();
        for (ix, workload) in self.new.each() {
            let told = self.new.told.get(ix.index());
            let may_name = || workload.named.iter().any(|one| hashes.contains(one));
            if told.is_some_and(|told| told.unknown)
                || (may_name() && self.speaks_of(workload, &names))
            {
                all.insert(ix);
                if !self.came_or_went.is_empty() {
                    all.extend(new.callers(ix));
                }
            }
        }
        let mut all: Vec<WorkloadIx> = all.into_iter().collect();
        all.sort_unstable();
        all
    }

    /// Ids of workloads that are no longer what they were, by their names without a namespace, and
    /// namespaces into which some came or which some left.
    fn names(&self, touched: &FxHashSet<WorkloadIx>) -> FxHashMap<&str, Vec<&str>> {
        let touched = touched.iter().filter_map(|ix| self.new.workload(*ix));
        let ids = touched.map(|one| one.id.as_str());
        let mut names: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for id in ids.chain(self.came_or_went.iter().map(String::as_str)) {
            let name = id.split_once('/').map_or(id, |(_, name)| name);
            names.entry(name).or_default().push(id);
        }
        for id in &self.came_or_went {
            names.entry(id.split_once('/').map_or("", |(namespace, _)| namespace)).or_default();
        }
        names
    }

    /// Whether a rule of a workload names one of these, or a namespace that one of them came into
    /// or left.
    fn speaks_of(&self, workload: &Workload, names: &FxHashMap<&str, Vec<&str>>) -> bool {
        let rules = workload.row.allow.iter().chain(&workload.row.deny);
        let mut from = rules.flat_map(|rule| rule.from.iter().flatten());
        from.any(|one| {
            if let Some(namespace) = one.value.strip_suffix("/*") {
                let inside = |id: &String| id.split_once('/').is_some_and(|id| id.0 == namespace);
                return self.came_or_went.iter().any(inside);
            }
            let named = Reference::of(&one.value, &workload.namespace);
            names.get(named.name).is_some_and(|ids| ids.contains(&named.id().as_str()))
        })
    }
}

/// What the rules of a workload name, as hashes: names of workloads without a namespace, and
/// namespaces of which all are meant. Sorted.
pub(crate) fn named(workload: &Workload) -> Vec<u32> {
    let rules = workload.row.allow.iter().chain(&workload.row.deny);
    let from = rules.flat_map(|rule| rule.from.iter().flatten());
    let name = |text: &str| match text.strip_suffix("/*") {
        Some(namespace) => hash(namespace),
        None => hash(Reference::of(text, "").name),
    };
    let mut names: Vec<u32> = from.map(|one| name(&one.value)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A hash that is the same in every run of one program.
fn hash(name: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(name.as_bytes());
    u32::try_from(hasher.finish() >> 32).unwrap_or_default()
}

/// Whether two lists of edges lead to the same operations of the same workloads.
fn same_ends(one: &[Edge], two: &[Edge]) -> bool {
    let ends = |edge: &Edge| (edge.callee, edge.operation, edge.timeout_ms);
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| ends(one) == ends(two))
}
