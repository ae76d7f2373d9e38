use core::ops::Range;

use meshc_link::{Edge, Mesh, Workload, WorkloadIx};
use meshc_snapshot::Digest;
use meshc_snapshot::capability::Needs;
use meshc_snapshot::places::Place;
use meshc_snapshot::slice::{FORMAT, Operation};

use crate::destination::{Outgoing, authorities, clusters, means_it_elsewhere, ports, traffic};
use crate::inbound::{Gaps, Inbound};
use crate::json::{Json, key};
use crate::operations::{in_order, operation, rest};
use crate::places::{Lines, Lists};
use crate::routes::routes;
use crate::threads::in_parts;

/// Everything that slices hold of each workload, and what they name, written once: for its own slice
/// and for those of its callers. Slices are put together from it without a look at the mesh.
pub(crate) struct Fragments {
    parts: Vec<Part>,
}

/// Workloads of a part, of which all but the last have as many: so few that their memory is asked
/// for in the sizes that are at hand since the mesh was linked. New memory costs more than what is
/// written there.
const SIZE: usize = 32;

/// Fragments of some workloads that follow each other.
#[derive(Default)]
struct Part {
    json: Json,
    places: Vec<Place>,
    /// Names of operations, in the order of the mesh.
    names: Vec<Range<usize>>,
    pieces: Vec<Pieces>,
}

/// Where the pieces of one workload are, and what is known of it.
#[derive(Default)]
struct Pieces {
    /// The names it answers to, for callers of its own namespace.
    near: Range<usize>,
    /// The names it answers to, for others.
    far: Range<usize>,
    /// What it is to all its callers: a blob of its own.
    callee: Range<usize>,
    /// The name of that blob, where anybody calls it.
    digest: Option<Digest>,
    /// That name as JSON.
    named: Range<usize>,
    /// Its operations, within `callee`.
    operations: Range<usize>,
    /// How it may read a path, within `callee`.
    readings: Range<usize>,
    /// Names of its operations among those of the part.
    names: Range<usize>,
    /// Its own slice behind the destinations, but for what is left out at `gaps`.
    own: Range<usize>,
    gaps: Gaps,
    lists: Lists<Range<usize>>,
    /// The file that declares it.
    file: u32,
    /// The number of its namespace.
    namespace: u32,
    /// What a slice asks for that it is a destination of.
    called: Needs,
    /// What its own slice asks for, apart from destinations.
    needs: Needs,
}

/// The pieces of one workload.
#[derive(Clone, Copy)]
pub(crate) struct Fragment<'f> {
    part: &'f Part,
    pieces: &'f Pieces,
}

/// What fragments are written from.
struct Source<'a, 'm> {
    lines: &'a Lines<'m>,
    inbound: &'a Inbound<'m>,
    /// Whether anybody else calls it, of each workload.
    called: Vec<bool>,
}

impl Fragments {
    /// Writes the fragments of all workloads, as many at a time as there are threads.
    pub(crate) fn new(mesh: &Mesh, size: usize) -> Result<Self, serde_json::Error> {
        let (lines, inbound) = (&Lines::new(mesh), &Inbound::new(mesh));
        let source = Source { lines, inbound, called: called(mesh) };
        let all: Vec<(WorkloadIx, &Workload)> = mesh.each().collect();
        let parts = in_parts(&all, size.next_multiple_of(SIZE), |some| {
            let (mut outgoing, mut parts) = (Outgoing::new(mesh), Vec::<Part>::new());
            for some in some.chunks(SIZE) {
                let mut part = parts.last().map(Part::as_large).unwrap_or_default();
                for &(ix, workload) in some {
                    let mut pieces = part.write(&source, workload, outgoing.of(ix));
                    if source.called.get(ix.index()) == Some(&true) {
                        part.name_callee(&mut pieces);
                    }
                    part.pieces.push(pieces);
                }
                part.json.fault()?;
                parts.push(part);
            }
            Ok(parts)
        });
        let parts: Vec<Vec<Part>> = parts.into_iter().collect::<Result<_, _>>()?;
        let mut parts: Vec<Part> = parts.into_iter().flatten().collect();
        number_namespaces(mesh, parts.iter_mut().flat_map(|part| &mut part.pieces));
        Ok(Self { parts })
    }

    /// The fragment of a workload.
    pub(crate) fn of(&self, ix: WorkloadIx) -> Option<Fragment<'_>> {
        let part = self.parts.get(ix.index() / SIZE)?;
        Some(Fragment { part, pieces: part.pieces.get(ix.index() % SIZE)? })
    }
}

/// Whether anybody else calls it, of each workload.
fn called(mesh: &Mesh) -> Vec<bool> {
    let mut called = vec![false; mesh.workloads.len()];
    for edge in mesh.edges.iter().filter(|edge| edge.callee != edge.caller) {
        if let Some(called) = called.get_mut(edge.callee.index()) {
            *called = true;
        }
    }
    called
}

/// Tells workloads of one namespace, which stand together, from those of others.
fn number_namespaces<'p>(mesh: &Mesh, pieces: impl Iterator<Item = &'p mut Pieces>) {
    let (mut number, mut last) = (0, "");
    for (pieces, workload) in pieces.zip(mesh.workloads.iter()) {
        if workload.namespace != last {
            (number, last) = (number + 1, &workload.namespace);
        }
        pieces.namespace = number;
    }
}

impl Part {
    /// An empty one with room for as much.
    fn as_large(&self) -> Self {
        Self {
            json: Json::with_room(self.json.length()),
            places: Vec::with_capacity(self.places.len()),
            names: Vec::with_capacity(self.names.len()),
            pieces: Vec::with_capacity(SIZE),
        }
    }

    fn write(&mut self, source: &Source<'_, '_>, workload: &Workload, edges: &[Edge]) -> Pieces {
        let mesh = source.lines.mesh();
        let rest = rest(mesh, workload);
        let mut pieces = Pieces { file: workload.file, ..Pieces::default() };
        self.callee(mesh, (workload, rest.as_ref()), &mut pieces);
        self.own(source, (workload, edges), &mut pieces);
        let own = (source.lines, workload);
        pieces.lists = Lists::new(own, rest.as_ref(), edges, &mut self.places);
        pieces
    }

    /// Writes what its callers know of it.
    fn callee(
        &mut self,
        mesh: &Mesh,
        (workload, rest): (&Workload, Option<&Operation>),
        pieces: &mut Pieces,
    ) {
        let json = &mut self.json;
        let names = authorities(mesh, workload);
        let names = names.iter().map(String::as_str);
        pieces.near = json.written(|json| json.texts(names.clone()));
        let far = names.filter(|name| means_it_elsewhere(mesh, workload, name));
        pieces.far = json.written(|json| json.texts(far));
        let called = &mut pieces.called;
        pieces.callee = json.written(|json| {
            json.object(|object| {
                clusters(workload, object.key(key!("clusters")));
                object.key(key!("format")).number(FORMAT);
                object.key(key!("identity")).text(&workload.identity);
                pieces.operations = object.key(key!("operations")).written(|json| {
                    let all = in_order(workload, rest);
                    json.list(all, |json, one| operation(one, json, called));
                });
                ports(workload, object.key(key!("ports")));
                pieces.readings = object.key(key!("readings")).written(|json| {
                    json.value(&mesh.values(workload).readings().value);
                });
                traffic(mesh, workload, object.key(key!("traffic")));
                object.key(key!("workload")).text(&workload.id);
            });
        });
        pieces.needs = pieces.called; // so far they are those of its operations, which both hold
        let row = &workload.row;
        let protocols = row.ports.iter().map(|port| port.protocol);
        pieces.called.destination(protocols, !row.traffic.is_empty());
        let first = self.names.len();
        let names = workload.operations.iter().map(|one| json.written(|json| json.text(&one.name)));
        self.names.extend(names);
        pieces.names = first..self.names.len();
    }

    /// Gives what its callers know of it its name.
    fn name_callee(&mut self, pieces: &mut Pieces) {
        let blob = self.json.bytes().get(pieces.callee.clone()).unwrap_or_default();
        let digest = Digest::of(blob);
        pieces.named = self.json.written(|json| json.text(&digest.to_string()));
        pieces.digest = Some(digest);
    }

    /// Writes what only its own slice holds: all that is behind the destinations.
    fn own(
        &mut self,
        source: &Source<'_, '_>,
        (workload, edges): (&Workload, &[Edge]),
        pieces: &mut Pieces,
    ) {
        let mesh = source.lines.mesh();
        let needs = &mut pieces.needs;
        pieces.own = self.json.written(|json| {
            json.rest_of_object(key!("destinations"), |object| {
                object.key(key!("format")).number(FORMAT);
                pieces.gaps = source.inbound.write(workload, object.key(key!("inbound")), needs);
                routes((mesh, workload), edges, object.key(key!("routes")), needs);
                object.key(key!("trustDomain")).text(&mesh.trust_domain);
                object.key(key!("workload")).text(&workload.id);
            });
        });
    }
}

impl<'f> Fragment<'f> {
    /// Writes it as a destination of a caller that declares some calls of it.
    pub(crate) fn write_called<'e>(
        self,
        near: bool,
        edges: impl IntoIterator<Item = &'e Edge>,
        json: &mut Json,
    ) {
        json.raw(b"{\"authorities\":");
        json.raw(self.piece(if near { &self.pieces.near } else { &self.pieces.far }));
        json.raw(b",\"callee\":");
        json.raw(self.piece(&self.pieces.named));
        json.raw(b",\"calls\":");
        json.list(edges, |json, edge| self.call(edge, json));
        json.raw(b"}");
    }

    /// Writes one declared call of it.
    fn call(self, edge: &Edge, json: &mut Json) {
        let names = self.part.names.get(self.pieces.names.clone()).unwrap_or_default();
        let name = edge.operation.and_then(|at| names.get(at as usize));
        json.object(|object| {
            object.optional(key!("operation"), name, |json, name| json.raw(self.piece(name)));
            object.optional(key!("timeoutMs"), edge.timeout_ms, Json::number);
        });
    }

    /// Writes what is behind the destinations in its own slice.
    pub(crate) fn write_own(self, json: &mut Json) {
        let Pieces { near, operations, readings, own, gaps, .. } = self.pieces;
        let mut start = own.start;
        let filled = [(gaps.authorities, near), (gaps.operations, operations)];
        for (gap, piece) in filled.into_iter().chain([(gaps.readings, readings)]) {
            json.raw(self.piece(&(start..gap)));
            json.raw(self.piece(piece));
            start = gap;
        }
        json.raw(self.piece(&(start..own.end)));
    }

    /// What it is to all its callers, where there are any: a blob and its name.
    pub(crate) fn callee(self) -> Option<(Digest, &'f [u8])> {
        Some((self.pieces.digest?, self.piece(&self.pieces.callee)))
    }

    fn piece(self, range: &Range<usize>) -> &'f [u8] {
        self.part.json.bytes().get(range.clone()).unwrap_or_default()
    }

    /// Whether both are of one namespace.
    pub(crate) const fn is_near(self, other: Fragment<'_>) -> bool {
        self.pieces.namespace == other.pieces.namespace
    }

    /// What its own slice asks for, apart from its destinations.
    pub(crate) const fn needs(self) -> Needs {
        self.pieces.needs
    }

    /// What a slice asks for that it is a destination of.
    pub(crate) const fn called(self) -> Needs {
        self.pieces.called
    }

    /// The file that declares it.
    pub(crate) const fn file(self) -> u32 {
        self.pieces.file
    }

    /// The places of its traffic items.
    pub(crate) fn traffic(self) -> &'f [Place] {
        self.pieces.lists.traffic(&self.part.places)
    }

    /// Its places, list by list.
    pub(crate) fn places(self) -> Lists<&'f [Place]> {
        self.pieces.lists.of(&self.part.places)
    }
}
