use core::ops::Range;
use std::sync::OnceLock;

use meshc_document::{LineIndex, Span};
use meshc_link::{Edge, Mesh, Workload};
use meshc_snapshot::places::Place;
use meshc_snapshot::slice::{FORMAT, Operation};

use crate::destination::Called;
use crate::fragments::Fragment;
use crate::json::{Json, Object, key};
use crate::operations::in_order;
use crate::routes::declared;

/// Lines of the files that are asked about, for turning spans into places.
pub(crate) struct Lines<'m> {
    mesh: &'m Mesh,
    /// Of every file, once it is asked about.
    lines: Vec<OnceLock<LineIndex<'m>>>,
}

/// The places of each list of one workload; their files are those of the mesh.
#[derive(Default)]
pub(crate) struct Lists<T> {
    allow: T,
    deny: T,
    guardrails: T,
    operations: T,
    rate_limits: T,
    routes: T,
    workload: T,
    /// Of all it declares of others, in written order.
    pub(crate) calls: T,
    traffic: T,
}

/// Paths of all files, which stand in their order, as JSON.
pub(crate) struct Paths {
    json: Json,
    ranges: Vec<Range<usize>>,
}

/// Writes the places of one workload after the other, always in the same memory.
pub(crate) struct Placing<'a> {
    paths: &'a Paths,
    /// The files they are in, sorted.
    files: Vec<u32>,
}

impl<'m> Lines<'m> {
    pub(crate) fn new(mesh: &'m Mesh) -> Self {
        Self { mesh, lines: mesh.files.iter().map(|_| OnceLock::new()).collect() }
    }

    pub(crate) const fn mesh(&self) -> &'m Mesh {
        self.mesh
    }

    fn place(&self, file: u32, span: Span) -> Place {
        let (file, span) = self.mesh.resolve(file, span);
        let both = self.lines.get(file as usize).zip(self.mesh.files.get(file as usize));
        let lines = both.map(|(lines, file)| lines.get_or_init(|| LineIndex::new(&file.bytes)));
        let (line, column) = lines.map_or((1, 1), |lines| lines.position(span.start));
        Place(file, line, column)
    }
}

impl Lists<Range<usize>> {
    /// Puts the places of a workload behind others; `rest` is its operation of that name, `edges`
    /// is what it declares of others.
    pub(crate) fn new(
        (lines, workload): (&Lines<'_>, &Workload),
        rest: Option<&Operation>,
        edges: &[Edge],
        to: &mut Vec<Place>,
    ) -> Self {
        let row = &workload.row;
        let here = |span: Span| lines.place(workload.file, span);
        let guardrails = lines.mesh().guardrails_of(workload);
        let guardrails = guardrails
            .flat_map(|(one, _)| one.row.deny.iter().map(move |rule| (one.file, rule.span)));
        let operation = |operation: &Operation| {
            let written = row.operations.iter().find(|one| one.name.value == operation.name);
            let port = row.ports.iter().find(|one| one.name.value == operation.name);
            let span = written.map(|one| one.name.span).or_else(|| port.map(|one| one.name.span));
            here(span.unwrap_or(row.name.span))
        };
        Self {
            allow: put(to, row.allow.iter().map(|rule| here(rule.span))),
            deny: put(to, row.deny.iter().map(|rule| here(rule.span))),
            guardrails: put(to, guardrails.map(|(file, span)| lines.place(file, span))),
            operations: put(to, in_order(workload, rest).map(operation)),
            rate_limits: put(to, row.rate_limits.iter().map(|limit| here(limit.span))),
            routes: put(to, declared(workload, edges).map(|(_, row)| here(row.span))),
            workload: put(to, [here(row.name.span)]),
            calls: put(to, edges.iter().map(|edge| here(edge.span))),
            traffic: put(to, row.traffic.iter().map(|item| here(item.span))),
        }
    }

    /// Where the traffic items are, of all that they stand among.
    pub(crate) fn traffic<'p>(&self, places: &'p [Place]) -> &'p [Place] {
        places.get(self.traffic.clone()).unwrap_or_default()
    }

    /// The places themselves, of all that they stand among.
    pub(crate) fn of<'p>(&self, places: &'p [Place]) -> Lists<&'p [Place]> {
        let list = |range: &Range<usize>| places.get(range.clone()).unwrap_or_default();
        Lists {
            allow: list(&self.allow),
            deny: list(&self.deny),
            guardrails: list(&self.guardrails),
            operations: list(&self.operations),
            rate_limits: list(&self.rate_limits),
            routes: list(&self.routes),
            workload: list(&self.workload),
            calls: list(&self.calls),
            traffic: list(&self.traffic),
        }
    }
}

fn put(to: &mut Vec<Place>, places: impl IntoIterator<Item = Place>) -> Range<usize> {
    let start = to.len();
    to.extend(places);
    start..to.len()
}

impl Paths {
    pub(crate) fn new(mesh: &Mesh) -> Result<Self, serde_json::Error> {
        debug_assert!(mesh.files.is_sorted_by_key(|file| &file.path), "files stand by path");
        let mut json = Json::default();
        let paths = mesh.files.iter().map(|file| &*file.path);
        let ranges = paths.map(|path| json.written(|json| json.text(path))).collect();
        json.fault().map(|()| Self { json, ranges })
    }

    fn of(&self, file: u32) -> &[u8] {
        let range = self.ranges.get(file as usize).cloned();
        range.and_then(|range| self.json.bytes().get(range)).unwrap_or_default()
    }
}

impl<'a> Placing<'a> {
    pub(crate) fn new(paths: &'a Paths) -> Self {
        Self { paths, files: Vec::new() }
    }

    /// Writes the places of one slice, list by list as the slice has them.
    pub(crate) fn write(&mut self, own: Fragment<'_>, called: &Called<'_>, json: &mut Json) {
        let lists = own.places();
        self.gather(own.file(), &lists, called);
        json.object(|object| {
            self.list(lists.allow, object.key(key!("allow")));
            self.list(lists.deny, object.key(key!("deny")));
            object.key(key!("destinations")).list(called.each(), |json, (callee, calls)| {
                json.object(|object| {
                    let calls = calls.iter().map(|call| &call.place);
                    self.list(calls, object.key(key!("calls")));
                    self.list(callee.traffic(), object.key(key!("traffic")));
                });
            });
            object
                .key(key!("files"))
                .list(&self.files, |json, file| json.raw(self.paths.of(*file)));
            object.key(key!("format")).number(FORMAT);
            self.some(key!("guardrails"), lists.guardrails, object);
            self.list(lists.operations, object.key(key!("operations")));
            self.some(key!("rateLimits"), lists.rate_limits, object);
            self.list(lists.routes, object.key(key!("routes")));
            let workload = lists.workload.first().copied().unwrap_or_default();
            self.place(workload, object.key(key!("workload")));
        });
    }

    /// Finds the files that the places are in.
    fn gather(&mut self, own: u32, lists: &Lists<&[Place]>, called: &Called<'_>) {
        self.files.clear();
        self.files.push(own);
        let Lists { allow, deny, guardrails, operations, rate_limits, routes, workload, .. } =
            lists;
        for list in [allow, deny, guardrails, operations, rate_limits, routes, workload] {
            list.iter().for_each(|place| self.file(place.0));
        }
        for (callee, calls) in called.each() {
            calls.iter().for_each(|call| self.file(call.place.0));
            callee.traffic().iter().for_each(|place| self.file(place.0));
            self.file(callee.file());
        }
        self.files.sort_unstable();
        self.files.dedup();
    }

    fn file(&mut self, file: u32) {
        if self.files.last() != Some(&file) {
            self.files.push(file);
        }
    }

    fn list<'p>(&self, places: impl IntoIterator<Item = &'p Place>, json: &mut Json) {
        json.list(places, |json, place| self.place(*place, json));
    }

    /// Writes a list that is left out where it is empty.
    fn some(&self, key: &'static str, places: &[Place], object: &mut Object<'_>) {
        if !places.is_empty() {
            self.list(places, object.key(key));
        }
    }

    fn place(&self, Place(file, line, column): Place, json: &mut Json) {
        let at = self.files.partition_point(|other| *other < file);
        json.list([u32::try_from(at).unwrap_or(0), line, column], Json::number);
    }
}
