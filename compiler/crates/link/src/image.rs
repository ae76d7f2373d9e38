//! A linked mesh as bytes that a later run begins with.
//!
//! An image holds what costs time to find out: workloads, policy tests and edges as they were
//! linked, and what was found about them. Files of the platform are few and are read anew. Nothing
//! in it is trusted beyond its form: whoever keeps it makes sure that it is what was written, by the
//! same program for the same namespaces of folders.
//!
//! Its bodies are the workloads, each by itself: a run that patches a mesh asks for few of them, and
//! whoever keeps the image may read them then. Its head is everything else.

pub(crate) mod codec;
mod edges;
mod rows;
mod tables;
mod told;
mod workload;

use core::ops::Range;
use std::borrow::Cow;
use std::sync::Arc;

use meshc_check::Schema;
use meshc_check::unit::TestRow;

use codec::{Reader, Stored, stored_struct};

use crate::gather::{Linked, gather};
use crate::graph::Graph;
use crate::load::{self, Holds, Loaded};
use crate::mesh::{Mesh, Told, Workload};
use crate::patch;
use crate::source::{Content, Said};
use crate::table::Tables;
use crate::whole::Whole;
use crate::workloads::{Entry, Workloads};

/// An image that a run begins with.
#[derive(Clone, Debug)]
pub struct Image {
    head: Content,
    bodies: Arc<dyn Bodies>,
}

/// Where the bodies of an image are.
pub trait Bodies: core::fmt::Debug + Send + Sync {
    /// How many bytes they are.
    fn length(&self) -> u64;

    /// Some of these bytes; nothing where they cannot be read.
    fn read(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>>;
}

impl Bodies for Content {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        let [start, end] = [range.start, range.end].map(usize::try_from);
        self.get(start.ok()?..end.ok()?).map(Cow::Borrowed)
    }
}

impl Image {
    /// Bytes at the end of a written image: the length of its bodies, which stand first, in
    /// little-endian order. The head stands between.
    pub const LENGTH: usize = size_of::<u64>();

    /// Of its parts.
    pub fn new(head: Content, bodies: impl Bodies + 'static) -> Self {
        Self { head, bodies: Arc::new(bodies) }
    }

    /// Of the bytes that [`Mesh::image`] gives; nothing for others.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (both, length) = bytes.split_last_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (bodies, head) = both.split_at_checked(length)?;
        Some(Self::new(Content::new(head.to_vec()), Content::new(bodies.to_vec())))
    }

    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(crate) fn bodies_length(&self) -> u64 {
        self.bodies.length()
    }

    pub(crate) fn body(&self, range: Range<u64>) -> Option<Cow<'_, [u8]>> {
        self.bodies.read(range)
    }
}

stored_struct!(Said { plain, findings, lost, unclear_kinds, unread });
stored_struct!(Whole { identities, addresses, apart, hosts, platform });

impl Mesh {
    /// This mesh as bytes, with all that has been built of its tables; nothing where a run cannot
    /// begin with it: in an Environment, or where two declare one name.
    #[must_use]
    pub fn image(&self) -> Option<Vec<u8>> {
        if self.clashing || self.environment_file.is_some() {
            return None;
        }
        let (mut bodies, mut out) = (Vec::new(), Vec::new());
        self.files.len().put(&mut out);
        for file in &self.files {
            codec::put_text(&file.path, &mut out);
            out.extend(file.bytes.digest().as_bytes());
            file.said.put(&mut out);
        }
        self.workloads.len().put(&mut out);
        for entry in self.workloads.entries() {
            let begin = bodies.len();
            match entry {
                Entry::Linked(one) => one.put(&mut bodies),
                Entry::Stowed(one) => bodies.extend_from_slice(&one.bytes()?),
            }
            codec::put_text(entry.id(), &mut out);
            entry.file().put(&mut out);
            bodies.len().saturating_sub(begin).put(&mut out);
        }
        self.told.put(&mut out);
        edges::put(&self.edges, &mut out);
        self.graph.put(&mut out);
        self.tests.put(&mut out);
        self.whole.put(&mut out);
        self.tables.put(&mut out);
        let length = (bodies.len() as u64).to_le_bytes();
        bodies.append(&mut out);
        bodies.extend(length);
        Some(bodies)
    }

    /// The mesh of these files, begun with an image of other contents of them; the same as reading
    /// all of them.
    ///
    /// Nothing where that is no image, where files came or went, where too many changed, and where
    /// [`Mesh::patched`] gives nothing.
    #[must_use]
    pub fn restored(
        image: &Image,
        mut files: Vec<(Arc<str>, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Option<Self> {
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let mut from = Reader::new(image.head());
        let (said, changed) = said(&mut from, &files)?;
        let entries = crate::stowage::take(&mut from, image)?.into_iter().map(Entry::Stowed);
        let workloads = Workloads::listed(entries.collect());
        let told = Vec::<Arc<Told>>::take(&mut from)?;
        let edges = edges::take(&mut from)?;
        let graph = Arc::<Graph>::take(&mut from)?;
        let tests = Vec::<(u32, TestRow)>::take(&mut from)?;
        let whole = Whole::take(&mut from)?;
        let tables = Tables::take(&mut from)?;
        if !from.is_empty() {
            return None;
        }
        let mut mesh = Self::default();
        let linked = Linked { workloads, told, tests };
        let loaded = files.into_iter().zip(said).map(|one| loaded(one, schema));
        gather(&mut mesh, loaded, namespaces, Some(linked));
        if mesh.clashing {
            return None;
        }
        (mesh.edges, mesh.graph) = (Arc::new(edges), graph);
        (mesh.whole, mesh.tables) = (whole, tables);
        if changed.is_empty() {
            mesh.settle(Vec::new());
            return Some(mesh);
        }
        // Which bytes they had is not known, only that it were others.
        mesh.patch(changed, schema, namespaces)
    }
}

/// Paths and contents.
type Files = Vec<(Arc<str>, Content)>;

/// What the image says of each file, and those that have other contents now; nothing where it is not
/// of these files, or too little of it holds.
fn said(from: &mut Reader<'_>, files: &Files) -> Option<(Vec<Said>, Files)> {
    let most = patch::most(files.len());
    if from.count()? != files.len() {
        return None;
    }
    let mut all = Vec::with_capacity(files.len());
    let mut changed = Vec::new();
    for (path, bytes) in files {
        if from.text()? != &**path {
            return None;
        }
        let is_same = from.bytes(32)? == bytes.digest().as_bytes();
        let said = Said::take(from)?;
        if !is_same {
            // Of what is no document, or holds for many, nothing was kept.
            if !said.plain || changed.len() >= most {
                return None;
            }
            changed.push((Arc::clone(path), bytes.clone()));
        }
        all.push(said);
    }
    Some((all, changed))
}

/// A file as if it had been read: of the platform's it is, of another's stands in the image what it
/// declares.
fn loaded(((path, bytes), said): ((Arc<str>, Content), Said), schema: &Schema) -> Loaded {
    if said.plain {
        return Loaded { path, bytes, holds: Holds::Known(said) };
    }
    let mut read = load::one(path, bytes, schema, None);
    if let Holds::Documents(unit) = &mut read.holds {
        unit.workloads.clear();
        unit.tests.clear();
    }
    read
}

/// A workload from the bytes that an image holds it in; nothing for bytes that hold none.
pub(crate) fn workload(bytes: &[u8]) -> Option<Workload> {
    let mut from = Reader::new(bytes);
    let workload = Workload::take(&mut from)?;
    from.is_empty().then_some(workload)
}
