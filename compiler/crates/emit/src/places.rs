use core::cell::Cell;
use std::sync::OnceLock;

use meshc_document::{LineIndex, Span};
use meshc_link::{Mesh, Workload, WorkloadIx};
use meshc_snapshot::places::Place;
use meshc_snapshot::slice::FORMAT;

use crate::destination::{Called, routes};
use crate::fragments::{Fragment, Fragments};
use crate::json::{Json, Object, key};
use crate::operations::{in_order, rest};

/// Lines of the files that are asked about, for turning spans into places.
pub(crate) struct Lines<'m> {
    mesh: &'m Mesh,
    /// Of every file, once it is asked about.
    lines: Vec<OnceLock<LineIndex<'m>>>,
    /// Where each file stands among all, by path.
    ranks: Vec<u32>,
}

impl<'m> Lines<'m> {
    pub(crate) fn new(mesh: &'m Mesh) -> Self {
        let path = |file: &u32| mesh.files.get(*file as usize).map(|file| &*file.path);
        let mut by_path: Vec<u32> = (0_u32..).zip(&mesh.files).map(|(file, _)| file).collect();
        by_path.sort_by(|a, b| path(a).cmp(&path(b)));
        let mut ranks = vec![0; by_path.len()];
        for (rank, file) in (0_u32..).zip(by_path) {
            if let Some(place) = ranks.get_mut(file as usize) {
                *place = rank;
            }
        }
        let lines = mesh.files.iter().map(|_| OnceLock::new()).collect();
        Self { mesh, lines, ranks }
    }

    pub(crate) const fn mesh(&self) -> &'m Mesh {
        self.mesh
    }

    /// A place with the file's index in the mesh.
    pub(crate) fn place(&self, file: u32, span: Span) -> Place {
        let (file, span) = self.mesh.resolve(file, span);
        let both = self.lines.get(file as usize).zip(self.mesh.files.get(file as usize));
        let lines = both.map(|(lines, file)| lines.get_or_init(|| LineIndex::new(&file.bytes)));
        let (line, column) = lines.map_or((1, 1), |lines| lines.position(span.start));
        Place(file, line, column)
    }

    fn rank(&self, file: u32) -> u32 {
        self.ranks.get(file as usize).copied().unwrap_or(u32::MAX)
    }
}

/// Writes the places of one workload after the other, always in the same memory.
pub(crate) struct Placing<'a, 'm> {
    lines: &'a Lines<'m>,
    fragments: &'a Fragments,
    /// The places of one workload, list behind list as its form has them.
    places: Vec<Place>,
    /// Where each list ends.
    ends: Vec<usize>,
    /// Ranks and indices of the files they are in, sorted.
    files: Vec<(u32, u32)>,
}

impl<'a, 'm> Placing<'a, 'm> {
    pub(crate) fn new(lines: &'a Lines<'m>, fragments: &'a Fragments) -> Self {
        let (places, ends, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { lines, fragments, places, ends, files }
    }

    /// Writes the places of one slice, list by list as the slice has them.
    pub(crate) fn write(
        &mut self,
        of: (WorkloadIx, &Workload),
        called: &Called<'_>,
        json: &mut Json,
    ) {
        self.gather(of, called);
        let lists = Lists { placing: self, next: Cell::new(0) };
        json.object(|object| {
            lists.write(object.key(key!("allow")));
            lists.write(object.key(key!("deny")));
            object.key(key!("destinations")).list(called.each(), |json, _| {
                json.object(|object| {
                    lists.write(object.key(key!("calls")));
                    lists.write(object.key(key!("traffic")));
                });
            });
            object
                .key(key!("files"))
                .texts(self.files.iter().filter_map(|(_, file)| self.path(*file)));
            object.key(key!("format")).number(FORMAT);
            lists.write_some(key!("guardrails"), object);
            lists.write(object.key(key!("operations")));
            lists.write_some(key!("rateLimits"), object);
            lists.write(object.key(key!("routes")));
            lists.write_one(object.key(key!("workload")));
        });
    }

    /// Finds the places and their files.
    fn gather(&mut self, (ix, workload): (WorkloadIx, &Workload), called: &Called<'_>) {
        self.places.clear();
        self.ends.clear();
        self.files.clear();
        let (lines, row) = (self.lines, &workload.row);
        let mesh = lines.mesh();
        let here = |span: Span| lines.place(workload.file, span);
        self.list(row.allow.iter().map(|rule| here(rule.span)));
        self.list(row.deny.iter().map(|rule| here(rule.span)));
        for (callee, edges) in called.each() {
            self.list(edges.iter().map(|edge| here(edge.span)));
            let traffic = self.fragments.of(callee).map(Fragment::traffic);
            self.list(traffic.unwrap_or_default().iter().copied());
            self.file(mesh.workload(callee).map_or(workload.file, |callee| callee.file));
        }
        for (one, _) in mesh.guardrails_of(workload) {
            self.places.extend(one.row.deny.iter().map(|rule| lines.place(one.file, rule.span)));
        }
        self.end();
        let rest = rest(mesh, workload);
        self.list(in_order(workload, rest.as_ref()).map(|operation| {
            let written = row.operations.iter().find(|one| one.name.value == operation.name);
            let port = row.ports.iter().find(|one| one.name.value == operation.name);
            let span = written.map(|one| one.name.span).or_else(|| port.map(|one| one.name.span));
            here(span.unwrap_or(row.name.span))
        }));
        self.list(row.rate_limits.iter().map(|limit| here(limit.span)));
        self.list(routes(mesh, ix, workload).map(|(_, row, _)| here(row.span)));
        self.list([here(row.name.span)]);
        self.file(workload.file);
        self.files.sort_unstable();
        self.files.dedup();
    }

    fn list(&mut self, places: impl IntoIterator<Item = Place>) {
        self.places.extend(places);
        self.end();
    }

    /// Ends a list.
    fn end(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        for at in start..self.places.len() {
            self.file(self.places.get(at).map_or(0, |place| place.0));
        }
        self.ends.push(self.places.len());
    }

    fn file(&mut self, file: u32) {
        let one = (self.lines.rank(file), file);
        if self.files.last() != Some(&one) {
            self.files.push(one);
        }
    }

    fn path(&self, file: u32) -> Option<&'m str> {
        self.lines.mesh().files.get(file as usize).map(|file| &*file.path)
    }
}

/// The lists of a workload, one after the other.
struct Lists<'a, 'm> {
    placing: &'a Placing<'a, 'm>,
    next: Cell<usize>,
}

impl<'a> Lists<'a, '_> {
    fn take(&self) -> &'a [Place] {
        let at = self.next.get();
        self.next.set(at + 1);
        let ends = &self.placing.ends;
        let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
        let end = ends.get(at).copied().unwrap_or(start);
        self.placing.places.get(start..end).unwrap_or_default()
    }

    fn write(&self, json: &mut Json) {
        json.list(self.take(), |json, place| self.place(*place, json));
    }

    /// Writes a list that is left out where it is empty.
    fn write_some(&self, key: &'static str, object: &mut Object<'_>) {
        let places = self.take();
        if !places.is_empty() {
            object.key(key).list(places, |json, place| self.place(*place, json));
        }
    }

    /// Writes the one place of a list.
    fn write_one(&self, json: &mut Json) {
        self.place(self.take().first().copied().unwrap_or_default(), json);
    }

    fn place(&self, Place(file, line, column): Place, json: &mut Json) {
        let rank = self.placing.lines.rank(file);
        let at = self.placing.files.partition_point(|(other, _)| *other < rank);
        json.raw(b"[");
        json.number(u32::try_from(at).unwrap_or(0));
        json.raw(b",");
        json.number(line);
        json.raw(b",");
        json.number(column);
        json.raw(b"]");
    }
}
