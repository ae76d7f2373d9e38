//! The routes of a gateway.

use meshc_check::unit::RouteRow;
use meshc_link::{Edge, Mesh, Workload};
use meshc_snapshot::capability::Needs;

use crate::json::{Json, key};
use crate::operations::matching;
use crate::rules::numbered;

/// The routes of a gateway among what it declares, in written order.
pub(crate) fn declared<'m>(
    workload: &'m Workload,
    edges: &'m [Edge],
) -> impl Iterator<Item = (&'m Edge, &'m RouteRow)> {
    let own = if workload.is_gateway() { edges } else { &[] };
    own.iter().filter_map(|edge| Some((edge, workload.row.routes.get(edge.item as usize)?)))
}

/// Writes them.
pub(crate) fn routes(
    (mesh, workload): (&Mesh, &Workload),
    edges: &[Edge],
    json: &mut Json,
    needs: &mut Needs,
) {
    let led = declared(workload, edges);
    let led = led.filter_map(|(edge, row)| Some((edge, row, mesh.workload(edge.callee)?)));
    json.list(led, |json, (edge, row, callee)| {
        needs.route();
        let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
        let mut hosts: Vec<&str> = row.hosts.iter().map(|host| host.value.as_str()).collect();
        hosts.sort_unstable();
        let inherited = operation.filter(|_| row.matches.is_empty());
        let inherited = inherited.iter().flat_map(|operation| &*operation.matches);
        let matches = row.matches.iter().map(|one| &one.value).chain(inherited);
        json.object(|object| {
            object.key(key!("destination")).text(&callee.id);
            object.key(key!("hosts")).texts(hosts);
            object.key(key!("matches")).list(matches, |json, one| matching(one, json, needs));
            match &row.name {
                Some(name) => object.key(key!("name")).text(name),
                None => object.key(key!("name")).text(&numbered("routes", edge.item as usize)),
            }
            let name = operation.map(|operation| operation.name.as_str());
            object.optional(key!("operation"), name, Json::text);
        });
    });
}
