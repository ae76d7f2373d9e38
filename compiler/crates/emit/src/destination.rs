use meshc_check::unit::{InstanceRow, TrafficRow, VersionRow};
use meshc_link::{Edge, Mesh, Workload, WorkloadIx};
use meshc_snapshot::places::Place;

use crate::fragments::{Fragment, Fragments};
use crate::json::{Json, Object, key};
use crate::rules::{numbered, sorted};

/// The edges of each caller in turn, in the order of the mesh.
pub(crate) struct Outgoing<'m> {
    rest: &'m [Edge],
}

/// What a workload declares of others, in the order of their names; always in the same memory.
#[derive(Default)]
pub(crate) struct Called<'m> {
    calls: Vec<Call<'m>>,
}

/// A declared call and where it stands.
pub(crate) struct Call<'m> {
    pub(crate) edge: &'m Edge,
    pub(crate) place: Place,
    callee: Fragment<'m>,
}

impl<'m> Outgoing<'m> {
    pub(crate) fn new(mesh: &'m Mesh) -> Self {
        Self { rest: &mesh.edges }
    }

    /// A workload's own edges, in written order; it stands behind all that were asked about.
    pub(crate) fn of(&mut self, caller: WorkloadIx) -> &'m [Edge] {
        let before = self.rest.iter().take_while(|edge| edge.caller < caller).count();
        let (_, rest) = self.rest.split_at(before);
        let own = rest.iter().take_while(|edge| edge.caller == caller).count();
        let (own, rest) = rest.split_at(own);
        self.rest = rest;
        own
    }
}

impl<'m> Called<'m> {
    /// Takes up the edges of a workload to others.
    pub(crate) fn fill(&mut self, caller: WorkloadIx, edges: &'m [Edge], fragments: &'m Fragments) {
        let places = fragments.of(caller).map_or(Default::default(), |own| own.places().calls);
        let others = edges.iter().zip(places).filter(|(edge, _)| edge.callee != caller);
        let calls = others.filter_map(|(edge, place)| {
            Some(Call { edge, place: *place, callee: fragments.of(edge.callee)? })
        });
        self.calls.clear();
        self.calls.extend(calls);
        self.calls.sort_by_key(|call| call.edge.callee); // stable: those of one stay in written order
    }

    /// Each with the calls of it.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Fragment<'m>, &[Call<'m>])> {
        let groups = self.calls.chunk_by(|one, next| one.edge.callee == next.edge.callee);
        groups.filter_map(|calls| Some((calls.first()?.callee, calls)))
    }
}

/// Every name a service answers to, sorted; none for a gateway, which takes any.
pub(crate) fn authorities(mesh: &Mesh, workload: &Workload) -> Vec<String> {
    if workload.is_gateway() {
        return Vec::new();
    }
    let (name, namespace) = (workload.row.name.value.as_str(), workload.namespace.as_str());
    let mut all =
        vec![name.to_owned(), [name, namespace].join("."), [name, namespace, "svc"].join(".")];
    if let Some(suffix) = &mesh.cluster_suffix {
        let longer: Vec<String> =
            all.iter().map(|short| [short.as_str(), suffix].join(".")).collect();
        all.extend(longer);
    }
    all.extend(workload.row.hosts.iter().map(|host| host.value.clone()));
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a name of a workload means it to callers of other namespaces too: without a namespace a
/// name means one of the caller's own.
pub(crate) fn means_it_elsewhere(mesh: &Mesh, workload: &Workload, name: &str) -> bool {
    let short = name.strip_prefix(workload.row.name.value.as_str()).is_some_and(|behind| {
        behind.is_empty() || Some(behind.trim_start_matches('.')) == mesh.cluster_suffix.as_deref()
    });
    !short
}

/// Writes the sets of a callee's instances.
pub(crate) fn clusters(callee: &Workload, json: &mut Json) {
    let mut versions: Vec<&VersionRow> = callee.row.versions.iter().collect();
    versions.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    let all = core::iter::once(None);
    json.list(all.chain(versions.into_iter().map(Some)), |json, version| {
        let has = |one: &&InstanceRow| {
            let mut labels = version.iter().flat_map(|version| &*version.labels);
            labels.all(|label| one.labels.contains(label))
        };
        json.object(|object| {
            object.key(key!("endpoints")).list(callee.instances.iter().filter(has), endpoint);
            object.key(key!("name")).text(version.map_or("", |version| &version.name.value));
        });
    });
}

fn endpoint(json: &mut Json, instance: &InstanceRow) {
    let zone = instance.labels.iter().find(|(name, _)| name == "zone");
    json.object(|object| {
        object.key(key!("address")).text(&instance.address.value);
        object.optional(key!("zone"), zone, |json, (_, value)| json.text(value));
    });
}

/// Writes the ports of a callee.
pub(crate) fn ports(callee: &Workload, json: &mut Json) {
    json.list(&callee.row.ports, |json, port| {
        json.object(|object| {
            object.key(key!("name")).text(&port.name.value);
            object.key(key!("port")).number(port.port.value.into());
            object.key(key!("protocol")).value(&port.protocol);
        });
    });
}

/// Writes the traffic items of a callee.
pub(crate) fn traffic(mesh: &Mesh, callee: &Workload, json: &mut Json) {
    let items = callee.row.traffic.iter().enumerate();
    json.list(items, |json, (number, row)| {
        json.object(|object| {
            object.key(key!("headers")).values(&row.headers);
            match &row.name {
                Some(name) => object.key(key!("name")).text(name),
                None => object.key(key!("name")).text(&numbered("traffic", number)),
            }
            object.optional(key!("operations"), row.operations.as_deref(), |json, all| {
                sorted(all, json)
            });
            object.key(key!("query")).values(&row.query);
            shares((mesh, callee), row, object);
        });
    });
}

fn shares((mesh, callee): (&Mesh, &Workload), row: &TrafficRow, object: &mut Object<'_>) {
    let values = mesh.values(callee);
    let mut shares: Vec<_> = row.to.iter().collect();
    shares.sort_by(|a, b| a.version.value.cmp(&b.version.value));
    object.key(key!("to")).list(shares, |json, share| {
        json.object(|object| {
            object.key(key!("cluster")).text(&share.version.value);
            object.key(key!("weight")).number(values.weight(share).value);
        });
    });
}
