//! The Environments of a repository, and one of them laid over its files.

use meshc_check::unit::{At, EnvironmentRow, Unit};
use meshc_check::{Declarer, Finding, Schema, did_you_mean, environments, nearest};
use meshc_document::{Limits, Span, Tree, read};
use meshc_environment::{Effect, Overlay, clashes, matches};

use crate::foreign::Foreign;
use crate::gather::namespace_of;
use crate::mesh::{Mesh, MeshFinding, Workload};

/// An Environment that a repository declares.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Index of its file.
    pub file: u32,
    /// What was written.
    pub row: EnvironmentRow,
}

/// An Environment, its file, and the namespaces of folders: what reading files through it needs.
#[derive(Debug)]
pub(crate) struct Laid<'a> {
    pub(crate) overlay: Overlay,
    pub(crate) file: u32,
    pub(crate) folders: &'a [(String, String)],
}

impl<'a> Laid<'a> {
    /// An Environment of a mesh by its name; its places have a range of their own in `foreign`.
    pub(crate) fn find(
        mesh: &Mesh,
        foreign: &mut Foreign,
        schema: &Schema,
        (name, folders): (&str, &'a [(String, String)]),
    ) -> Option<Self> {
        let file = mesh.environments.iter().find(|one| one.row.name.value == name)?.file;
        let bytes = &mesh.files.get(file as usize)?.bytes;
        let mut found = environments(bytes, schema).into_iter();
        let (row, tree) = found.find(|(row, _)| row.name.value == name)?;
        let by = foreign.range(file, bytes.len());
        Some(Self { overlay: Overlay::new(row, tree, by), file, folders })
    }

    /// Files of which something else holds in this Environment than in the base: those that do not
    /// belong to it, and those with an object that a patch changes.
    ///
    /// Nothing where that is not known before all is read: a patch of something else than one
    /// service or gateway, and files that say something for others.
    pub(crate) fn differing(&self, base: &Mesh) -> Option<Vec<u32>> {
        let each = (0_u32..).zip(&base.files);
        let left_out = each.filter(|(_, one)| !self.overlay.selects(&one.path));
        let mut files: Vec<u32> = left_out.map(|(file, _)| file).collect();
        for patch in &self.overlay.row.patches {
            let namespace = patch.namespace.as_ref()?;
            let id = format!("{}/{}", namespace.value, patch.object.value);
            let workload = base.workload_named(&id).and_then(|ix| base.workload(ix));
            let is_target = |one: &&Workload| crate::weaker::object(one).0 == patch.kind.value;
            match workload.filter(is_target) {
                Some(workload) => files.push(workload.file),
                None if base.gaps.is_empty() => return None,
                None => {}
            }
            // What was not understood there may be its object too.
            files.extend(&base.gaps);
        }
        files.sort_unstable();
        files.dedup();
        let plain = |file: &u32| base.files.get(*file as usize).is_some_and(|one| one.said.plain);
        files.iter().all(plain).then_some(files)
    }

    /// What a file declares in this Environment. A file that does not belong to it declares nothing
    /// but Environments, which are there in each.
    pub(crate) fn declare(&self, path: &str, bytes: &[u8], declarer: &mut Declarer<'_>) -> Unit {
        if self.overlay.selects(path) {
            let folder = namespace_of(path, self.folders);
            return declarer.declare_patched(bytes, |tree| self.overlay.over(tree, folder));
        }
        let mut unit = Unit::default();
        if declares(path, bytes) {
            unit.environments = declarer.declare(bytes).environments;
        }
        unit
    }
}

impl Mesh {
    /// The documents of its files as they hold in the Environment it was read in, with the index of
    /// the file of each; those of files that do not belong to it are left out.
    #[must_use]
    pub fn documents(
        &self,
        schema: &Schema,
        folders: &[(String, String)],
        environment: Option<&str>,
    ) -> Vec<(u32, Tree)> {
        let files = self.files.iter().map(|one| (&*one.path, &*one.bytes));
        let mut foreign = self.foreign.clone();
        let laid =
            environment.and_then(|name| Laid::find(self, &mut foreign, schema, (name, folders)));
        let mut found = Vec::new();
        for (file, (path, bytes)) in (0_u32..).zip(files) {
            if crate::load::is_no_document(path, bytes)
                || laid.as_ref().is_some_and(|laid| !laid.overlay.selects(path))
            {
                continue;
            }
            for tree in read(bytes, &Limits::DEFAULT).trees {
                let folder = namespace_of(path, folders);
                let over = laid.as_ref().and_then(|laid| laid.overlay.over(&tree, folder));
                found.push((file, over.unwrap_or(tree)));
            }
        }
        found
    }
}

/// Whether a file may declare an Environment.
fn declares(path: &str, bytes: &[u8]) -> bool {
    const KIND: &[u8] = b"Environment";
    !crate::load::is_named(path) && bytes.windows(KIND.len()).any(|part| part == KIND)
}

/// Takes what the files declare; of two Environments with one name the first stays.
pub(crate) fn gather(mesh: &mut Mesh, rows: Vec<(u32, EnvironmentRow)>) {
    for (file, row) in rows {
        let name = &row.name;
        let earlier = mesh.environments.iter().find(|one| one.row.name.value == name.value);
        match earlier.map(|one| (one.file, one.row.name.span)) {
            Some(place) => {
                crate::platform::repeated(mesh, file, "Environment", &name.value, name.span, place);
            }
            None => mesh.environments.push(Environment { file, row }),
        }
    }
    mesh.environments.sort_by(|a, b| a.row.name.value.cmp(&b.row.name.value));
    protected(mesh);
}

/// Environments that the Mesh protects must be there.
fn protected(mesh: &mut Mesh) {
    let (file, names) = core::mem::take(&mut mesh.protected_rows);
    for name in &names {
        let known = || mesh.environments.iter().map(|one| one.row.name.value.as_str());
        if !known().any(|one| one == name.value) {
            let message = format!("`{}` is not an Environment", name.value);
            let help = did_you_mean(&nearest(&name.value, known()));
            let help = advised(help, "declare it: `kind: Environment`");
            mesh.report(file, Finding::new("MC201", name.span, message).help(help));
        }
    }
    mesh.protected = names.into_iter().map(|name| name.value).collect();
}

/// What can be said of an Environment without laying it over anything.
pub(crate) fn judge(mesh: &Mesh) -> Vec<MeshFinding> {
    let mut found = Vec::new();
    for environment in &mesh.environments {
        let (file, row) = (environment.file, &environment.row);
        let mut add = |finding, related: Option<(Span, String)>| {
            let related = related.map(|(span, message)| (file, span, message));
            found.push(MeshFinding { file, finding, related: related.into_iter().collect() });
        };
        for (number, patch) in row.patches.iter().enumerate() {
            let mut before = row.patches.iter().take(number);
            if let Some(first) = before.find(|one| one.name.value == patch.name.value) {
                let message = format!("patch `{}` is there twice", patch.name.value);
                let finding = Finding::new("MC211", patch.name.span, message)
                    .help("give one of them another name");
                add(finding, Some((first.name.span, "the first one".into())));
            }
        }
        for (patch, _) in &row.widens {
            let names = row.patches.iter().map(|one| one.name.value.as_str());
            if !row.patches_unclear && !names.clone().any(|name| name == patch.value) {
                let message = format!("`{}` is not a patch of this Environment", patch.value);
                let help = did_you_mean(&nearest(&patch.value, names));
                let help = advised(help, "name one of its `patches`");
                add(Finding::new("MC201", patch.span, message).help(help), None);
            }
        }
        for pattern in row.include.iter().chain(&row.exclude) {
            if !mesh.files.iter().any(|one| matches(&pattern.value, &one.path)) {
                let finding = Finding::new("MC209", pattern.span, "no file has such a path")
                    .help("paths count from the repository's root, as in `shop/**`");
                add(finding, None);
            }
        }
    }
    found
}

/// What is wrong with the patches of the Environment that was laid over the files: two that set one
/// value, and those that do nothing (MC807).
pub(crate) fn judge_laid(base: &Mesh, laid: &Laid<'_>) -> Vec<MeshFinding> {
    let (file, overlay) = (laid.file, &laid.overlay);
    let mut found = Vec::new();
    let patches = &overlay.row.patches;
    for (number, second) in patches.iter().enumerate() {
        let target = |one: &meshc_check::unit::PatchRow| {
            let text = |at: &At<String>| at.value.clone();
            (text(&one.kind), one.namespace.as_ref().map(text), text(&one.object))
        };
        let same = patches.iter().take(number).filter(|one| target(one) == target(second));
        for first in same {
            for clash in clashes(overlay.tree(), first.merge, second.merge) {
                let (one, two) = (&first.name.value, &second.name.value);
                let message = format!("`{two}` sets what `{one}` sets");
                let finding = Finding::new("MC211", clash.second, message)
                    .help("leave the value to one of the two patches");
                let related = vec![(file, clash.first, format!("`{one}` sets it here"))];
                found.push(MeshFinding { file, finding, related });
            }
        }
    }
    for (patch, effect) in overlay.effects() {
        let name = &patch.name.value;
        let finding = match effect {
            Effect::Changed => continue,
            Effect::Missed if base.may_lack(&patch.kind.value) => continue,
            Effect::Unchanged => {
                let message = format!("patch `{name}` changes nothing: its target says so already");
                Finding::new("MC807", patch.name.span, message)
            }
            Effect::Missed => {
                let message = format!(
                    "patch `{name}` hits nothing: there is no {} `{}`",
                    patch.kind.value,
                    shown(patch.namespace.as_ref(), &patch.object)
                );
                Finding::new("MC807", patch.object.span, message)
            }
        };
        found.push(MeshFinding { file, finding, related: Vec::new() });
    }
    found
}

/// A suggestion with the advice for when it is none.
fn advised(hint: Option<String>, advice: &str) -> String {
    hint.map_or_else(|| advice.to_owned(), |hint| format!("{hint} Or {advice}"))
}

fn shown(namespace: Option<&At<String>>, name: &At<String>) -> String {
    match namespace {
        Some(namespace) => format!("{}/{}", namespace.value, name.value),
        None => name.value.clone(),
    }
}
