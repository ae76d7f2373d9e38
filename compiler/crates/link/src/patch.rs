//! A mesh after an edit: only what the edit can change is looked at again.
//!
//! What is found about a workload depends on its own document, on its neighbours in the call graph,
//! on those whom its rules name, and, where a name is unknown, on every name there is. So when
//! documents change, these are looked at again: the changed ones; whoever calls them or is called by
//! them, before or after; whoever names them; and whoever names something unknown. What holds for
//! many (kinds of the platform, names declared twice, files that come or go) is no matter for a
//! patch: there everything is read anew.

mod splice;

use std::sync::Arc;

use meshc_check::Schema;
use meshc_check::unit::{TestRow, WorkloadRow};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::environment::Laid;
use crate::foreign::Foreign;
use crate::gather::{Homes, complete, note_gaps};
use crate::load::{self, Holds, Loaded};
use crate::mesh::{Mesh, Told, Workload, WorkloadIx};
use crate::platform::Waived;
use crate::resolve::{Reference, calls_of, note};
use crate::source::{Content, SourceFile};
use crate::table::{Same, Tables};
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
        files: Vec<(Arc<str>, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Option<Self> {
        let differs = |(path, bytes): &(Arc<str>, Content)| {
            let file = self.file_named(path).and_then(|at| self.files.get(at as usize));
            file.is_none_or(|file| *file.bytes != **bytes)
        };
        self.patch(files.into_iter().filter(differs).collect(), schema, namespaces)
    }

    /// The same for files that surely have other contents.
    pub(crate) fn patch(
        &self,
        files: Vec<(Arc<str>, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Option<Self> {
        let mut patch = Patch::new(self)?;
        patch.apply(files, &Read { schema, folders: namespaces, laid: None })?;
        patch.new.settle(Vec::new());
        Some(patch.new)
    }

    /// This mesh with an Environment laid over some files, which has places in `foreign`; what was
    /// found is not put together yet.
    pub(crate) fn laid(
        &self,
        files: &[u32],
        laid: &Laid<'_>,
        foreign: Foreign,
        schema: &Schema,
    ) -> Option<Self> {
        if files.len() > most(self.files.len()) {
            return None;
        }
        let mut patch = Patch::new(self)?;
        (patch.new.environment_file, patch.new.foreign) = (Some(laid.file), foreign);
        let files = files.iter().filter_map(|file| self.files.get(*file as usize));
        let files = files.map(|one| (Arc::clone(&one.path), one.bytes.clone()));
        patch.apply(files.collect(), &Read { schema, folders: laid.folders, laid: Some(laid) })?;
        Some(patch.new)
    }
}

/// Most of so many files that are worth a patch: beyond it reading everything is as fast.
pub(crate) const fn most(files: usize) -> usize {
    const FEW: usize = 16;
    const PART: usize = 16;
    FEW.saturating_add(files / PART)
}

/// What files are read with.
struct Read<'a> {
    schema: &'a Schema,
    folders: &'a [(String, String)],
    laid: Option<&'a Laid<'a>>,
}

impl<'a> Patch<'a> {
    /// Nothing of a mesh that cannot be patched.
    fn new(old: &'a Mesh) -> Option<Self> {
        if old.clashing || old.environment_file.is_some() {
            return None;
        }
        Some(Self {
            old,
            new: old.clone(),
            files: FxHashSet::default(),
            moved: Vec::new(),
            changed: Vec::new(),
            replaced: Vec::new(),
            came_or_went: FxHashSet::default(),
            differs: Differs::NONE,
        })
    }

    /// Puts other contents of files into the new mesh, and judges what that can change.
    fn apply(&mut self, files: Vec<(Arc<str>, Content)>, with: &Read<'_>) -> Option<()> {
        let homes = Homes { folders: with.folders };
        let rows = self.read(files, with, &homes)?;
        self.declare(rows, &homes)?;
        let touched = self.resolve();
        let affected = self.affected(&touched);
        self.new.tables = self.tables(&affected);
        crate::judge::judge(&mut self.new, affected.into_iter(), self.differs);
        Some(())
    }

    /// Reads and checks the changed files.
    fn read(
        &mut self,
        files: Vec<(Arc<str>, Content)>,
        with: &Read<'_>,
        homes: &Homes<'_>,
    ) -> Option<Rows> {
        let (mut workloads, mut tests) = (Vec::new(), Vec::new());
        for (path, bytes) in files {
            let file = self.new.file_named(&path)?;
            let slot = self.new.files.get_mut(file as usize)?;
            let Loaded { path, bytes, holds } = load::one(path, bytes, with.schema, with.laid);
            let Holds::Documents(mut unit) = holds else { return None };
            let said = homes.said(file, &path, &mut unit);
            if !(slot.said.plain && said.plain) {
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
        let entries = (0_u32..).map(WorkloadIx).zip(self.old.workloads.entries());
        let replaced = entries.filter(|(_, one)| files.contains(&one.file()));
        self.replaced = replaced.map(|(ix, _)| ix).collect();
        let mut fresh = self.workloads(rows, homes)?;
        fresh.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        if fresh.windows(2).any(|pair| matches!(pair, [a, b] if a.0.id == b.0.id)) {
            return None;
        }
        self.compare(&fresh)?;
        self.splice(fresh);
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

    /// Looks up again what changed workloads call, what is called by those that call them, and what
    /// was unknown. Gives the workloads that are no longer what they were to others.
    fn resolve(&mut self) -> FxHashSet<WorkloadIx> {
        let mut again: FxHashSet<WorkloadIx> = self.changed.iter().copied().collect();
        let callers = self.replaced.iter().flat_map(|ix| self.old.graph.callers(*ix));
        again.extend(callers.filter_map(|ix| self.now(*ix)));
        let told = (0_u32..).map(WorkloadIx).zip(&self.new.told);
        let open = told.filter(|(_, told)| told.unresolved.is_some() || told.everywhere);
        again.extend(open.map(|(ix, _)| ix));
        let mut again: Vec<WorkloadIx> = again.into_iter().collect();
        again.sort_unstable();
        let mut found = Vec::with_capacity(again.len());
        let mut touched: FxHashSet<WorkloadIx> = self.changed.iter().copied().collect();
        for ix in again {
            let Some(workload) = self.new.workload(ix) else { continue };
            let mut resolved = calls_of(&self.new, ix, workload);
            found.push((ix, core::mem::take(&mut resolved.edges)));
            let was = self.new.told.get(ix.index()).and_then(|told| told.unresolved.as_ref());
            if was != resolved.unresolved.as_ref() {
                touched.insert(ix);
            }
            note(&mut self.new, ix.index(), resolved);
        }
        self.edges(found, &mut touched);
        touched
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
        for (ix, told) in (0_u32..).map(WorkloadIx).zip(&self.new.told) {
            let may_name = || told.named.iter().any(|one| hashes.contains(one));
            let names_one = || {
                may_name() && self.new.workload(ix).is_some_and(|one| self.speaks_of(one, &names))
            };
            if told.unknown || names_one() {
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

    /// The tables, with the rows of those about which something else may be found computed anew:
    /// what a cell depends on is what a finding depends on.
    fn tables(&self, affected: &[WorkloadIx]) -> Tables {
        let mut before = vec![None; self.new.workloads.len()];
        for (old, new) in (0_u32..).map(WorkloadIx).zip(&self.moved) {
            if let Some(slot) = new.and_then(|new| before.get_mut(new.index())) {
                *slot = Some(old);
            }
        }
        for ix in affected {
            if let Some(slot) = before.get_mut(ix.index()) {
                *slot = None;
            }
        }
        let stays = self.came_or_went.is_empty();
        self.old.tables.patched(&self.new, &Same { before: &before, now: &self.moved, stays })
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

fn hash(name: &str) -> u32 {
    u32::try_from(crate::workloads::hash(name) >> 32).unwrap_or_default()
}
