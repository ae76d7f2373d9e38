use meshc_check::unit::RuleRow;
use meshc_document::{LineIndex, Span};
use meshc_link::{Edge, Mesh, Workload, WorkloadIx};
use meshc_snapshot::places::{DestinationPlaces, Place, Places};
use meshc_snapshot::slice::{FORMAT, Slice};

use crate::destination::called;

/// Lines of every file, for turning spans into places.
pub(crate) struct Placing<'a> {
    mesh: &'a Mesh,
    lines: Vec<LineIndex<'a>>,
}

/// The files one workload's places speak of.
#[derive(Default)]
struct Files {
    indices: Vec<u32>,
}

impl<'a> Placing<'a> {
    pub(crate) fn new(mesh: &'a Mesh) -> Self {
        let lines = mesh.files.iter().map(|file| LineIndex::new(&file.bytes)).collect();
        Self { mesh, lines }
    }

    /// Places of one slice, list by list as the slice has them.
    pub(crate) fn places(&self, ix: WorkloadIx, workload: &Workload, slice: &Slice) -> Places {
        let row = &workload.row;
        let here = |span: Span| self.place(workload.file, span);
        let rules = |rows: &[RuleRow]| rows.iter().map(|row| here(row.span)).collect();
        let operations = slice.inbound.operations.iter().map(|operation| {
            let written = row.operations.iter().find(|one| one.name.value == operation.name);
            let port = row.ports.iter().find(|one| one.name.value == operation.name);
            let span = written.map(|one| one.name.span).or_else(|| port.map(|one| one.name.span));
            here(span.unwrap_or(row.name.span))
        });
        let guardrails = self
            .mesh
            .guardrails_of(workload)
            .flat_map(|(one, _)| one.row.deny.iter().map(|rule| self.place(one.file, rule.span)));
        let routes = slice.routes.iter().zip(&row.routes);
        let mut places = Places {
            guardrails: guardrails.collect(),
            allow: rules(&row.allow),
            deny: rules(&row.deny),
            destinations: called(self.mesh, ix)
                .map(|(_, callee, edges)| self.destination(workload, callee, edges))
                .collect(),
            files: Vec::new(),
            format: FORMAT,
            operations: operations.collect(),
            rate_limits: row.rate_limits.iter().map(|limit| here(limit.span)).collect(),
            routes: routes.map(|(_, row)| here(row.span)).collect(),
            workload: here(row.name.span),
        };
        self.name_files(&mut places, ix, workload);
        places
    }

    fn destination<'e>(
        &self,
        caller: &Workload,
        callee: &Workload,
        edges: impl Iterator<Item = &'e Edge>,
    ) -> DestinationPlaces {
        let items = callee.row.traffic.iter();
        DestinationPlaces {
            calls: edges.map(|edge| self.place(caller.file, edge.span)).collect(),
            traffic: items.map(|item| self.place(callee.file, item.span)).collect(),
        }
    }

    /// A place with the file's index in the mesh.
    fn place(&self, file: u32, span: Span) -> Place {
        let (file, span) = self.mesh.resolve(file, span);
        let (line, column) =
            self.lines.get(file as usize).map_or((1, 1), |lines| lines.position(span.start));
        Place(file, line, column)
    }

    /// Lists the files that the places speak of, and gives the places their indices in that list.
    fn name_files(&self, places: &mut Places, ix: WorkloadIx, workload: &Workload) {
        let mut files = Files::default();
        files.add(workload.file);
        let callees = self.mesh.graph.callees(ix).iter();
        for callee in callees.filter_map(|callee| self.mesh.workload(*callee)) {
            files.add(callee.file);
        }
        each(places, |place| files.add(place.0));
        files.sort(self.mesh);
        each(places, |place| place.0 = files.index(place.0));
        places.files = files.paths(self.mesh);
    }
}

fn each(places: &mut Places, mut with: impl FnMut(&mut Place)) {
    let Places { allow, deny, guardrails, operations, rate_limits, routes, .. } = places;
    for list in [allow, deny, guardrails, operations, rate_limits, routes] {
        list.iter_mut().for_each(&mut with);
    }
    for one in &mut places.destinations {
        one.calls.iter_mut().chain(&mut one.traffic).for_each(&mut with);
    }
    with(&mut places.workload);
}

impl Files {
    fn add(&mut self, file: u32) {
        if !self.indices.contains(&file) {
            self.indices.push(file);
        }
    }

    fn sort(&mut self, mesh: &Mesh) {
        let path = |file: u32| mesh.files.get(file as usize).map(|file| file.path.as_str());
        self.indices.sort_by(|a, b| path(*a).cmp(&path(*b)));
    }

    fn index(&self, file: u32) -> u32 {
        let at = self.indices.iter().position(|one| *one == file).unwrap_or(0);
        u32::try_from(at).unwrap_or(0)
    }

    fn paths(&self, mesh: &Mesh) -> Vec<String> {
        let files = self.indices.iter().filter_map(|file| mesh.files.get(*file as usize));
        files.map(|file| file.path.clone()).collect()
    }
}
