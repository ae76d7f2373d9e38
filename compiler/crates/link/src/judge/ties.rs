//! Routes and traffic items between which nothing decides (MC308), and requests that no item of
//! traffic takes (MC310).

use meshc_check::Finding;
use meshc_check::unit::{RouteRow, TrafficRow};
use meshc_decide::overlap::{are_hosts_level, common_host, overlaps, traffic_overlaps};
use meshc_snapshot::slice::{Match, Operation, Retry, Test};

use super::Report;
use super::ports::shown;
use crate::mesh::Workload;
use crate::resolve::Reference;

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let row = &workload.row;
    if workload.is_gateway() && !row.calls_unclear {
        routes(report, workload);
    } else if !row.traffic.is_empty() && !row.traffic_unclear {
        traffic(report, workload);
        no_default(report, workload);
    }
}

fn routes(report: &mut Report<'_>, gateway: &Workload) {
    let rows = &gateway.row.routes;
    let read: Vec<Operation> = rows.iter().map(as_operation).collect();
    let readings = report.mesh.values(gateway).readings().value;
    let mut last = None;
    for found in overlaps(&read, &readings) {
        let pair = (found.one.0, found.other.0);
        let (Some(one), Some(other)) = (rows.get(pair.0), rows.get(pair.1)) else { continue };
        let Some(host) = common_of(one, other) else { continue };
        if are_one(gateway, one, other) || last.replace(pair) == Some(pair) {
            continue;
        }
        let message = format!(
            "`{}` and `{}` are equally specific and both take {}{}",
            named(one.name.as_deref(), pair.0),
            named(other.name.as_deref(), pair.1),
            shown(&found.example),
            host.map_or_else(String::new, |host| format!(" at {host}"))
        );
        let finding =
            Finding::new("MC308", other.span, message).help("make one of the two narrower");
        report.add_with(gateway, finding, (gateway.file, one.span, "this takes it too".into()));
    }
}

/// A route as requests see it.
fn as_operation(route: &RouteRow) -> Operation {
    let every = || Match {
        headers: Vec::new(),
        host: None,
        methods: Vec::new(),
        path: "/**".to_owned(),
        query: Vec::new(),
        regex: None,
    };
    let written: Vec<Match> = route.matches.iter().map(|one| one.value.clone()).collect();
    Operation {
        idempotent: false,
        matches: if written.is_empty() { [every()].into() } else { written.into() },
        name: String::new(),
        ports: vec![0],
        retry: Retry { attempts: 0, on: None, per_try_ms: None },
        timeout_ms: 0,
    }
}

/// Whether a host is looked up for both routes at once, and which (none: any).
fn common_of(one: &RouteRow, other: &RouteRow) -> Option<Option<String>> {
    if one.hosts.is_empty() && other.hosts.is_empty() {
        return Some(None);
    }
    let pairs = one.hosts.iter().flat_map(|host| other.hosts.iter().map(move |two| (host, two)));
    let mut level = pairs.filter(|(host, two)| are_hosts_level(&host.value, &two.value));
    level.find_map(|(host, two)| common_host(&host.value, &two.value)).map(Some)
}

/// Whether two routes lead to one service, so that it does not matter which is taken.
fn are_one(gateway: &Workload, one: &RouteRow, other: &RouteRow) -> bool {
    let id = |route: &RouteRow| Reference::of(&route.to.value, &gateway.namespace).id();
    id(one) == id(other)
}

fn traffic(report: &mut Report<'_>, workload: &Workload) {
    let rows = &workload.row.traffic;
    let conditions: Vec<_> =
        rows.iter().map(|row| (row.headers.as_slice(), row.query.as_slice())).collect();
    for (at, other_at, example) in traffic_overlaps(&conditions) {
        let (Some(one), Some(other)) = (rows.get(at), rows.get(other_at)) else { continue };
        if !share_operations(one, other) {
            continue;
        }
        let mut with: Vec<String> =
            example.headers.iter().map(|(name, value)| format!("`{name}: {value}`")).collect();
        with.extend(example.query.iter().map(|(name, value)| format!("`?{name}={value}`")));
        let which = if with.is_empty() {
            "every request".to_owned()
        } else {
            format!("a request with {}", with.join(" and "))
        };
        let message = format!(
            "`{}` and `{}` are equally specific and both take {which}",
            named(one.name.as_deref(), at),
            named(other.name.as_deref(), other_at)
        );
        let finding =
            Finding::new("MC308", other.span, message).help("make one of the two narrower");
        report.add_with(workload, finding, (workload.file, one.span, "this takes it too".into()));
    }
}

/// Whether two items are looked at together: both name operations, one of them the same, or neither
/// does.
fn share_operations(one: &TrafficRow, other: &TrafficRow) -> bool {
    match (&one.operations, &other.operations) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.iter().any(|one| other.iter().any(|other| other.value == one.value))
        }
        _ => false,
    }
}

/// Items that all ask for something: a plain request goes by none of them.
fn no_default(report: &mut Report<'_>, workload: &Workload) {
    let plain = |row: &TrafficRow| {
        let mut conditions = row.headers.iter().chain(&row.query);
        conditions.all(|one| !one.not && one.test == Test::Present(false))
    };
    let rows = &workload.row.traffic;
    let Some(row) = rows.first().filter(|_| !rows.iter().any(plain)) else { return };
    let message = "a request without headers and query goes by no item: any instance gets it";
    let finding = Finding::new("MC310", row.span, message)
        .help("add an item without conditions that says which version gets the others");
    report.add(workload, finding);
}

fn named(name: Option<&str>, at: usize) -> String {
    name.map_or_else(|| format!("[{at}]"), str::to_owned)
}
