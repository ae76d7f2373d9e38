//! What is declared beside workloads and named by documents: externals, invariants, waivers.

use meshc_check::unit::{At, ExternalRow, InvariantRow, WaiverRow};
use meshc_check::{Finding, did_you_mean, nearest};

use crate::gather::Homes;
use crate::mesh::Mesh;

/// Something outside the mesh.
#[derive(Clone, Debug)]
pub struct External {
    /// Index of its file.
    pub file: u32,
    /// Its namespace.
    pub namespace: String,
    /// `namespace/name`.
    pub id: String,
    /// What was written.
    pub row: ExternalRow,
}

/// A document that names others, with its namespace written out.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// Index of its file.
    pub file: u32,
    /// Its namespace.
    pub namespace: String,
    /// `namespace/name`.
    pub id: String,
    /// What was written.
    pub row: T,
}

impl Placed<WaiverRow> {
    /// The object for which something is suspended, `namespace/name`.
    #[must_use]
    pub fn object_id(&self) -> String {
        let written = self.row.object_namespace.as_ref();
        let namespace = written.map_or(&self.namespace, |at| &at.value);
        format!("{namespace}/{}", self.row.object.value)
    }
}

/// Documents of these kinds, each with the index of its file.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) externals: Vec<(u32, ExternalRow)>,
    pub(crate) invariants: Vec<(u32, InvariantRow)>,
    pub(crate) waivers: Vec<(u32, WaiverRow)>,
}

/// Gives every document its namespace; of two with one name the first by file and place stays.
pub(crate) fn gather(mesh: &mut Mesh, declared: Declared, homes: &Homes<'_>) {
    for (file, row) in declared.externals {
        let written = row.namespace.as_ref();
        let Some(namespace) = homes.of(mesh, file, written, &row.name) else { continue };
        let id = format!("{namespace}/{}", row.name.value);
        let workload = mesh.workload_named(&id).and_then(|ix| mesh.workload(ix));
        let earlier = workload.map(|one| (one.file, one.row.name.span)).or_else(|| {
            let other = mesh.externals.iter().find(|one| one.id == id)?;
            Some((other.file, other.row.name.span))
        });
        if taken(mesh, file, &row.name, &id, earlier) {
            continue;
        }
        check_owner(mesh, file, row.owner.as_ref());
        mesh.externals.push(External { file, namespace, id, row });
    }
    mesh.externals.sort_by(|a, b| a.id.cmp(&b.id));
    for (file, row) in declared.invariants {
        let placed = place(mesh, (file, row), homes, |row| (row.namespace.as_ref(), &row.name));
        let Some(placed) = placed else { continue };
        let earlier = mesh.invariants.iter().find(|one| one.id == placed.id);
        let earlier = earlier.map(|one| (one.file, one.row.name.span));
        if !taken(mesh, file, &placed.row.name, &placed.id, earlier) {
            mesh.invariants.push(placed);
        }
    }
    for (file, row) in declared.waivers {
        let placed = place(mesh, (file, row), homes, |row| (row.namespace.as_ref(), &row.name));
        let Some(placed) = placed else { continue };
        let earlier = mesh.waivers.iter().find(|one| one.id == placed.id);
        let earlier = earlier.map(|one| (one.file, one.row.name.span));
        if !taken(mesh, file, &placed.row.name, &placed.id, earlier) {
            check_owner(mesh, file, Some(&placed.row.owner));
            mesh.waivers.push(placed);
        }
    }
    mesh.invariants.sort_by(|a, b| a.id.cmp(&b.id));
    mesh.waivers.sort_by(|a, b| a.id.cmp(&b.id));
}

fn place<T>(
    mesh: &mut Mesh,
    (file, row): (u32, T),
    homes: &Homes<'_>,
    head: impl Fn(&T) -> (Option<&At<String>>, &At<String>),
) -> Option<Placed<T>> {
    let (written, name) = head(&row);
    let namespace = homes.of(mesh, file, written, name)?;
    let id = format!("{namespace}/{}", name.value);
    Some(Placed { file, namespace, id, row })
}

/// Whether an earlier document has the name; says so.
fn taken(
    mesh: &mut Mesh,
    file: u32,
    name: &At<String>,
    id: &str,
    earlier: Option<(u32, meshc_document::Span)>,
) -> bool {
    let Some((other, span)) = earlier else { return false };
    let finding = Finding::new("MC211", name.span, format!("`{id}` is declared twice"))
        .help("rename or merge");
    mesh.report_with(file, finding, (other, span, "declared here too".into()));
    true
}

/// A team that answers for something is one of those the Mesh lists, if it lists any.
pub(crate) fn check_owner(mesh: &mut Mesh, file: u32, owner: Option<&At<String>>) {
    let Some(owner) = owner.filter(|_| !mesh.teams.is_empty()) else { return };
    if !mesh.teams.contains(&owner.value) {
        let message = format!("`{}` is not one of the teams", owner.value);
        let known = mesh.teams.iter().map(String::as_str);
        let help = did_you_mean(&nearest(&owner.value, known))
            .unwrap_or_else(|| "add it to `teams` of the Mesh".into());
        let finding = Finding::new("MC104", owner.span, message).help(help);
        mesh.report(file, finding);
    }
}
