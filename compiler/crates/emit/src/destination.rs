use meshc_check::unit::{InstanceRow, RouteRow, TrafficRow, VersionRow};
use meshc_link::{Edge, Mesh, Workload, WorkloadIx};

use crate::json::{Json, Object, key};
use crate::rules::{numbered, sorted};

/// What a workload declares of others, in the order of their names.
pub(crate) struct Called<'m> {
    edges: Vec<&'m Edge>,
}

impl<'m> Called<'m> {
    pub(crate) fn new(mesh: &'m Mesh, caller: WorkloadIx) -> Self {
        let own = own_edges(mesh, caller).iter();
        let mut edges: Vec<&Edge> = own.filter(|edge| edge.callee != caller).collect();
        edges.sort_by_key(|edge| edge.callee); // stable: the edges to one stay in written order
        Self { edges }
    }

    /// Each with the edges to it.
    pub(crate) fn each(&self) -> impl Iterator<Item = (WorkloadIx, &[&'m Edge])> {
        let groups = self.edges.chunk_by(|one, next| one.callee == next.callee);
        groups.filter_map(|edges| Some((edges.first()?.callee, edges)))
    }
}

/// The routes of a gateway, in written order, each with whom it leads to.
pub(crate) fn routes<'m>(
    mesh: &'m Mesh,
    ix: WorkloadIx,
    workload: &'m Workload,
) -> impl Iterator<Item = (&'m Edge, &'m RouteRow, &'m Workload)> {
    let own = if workload.is_gateway() { own_edges(mesh, ix) } else { &[] };
    own.iter().filter_map(|edge| {
        let row = workload.row.routes.get(edge.item as usize)?;
        Some((edge, row, mesh.workload(edge.callee)?))
    })
}

/// A workload's own edges, in written order.
fn own_edges(mesh: &Mesh, caller: WorkloadIx) -> &[Edge] {
    let start = mesh.edges.partition_point(|edge| edge.caller < caller);
    let rest = mesh.edges.get(start..).unwrap_or_default();
    let count = rest.partition_point(|edge| edge.caller <= caller);
    rest.get(..count).unwrap_or_default()
}

/// Every name a service answers to, sorted; none for a gateway, which takes any.
pub(crate) fn authorities(mesh: &Mesh, workload: &Workload) -> Vec<String> {
    if workload.is_gateway() {
        return Vec::new();
    }
    let (name, namespace) = (&workload.row.name.value, &workload.namespace);
    let mut all =
        vec![name.clone(), format!("{name}.{namespace}"), format!("{name}.{namespace}.svc")];
    if let Some(suffix) = &mesh.cluster_suffix {
        let longer: Vec<String> = all.iter().map(|short| format!("{short}.{suffix}")).collect();
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

/// Writes one declared call.
pub(crate) fn call(callee: &Workload, edge: &Edge, json: &mut Json) {
    let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
    json.object(|object| {
        let name = operation.map(|operation| operation.name.as_str());
        object.optional(key!("operation"), name, Json::text);
        object.optional(key!("timeoutMs"), edge.timeout_ms, Json::number);
    });
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
