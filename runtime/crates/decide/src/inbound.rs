//! Admission: what a workload accepts.

use std::borrow::Cow;

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{Inbound, Listener, Protocol};
use rustc_hash::FxHashSet;

use crate::condition::{Conditions, Reads, View};
use crate::denial::{Denial, DenialKind};
use crate::host;
use crate::ids::{ListenerIx, OperationIx, RuleIx, UnixSeconds};
use crate::index::Index;
use crate::outcome::Permit;
use crate::partition::{MAX_PORTS, Methods, Partition, Readings};
use crate::peer::{Peer, Stamp};
use crate::rank::Alternative;
use crate::rules::Rules;

/// The inbound half of a slice, indexed.
#[derive(Debug)]
pub(crate) struct Admission {
    stamp: Stamp,
    authorities: FxHashSet<Box<str>>,
    ports: Vec<Port>,
    partition: Partition,
    pub(crate) readings: Readings,
    pub(crate) reads: Reads,
    pub(crate) allow: Rules,
    pub(crate) deny: Rules,
    direct: Index<Direct>,
    methods: Methods,
}

#[derive(Debug)]
struct Port {
    hosts: Vec<String>,
    /// The operation of a TCP port; absent for HTTP.
    operation: Option<OperationIx>,
}

/// A match written in a deny itself; their order is that of the rules.
#[derive(Debug)]
struct Direct {
    rule: usize,
    methods: u64,
    conditions: Conditions,
}

impl Admission {
    pub(crate) fn new(inbound: &Inbound, trust_domain: &str) -> Result<Self, String> {
        if inbound.listeners.len() > MAX_PORTS {
            return Err(format!("more than {MAX_PORTS} listeners"));
        }
        let readings = Readings::new(&inbound.readings)?;
        let mut reads = Reads::default();
        let operations = &inbound.operations;
        let partition = Partition::new(operations, readings, inbound.listeners.len(), &mut reads)?;
        let allow = Rules::new(&inbound.allow, operations, trust_domain, &mut reads)?;
        let deny = Rules::new(&inbound.deny, operations, trust_domain, &mut reads)?;
        if let Some(rule) = inbound.allow.iter().find(|rule| !rule.matches.is_empty()) {
            return Err(format!("allow rule `{}` names requests directly", rule.name));
        }
        let mut methods = Methods::default();
        let direct = direct(inbound, &mut methods, &mut reads)?;
        let ports = inbound.listeners.iter().map(|one| port(one, inbound));
        let ports = ports.collect::<Result<_, _>>()?;
        let authorities = inbound.authorities.iter().map(|name| name.as_str().into()).collect();
        Ok(Self {
            stamp: Stamp::new(),
            authorities,
            ports,
            partition,
            readings,
            reads,
            allow,
            deny,
            direct,
            methods,
        })
    }

    pub(crate) fn peer(&self, identity: Option<&str>) -> Peer {
        Peer {
            made_by: self.stamp,
            identity: identity.map(Box::from),
            allow: self.allow.of_caller(identity),
            deny: self.deny.of_caller(identity),
        }
    }

    /// The peer as these tables see them.
    pub(crate) fn ours<'a>(&self, peer: &'a Peer) -> Cow<'a, Peer> {
        if peer.made_by == self.stamp {
            Cow::Borrowed(peer)
        } else {
            Cow::Owned(self.peer(peer.identity()))
        }
    }

    pub(crate) fn admit<F: Fields>(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        request: &Canonical<'_>,
        fields: &F,
        now: UnixSeconds,
    ) -> Result<Permit, Denial> {
        let peer = &*self.ours(peer);
        let port = self.ports.get(listener.index()).filter(|port| port.operation.is_none());
        let port = port.ok_or(Denial::new(DenialKind::Listener))?;
        let host = request.authority().host;
        let known = self.authorities.is_empty() || self.authorities.contains(host);
        let served = port.hosts.is_empty() || port.hosts.iter().any(|one| host::matches(one, host));
        if !known || !served {
            return Err(Denial::new(DenialKind::Authority));
        }
        self.reads.check(request, fields).map_err(Denial::new)?;
        let operation = self
            .partition
            .classify(listener.index(), request, fields)
            .ok_or(Denial::new(DenialKind::AmbiguousRequest))?;
        if let Some(rule) = self.denied(peer, operation, request, fields, now) {
            return Err(Denial::by_rule(operation, rule));
        }
        let asked = Some((request, fields));
        match self.allow.first(&peer.allow, operation, now, asked, View::Every) {
            Some(rule) => Ok(self.permit(operation, rule)),
            None => Err(Denial::by_default(operation)),
        }
    }

    pub(crate) fn admit_connection(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        now: UnixSeconds,
    ) -> Result<Permit, Denial> {
        let peer = &*self.ours(peer);
        let port = self.ports.get(listener.index());
        let operation = port.and_then(|port| port.operation);
        let operation = operation.ok_or(Denial::new(DenialKind::Listener))?;
        let none: Option<(&Canonical<'_>, &meshc_request::NoFields)> = None;
        if let Some(rule) = self.deny.first(&peer.deny, operation, now, none, View::Deny) {
            return Err(Denial::by_rule(operation, rule));
        }
        match self.allow.first(&peer.allow, operation, now, none, View::Every) {
            Some(rule) => Ok(self.permit(operation, rule)),
            None => Err(Denial::by_default(operation)),
        }
    }

    /// The most specific of the `covered` operations that the request's host and path fit.
    pub(crate) fn methods_near(
        &self,
        request: &Canonical<'_>,
        covered: impl Fn(OperationIx) -> bool,
    ) -> Option<OperationIx> {
        self.partition.near(request, covered)
    }

    fn permit(&self, operation: OperationIx, rule: usize) -> Permit {
        let settings = self.partition.settings(operation);
        Permit { operation, rule: RuleIx(rule as u32), settings }
    }

    /// The first deny rule, in written order, that any reading of the request meets.
    fn denied<F: Fields>(
        &self,
        peer: &Peer,
        operation: OperationIx,
        request: &Canonical<'_>,
        fields: &F,
        now: UnixSeconds,
    ) -> Option<usize> {
        let asked = Some((request, fields));
        let mut first = self.deny.first(&peer.deny, operation, now, asked, View::Deny);
        if self.direct.is_empty() {
            return first;
        }
        let method = self.methods.bit(request.method());
        for path in self.readings.paths(request) {
            let met = self.direct.best(request.authority().host, path, |direct| {
                direct.methods & method != 0
                    && peer.deny.contains(direct.rule)
                    && self.deny.covers(direct.rule, operation)
                    && direct.conditions.hold(request, fields, View::Deny)
                    && self.deny.holds(direct.rule, now, asked, View::Deny)
            });
            first = match (first, met) {
                (Some(one), Some(met)) => Some(one.min(met.rule)),
                (one, met) => one.or(met.map(|met| met.rule)),
            };
        }
        first
    }
}

fn port(listener: &Listener, inbound: &Inbound) -> Result<Port, String> {
    let operation = match listener.protocol {
        Protocol::Http => None,
        Protocol::Tcp => {
            let named = |name: &str| inbound.operations.iter().position(|one| one.name == name);
            let at = named(&listener.name);
            let at = at.ok_or(format!("TCP port `{}` has no operation", listener.name))?;
            if inbound.operations.get(at).is_some_and(|one| !one.matches.is_empty()) {
                return Err(format!("the operation of TCP port `{}` has matches", listener.name));
            }
            Some(OperationIx(at as u32))
        }
    };
    Ok(Port { hosts: listener.hosts.clone(), operation })
}

fn direct(
    inbound: &Inbound,
    methods: &mut Methods,
    reads: &mut Reads,
) -> Result<Index<Direct>, String> {
    let mut index = Index::new();
    for (rule, body) in inbound.deny.iter().enumerate() {
        for one in &body.matches {
            let one =
                Alternative::new(one).map_err(|why| format!("deny rule `{}`: {why}", body.name))?;
            reads.add(&one.conditions);
            let methods = methods.intern(one.methods)?;
            let entry = Direct { rule, methods, conditions: one.conditions };
            index.push(one.host, &one.pattern, entry);
        }
    }
    Ok(index)
}
