use core::ops::Range;

use meshc_link::{Edge, Workload, WorkloadIx};
use meshc_snapshot::capability::Needs;
use meshc_snapshot::places::Place;

use crate::destination::{authorities, call, clusters, means_it_elsewhere, ports, traffic};
use crate::json::{Json, key};
use crate::operations::{in_order, operation, rest};
use crate::places::Lines;
use crate::threads::in_parts;

/// What slices of several workloads hold of one, written once: its own slice and those of its
/// callers.
pub(crate) struct Fragments {
    parts: Vec<Part>,
    /// Workloads of a part.
    size: usize,
}

/// Fragments of some workloads that follow each other.
#[derive(Default)]
struct Part {
    json: Json,
    places: Vec<Place>,
    ranges: Vec<Ranges>,
}

/// Where the pieces of one workload are.
struct Ranges {
    near: Range<usize>,
    far: Range<usize>,
    behind: Range<usize>,
    operations: Range<usize>,
    readings: Range<usize>,
    places: Range<usize>,
    matching: Needs,
    needs: Needs,
}

/// The pieces of one workload.
#[derive(Clone, Copy)]
pub(crate) struct Fragment<'f> {
    part: &'f Part,
    ranges: &'f Ranges,
}

impl Fragments {
    /// Writes the fragments of all workloads, as many at a time as there are threads.
    pub(crate) fn new(lines: &Lines<'_>, size: usize) -> Result<Self, serde_json::Error> {
        let all: Vec<(WorkloadIx, &Workload)> = lines.mesh().each().collect();
        let parts = in_parts(&all, size, |some| {
            let mut part = Part::default();
            for (_, workload) in some {
                let ranges = part.write(lines, workload);
                part.ranges.push(ranges);
            }
            part.json.fault().map(|()| part)
        });
        Ok(Self { parts: parts.into_iter().collect::<Result<_, _>>()?, size: size.max(1) })
    }

    /// The fragment of a workload.
    pub(crate) fn of(&self, ix: WorkloadIx) -> Option<Fragment<'_>> {
        let part = self.parts.get(ix.index() / self.size)?;
        Some(Fragment { part, ranges: part.ranges.get(ix.index() % self.size)? })
    }
}

impl Part {
    fn write(&mut self, lines: &Lines<'_>, workload: &Workload) -> Ranges {
        let mesh = lines.mesh();
        let (mut matching, mut needs) = (Needs::LEAST, Needs::LEAST);
        let names = authorities(mesh, workload);
        let near = self.json.written(|json| json.texts(names.iter().map(String::as_str)));
        let far = self.json.written(|json| {
            let names = names.iter().map(String::as_str);
            json.texts(names.filter(|name| means_it_elsewhere(mesh, workload, name)));
        });
        let (mut operations, mut readings) = (0..0, 0..0);
        let behind = self.json.written(|json| {
            // The fields of a destination before these are `authorities` and `calls`.
            json.rest_of_object(key!("calls"), |object| {
                clusters(workload, object.key(key!("clusters")));
                object.key(key!("identity")).text(&workload.identity);
                operations = object.key(key!("operations")).written(|json| {
                    let rest = rest(mesh, workload);
                    let all = in_order(workload, rest.as_ref());
                    json.list(all, |json, one| operation(one, json, &mut matching));
                });
                ports(workload, object.key(key!("ports")));
                readings = object.key(key!("readings")).written(|json| {
                    json.value(&mesh.values(workload).readings().value);
                });
                traffic(mesh, workload, object.key(key!("traffic")));
                object.key(key!("workload")).text(&workload.id);
            });
        });
        let row = &workload.row;
        needs.join(matching);
        needs.destination(row.ports.iter().map(|port| port.protocol), !row.traffic.is_empty());
        let first = self.places.len();
        self.places.extend(row.traffic.iter().map(|item| lines.place(workload.file, item.span)));
        let places = first..self.places.len();
        Ranges { near, far, behind, operations, readings, places, matching, needs }
    }
}

impl<'f> Fragment<'f> {
    fn piece(self, range: &Range<usize>) -> &'f [u8] {
        self.part.json.bytes().get(range.clone()).unwrap_or_default()
    }

    /// The names it answers to: for callers of its own namespace, or for others.
    pub(crate) fn authorities(self, near: bool) -> &'f [u8] {
        self.piece(if near { &self.ranges.near } else { &self.ranges.far })
    }

    /// Its operations.
    pub(crate) fn operations(self) -> &'f [u8] {
        self.piece(&self.ranges.operations)
    }

    /// How it may read a path.
    pub(crate) fn readings(self) -> &'f [u8] {
        self.piece(&self.ranges.readings)
    }

    /// What its operations ask for.
    pub(crate) const fn matching(self) -> Needs {
        self.ranges.matching
    }

    /// What a slice asks for that it is a destination of.
    pub(crate) const fn needs(self) -> Needs {
        self.ranges.needs
    }

    /// Places of its traffic items; their files are those of the mesh.
    pub(crate) fn traffic(self) -> &'f [Place] {
        self.part.places.get(self.ranges.places.clone()).unwrap_or_default()
    }

    /// Writes it as a destination of a caller that declares some calls of it.
    pub(crate) fn write(self, callee: &Workload, near: bool, edges: &[&Edge], json: &mut Json) {
        json.raw(b"{\"authorities\":");
        json.raw(self.authorities(near));
        json.raw(b",\"calls\":");
        json.list(edges, |json, edge| call(callee, edge, json));
        json.raw(self.piece(&self.ranges.behind));
    }
}
