//! Where workloads run: addresses of two of them (MC210), and addresses nobody reaches (MC319).

use core::net::IpAddr;

use meshc_check::Finding;
use meshc_check::unit::InstanceRow;
use meshc_document::Span;
use rustc_hash::FxHashMap;

use super::Report;
use crate::mesh::{Workload, WorkloadIx};

/// Every instance of the mesh against every other; whether some are on this host and some are not.
pub(super) fn judge_all(report: &mut Report<'_>) -> bool {
    let mesh = report.mesh;
    let mut taken: FxHashMap<(IpAddr, u16), WorkloadIx> = FxHashMap::default();
    let mut apart = (false, false);
    for (ix, workload) in mesh.each() {
        for instance in &workload.instances {
            let Some(address) = address(instance) else { continue };
            apart.0 |= address.is_loopback();
            apart.1 |= !address.is_loopback();
            unusable(report, workload, instance, address);
            let ports = workload.row.ports.iter().map(|port| port.port.value);
            let mut others = ports.filter_map(|port| match taken.insert((address, port), ix) {
                Some(other) if other != ix => Some((other, port)),
                _ => None,
            });
            if let Some((other, port)) = others.next() {
                both(report, workload, instance, (other, port));
            }
        }
        twice(report, workload);
    }
    let apart = apart == (true, true);
    if apart {
        for (ix, workload) in mesh.each() {
            far(report, ix, workload);
        }
    }
    apart
}

fn address(instance: &InstanceRow) -> Option<IpAddr> {
    instance.address.value.parse().ok()
}

/// Where an instance is to be shown: at its address, or where the file that lists it is named.
fn place(workload: &Workload, instance: &InstanceRow) -> Span {
    workload.row.instance_file.as_ref().map_or(instance.address.span, |file| file.span)
}

/// Two workloads whose proxies would listen on one address and port.
fn both(
    report: &mut Report<'_>,
    workload: &Workload,
    instance: &InstanceRow,
    (other, port): (WorkloadIx, u16),
) {
    let Some(other) = report.mesh.workload(other) else { return };
    let wanted = address(instance);
    let Some(theirs) = other.instances.iter().find(|one| address(one) == wanted) else { return };
    let message = format!(
        "`{}` and `{}` both listen at {} on port {port}",
        other.id, workload.id, instance.address.value
    );
    let finding = Finding::new("MC210", place(workload, instance), message)
        .help("give one of them another address or port");
    let related = (other.file, place(other, theirs), format!("`{}` is there", other.id));
    report.add_with(workload, finding, related);
}

/// One instance listed twice: it would get two shares.
fn twice(report: &mut Report<'_>, workload: &Workload) {
    // They are sorted by address.
    for pair in workload.instances.windows(2) {
        let [one, two] = pair else { continue };
        if one.address.value != two.address.value {
            continue;
        }
        let (first, second) = match one.address.span <= two.address.span {
            true => (one, two),
            false => (two, one),
        };
        let message = format!("instance `{}` is there twice", second.address.value);
        let finding = Finding::new("MC211", place(workload, second), message)
            .help("one instance is one item; its labels stand together");
        let related = (workload.file, place(workload, first), "the first one".into());
        report.add_with(workload, finding, related);
    }
}

/// Addresses that belong to no host.
fn unusable(report: &mut Report<'_>, workload: &Workload, instance: &InstanceRow, at: IpAddr) {
    let what = match at {
        at if at.is_unspecified() => "stands for every address of a host, not for one",
        at if at.is_multicast() => "is a group's address",
        IpAddr::V4(at) if at.is_broadcast() => "is everybody's address",
        _ => return,
    };
    let message = format!("`{}` {what}: nobody can connect to it", instance.address.value);
    let finding = Finding::new("MC319", place(workload, instance), message)
        .help("write the address that others reach it at");
    report.add(workload, finding);
}

/// A loopback address that a caller on another host would look for on its own.
fn far(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload) {
    let is_near = |one: &&InstanceRow| address(one).is_some_and(|at| at.is_loopback());
    let Some(near) = workload.instances.iter().find(is_near) else { return };
    let mesh = report.mesh;
    let callers = mesh.graph.callers(ix).iter().filter_map(|caller| mesh.workload(*caller));
    let is_elsewhere = |one: &&Workload| one.instances.iter().any(|one| !is_near(&one));
    let Some(caller) = callers.into_iter().find(is_elsewhere) else { return };
    let message = format!(
        "`{}`, on another host, would look for `{}` at its own {}",
        caller.id, workload.id, near.address.value
    );
    let finding = Finding::new("MC319", place(workload, near), message)
        .help("write the address that its callers reach it at");
    let related = (caller.file, caller.row.name.span, format!("`{}` calls it", caller.id));
    report.add_with(workload, finding, related);
}
