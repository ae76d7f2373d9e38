//! A linked mesh as bytes that a later run begins with.
//!
//! An image holds what costs time to find out: workloads, policy tests and edges as they were
//! linked, and what was found about them. Files of the platform are few and are read anew. Nothing
//! in it is trusted beyond its form: whoever keeps it makes sure that it is what was written, by the
//! same program for the same namespaces of folders.

mod codec;
mod rows;

use std::sync::Arc;

use meshc_check::Schema;
use meshc_check::unit::{TestRow, Unit};
use meshc_snapshot::Digest;

use codec::{Reader, Stored, stored_struct};

use crate::gather::{Linked, gather};
use crate::graph::Graph;
use crate::load::{self, Loaded};
use crate::mesh::{Edge, Mesh, Told, Workload};
use crate::source::{Content, Said, SourceFile};
use crate::whole::Whole;

/// Parts that workloads are written in; they are read on as many threads.
const PARTS: usize = 2;
/// Most files that may differ, in parts of all: beyond it reading everything is as fast.
const CHANGED: usize = 16;
/// Files that may differ however few there are.
const FEW: usize = 16;

/// A file as it was when the image was made.
struct Kept {
    path: String,
    digest: Vec<u8>,
    said: Said,
}

stored_struct!(Kept { path, digest, said });
stored_struct!(Said { plain, findings, lost, unread });
stored_struct!(Whole { identities, addresses, apart, hosts, platform });

impl Mesh {
    /// This mesh as bytes; nothing where a run cannot begin with it: in an Environment, or where two
    /// declare one name.
    #[must_use]
    pub fn image(&self) -> Option<Vec<u8>> {
        if self.clashing || self.environment_file.is_some() {
            return None;
        }
        let mut out = Vec::new();
        let length = |count: usize, out: &mut Vec<u8>| (count as u64).put(out);
        length(self.files.len(), &mut out);
        for file in &self.files {
            file.path.put(&mut out);
            Digest::of(&file.bytes).as_bytes().to_vec().put(&mut out);
            file.said.put(&mut out);
        }
        let size = self.workloads.len().div_ceil(PARTS).max(1);
        for (part, told) in self.workloads.chunks(size).zip(self.told.chunks(size)) {
            let mut bytes = Vec::new();
            for (workload, told) in part.iter().zip(told) {
                workload.put(&mut bytes);
                told.put(&mut bytes);
            }
            true.put(&mut out);
            length(part.len(), &mut out);
            length(bytes.len(), &mut out);
            out.append(&mut bytes);
        }
        false.put(&mut out);
        self.edges.put(&mut out);
        self.tests.put(&mut out);
        self.whole.put(&mut out);
        Some(out)
    }

    /// The mesh of these files, begun with an image of other contents of them; the same as reading
    /// all of them.
    ///
    /// Nothing where that is no image, where files came or went, where too many changed, and where
    /// [`Mesh::patched`] gives nothing.
    #[must_use]
    pub fn restored(
        image: &[u8],
        mut files: Vec<(String, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Option<Self> {
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let mut from = Reader::new(image);
        let kept = Vec::<Kept>::take(&mut from)?;
        let changed = changed(&kept, &files)?;
        let image = parts(&mut from)?;
        let edges = Vec::<Edge>::take(&mut from)?;
        let tests = Vec::<(u32, TestRow)>::take(&mut from)?;
        let whole = Whole::take(&mut from)?;
        if !from.is_empty() {
            return None;
        }
        let linked = Linked { workloads: image, tests };
        let mut mesh = Self::default();
        let (loaded, said) = loaded(kept, files, schema);
        gather(&mut mesh, loaded, namespaces, Some(linked));
        if mesh.clashing {
            return None;
        }
        for (file, said) in mesh.files.iter_mut().zip(said) {
            if let Some(said) = said {
                let (path, bytes) = (file.path.clone(), file.bytes.clone());
                *file = Arc::new(SourceFile { path, bytes, said });
            }
        }
        crate::gather::note_all_gaps(&mut mesh);
        mesh.graph = Graph::new(mesh.workloads.len(), &edges);
        (mesh.edges, mesh.whole) = (edges, whole);
        if changed.is_empty() {
            mesh.settle(Vec::new());
            return Some(mesh);
        }
        // Which bytes they had is not known, only that it were others.
        mesh.patch(changed, schema, namespaces)
    }
}

/// Files with other contents than the image was made of.
fn changed(kept: &[Kept], files: &[(String, Content)]) -> Option<Vec<(String, Content)>> {
    if kept.len() != files.len() {
        return None;
    }
    let mut changed = Vec::new();
    for (kept, (path, bytes)) in kept.iter().zip(files) {
        if kept.path != *path {
            return None;
        }
        if kept.digest == *Digest::of(bytes).as_bytes() {
            continue;
        }
        // Of what is no document, or holds for many, nothing was kept.
        if !kept.said.plain || changed.len() > FEW + files.len() / CHANGED {
            return None;
        }
        changed.push((path.clone(), bytes.clone()));
    }
    Some(changed)
}

/// The workloads of an image, read on threads.
fn parts(from: &mut Reader<'_>) -> Option<Vec<(Arc<Workload>, Told)>> {
    let mut found = Vec::new();
    while bool::take(from)? {
        let count = usize::try_from(u64::take(from)?).ok()?;
        let length = usize::try_from(u64::take(from)?).ok()?;
        found.push((count, from.bytes(length)?));
    }
    let Some((last, first)) = found.split_last() else { return Some(Vec::new()) };
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            first.iter().map(|part| scope.spawn(|| workloads(part.0, part.1))).collect();
        let behind = workloads(last.0, last.1);
        let mut all = Vec::new();
        for thread in threads {
            match thread.join() {
                Ok(part) => all.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all.extend(behind?);
        Some(all)
    })
}

fn workloads(count: usize, bytes: &[u8]) -> Option<Vec<(Arc<Workload>, Told)>> {
    let mut from = Reader::new(bytes);
    let mut all = Vec::with_capacity(count.min(bytes.len()));
    for _ in 0..count {
        let workload = Workload::take(&mut from)?;
        all.push((Arc::new(workload), Told::take(&mut from)?));
    }
    from.is_empty().then_some(all)
}

/// Files as if they had been read: those of the platform are, of the others stands in the image what
/// they declare.
fn loaded(
    kept: Vec<Kept>,
    files: Vec<(String, Content)>,
    schema: &Schema,
) -> (Vec<Loaded>, Vec<Option<Said>>) {
    let each = kept.into_iter().zip(files).map(|(kept, (path, bytes))| {
        if kept.said.plain {
            let unit = Unit::default();
            return (Loaded { path, bytes, document: true, unit }, Some(kept.said));
        }
        let mut read = load::one(path, bytes, schema, None);
        read.unit.workloads.clear();
        read.unit.tests.clear();
        (read, None)
    });
    each.unzip()
}
