//! Routing: where a workload's own requests go.

use meshc_request::{Canonical, Fields, NoFields};
use meshc_snapshot::slice::{Callee, Operation, Protocol, Route, Slice};
use rustc_hash::FxHashMap;

use crate::denial::{Denial, DenialKind};
use crate::gateway::{Routes, Taken};
use crate::ids::{DestinationIx, OperationIx};
use crate::outcome::Forward;
use crate::partition::Readings;
use crate::target::Target;

/// The outbound half of a slice, indexed.
#[derive(Debug)]
pub(crate) struct Routing {
    authorities: FxHashMap<Box<str>, DestinationIx>,
    pub(crate) targets: Vec<Target>,
    pub(crate) routes: Routes,
}

impl Routing {
    pub(crate) fn new(slice: &Slice, readings: Readings) -> Result<Self, String> {
        let mut authorities = FxHashMap::default();
        let mut targets = Vec::with_capacity(slice.destinations.len());
        for (at, destination) in slice.destinations.iter().enumerate() {
            targets.push(Target::new(destination)?);
            for name in &destination.authorities {
                let ix = DestinationIx(at as u32);
                if authorities.insert(name.as_str().into(), ix).is_some() {
                    return Err(format!("two destinations answer to `{name}`"));
                }
            }
        }
        let routes = Routes::new(&slice.routes, readings, |at, route| end_of(at, route, slice))?;
        Ok(Self { authorities, targets, routes })
    }

    /// The destination that an authority names.
    pub(crate) fn named(&self, host: &str) -> Option<(DestinationIx, &Target)> {
        let at = *self.authorities.get(host)?;
        Some((at, self.targets.get(at.index())?))
    }

    pub(crate) fn route<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
        draw: u32,
    ) -> Result<Forward, Denial> {
        let authority = request.authority();
        let found = self.named(authority.host);
        let (at, target) = found.ok_or(Denial::new(DenialKind::NotDeclared))?;
        let port = target.http_port(authority.port);
        let port = port.ok_or(Denial::new(DenialKind::Port).at(at))?;
        send(at, target, port, (request, fields), draw)
    }

    pub(crate) fn route_gateway<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
        draw: u32,
    ) -> Result<Forward, Denial> {
        self.routes.reads.check(request, fields).map_err(Denial::new)?;
        let taken = self.routes.take(request, fields, &self.targets);
        let taken = taken
            .map_err(|()| Denial::new(DenialKind::AmbiguousRequest))?
            .ok_or(Denial::new(DenialKind::NoRoute))?;
        let at = taken.destination;
        let target = self.targets.get(at.index()).ok_or(Denial::new(DenialKind::NoRoute))?;
        let request = request.addressed_to(&target.authority);
        let forward = send(at, target, taken.port, (&request, fields), draw)?;
        if taken.operation.is_some_and(|operation| operation != forward.operation) {
            return Err(Denial::new(DenialKind::NoRoute).at(at));
        }
        Ok(Forward { route: Some(taken.route), ..forward })
    }

    pub(crate) fn route_connection(
        &self,
        slice: &Slice,
        at: DestinationIx,
        port: u16,
        draw: u32,
    ) -> Result<Forward, Denial> {
        let refused = Denial::new(DenialKind::Port).at(at);
        let callee = slice.destinations.get(at.index()).map(|to| &to.callee);
        let target = self.targets.get(at.index());
        let (callee, target) = callee.zip(target).ok_or(refused)?;
        let name = target.tcp_port(port).and_then(|at| callee.ports.get(at));
        let name = name.ok_or(refused)?.name.as_str();
        let operation = callee.operations.iter().position(|one| one.name == name);
        let operation = OperationIx(operation.ok_or(refused)? as u32);
        let none: Option<(&Canonical<'_>, &NoFields)> = None;
        let (cluster, traffic) =
            target.cluster(operation, none, draw).map_err(|kind| Denial::new(kind).at(at))?;
        let settings = target.settings(operation);
        Ok(Forward { destination: at, cluster, port, operation, traffic, route: None, settings })
    }
}

/// Classifies a request at its destination and chooses the cluster.
fn send<F: Fields>(
    at: DestinationIx,
    target: &Target,
    (port_at, port): (usize, u16),
    (request, fields): (&Canonical<'_>, &F),
    draw: u32,
) -> Result<Forward, Denial> {
    let refused = |kind| Denial::new(kind).at(at);
    target.reads.check(request, fields).map_err(refused)?;
    let operation = target
        .partition
        .classify(port_at, request, fields)
        .ok_or(refused(DenialKind::AmbiguousRequest))?;
    let (cluster, traffic) = target
        .cluster(operation, Some((request, fields)), draw)
        .map_err(|kind| Denial { operation: Some(operation), ..refused(kind) })?;
    let settings = target.settings(operation);
    Ok(Forward { destination: at, cluster, port, operation, traffic, route: None, settings })
}

/// Destination, operation and port that a route leads to.
fn end_of(number: u32, route: &Route, slice: &Slice) -> Result<Taken, String> {
    let mut all = slice.destinations.iter().map(|to| &to.callee).enumerate();
    let named = all.find(|(_, one)| one.workload == route.destination);
    let (at, callee) = named.ok_or(format!(
        "route `{}` leads to `{}`, which is no destination",
        route.name, route.destination
    ))?;
    let operation = match route.operation.as_deref() {
        None => None,
        Some("rest") => Some(OperationIx::REST),
        Some(name) => {
            let found = callee.operations.iter().position(|one| one.name == name);
            let found = found.ok_or(format!(
                "route `{}` leads to operation `{name}`, which `{}` does not have",
                route.name, route.destination
            ))?;
            Some(OperationIx(found as u32))
        }
    };
    let offering = operation.and_then(|one| callee.operations.get(one.index()));
    let port = port_of(callee, offering)
        .ok_or(format!("route `{}` leads to no port, or to several", route.name))?;
    Ok(Taken { route: number, destination: DestinationIx(at as u32), operation, port })
}

/// The one HTTP port of a destination, among those that offer the operation where one is named.
fn port_of(to: &Callee, offering: Option<&Operation>) -> Option<(usize, u16)> {
    let offers = |at: usize| {
        offering.is_none_or(|operation| operation.ports.iter().any(|port| *port as usize == at))
    };
    let mut ports = to
        .ports
        .iter()
        .enumerate()
        .filter(|(at, port)| port.protocol == Protocol::Http && offers(*at));
    ports.next().filter(|_| ports.next().is_none()).map(|(at, port)| (at, port.port))
}
