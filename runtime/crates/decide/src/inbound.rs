//! Admission: what a workload accepts.

use core::net::IpAddr;
use core::ops::ControlFlow;
use std::borrow::Cow;

use meshc_request::{Canonical, Fields, NoFields};
use meshc_snapshot::slice::{Inbound, Listener, Protocol, Rule};

use crate::asked::{Asked, External};
use crate::claims::User;
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
    /// Sorted.
    authorities: Box<[Box<str>]>,
    ports: Vec<Port>,
    partition: Partition,
    pub(crate) readings: Readings,
    pub(crate) reads: Reads,
    pub(crate) guardrails: Rules,
    pub(crate) deny: Rules,
    pub(crate) allow: Rules,
    audit: bool,
    direct: Index<Direct>,
    methods: Methods,
}

#[derive(Debug)]
struct Port {
    hosts: Vec<String>,
    /// The operation of a TCP port; absent for HTTP.
    operation: Option<OperationIx>,
}

/// A list of rules that deny.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum List {
    Guardrails,
    Deny,
}

/// In the order in which they are asked.
const LISTS: [List; 2] = [List::Guardrails, List::Deny];

/// A match written in a deny itself; their order is that of the rules.
#[derive(Debug)]
struct Direct {
    list: List,
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
        for told in inbound.issuers.iter().flat_map(|issuer| &issuer.forward) {
            reads.add_header(&told.header);
        }
        let operations = &inbound.operations;
        let partition = Partition::new(operations, readings, inbound.listeners.len(), &mut reads)?;
        let mut rules =
            |rules: &[Rule], view| Rules::new(rules, operations, trust_domain, view, &mut reads);
        let guardrails = rules(&inbound.guardrails, View::Deny)?;
        let deny = rules(&inbound.deny, View::Deny)?;
        let allow = rules(&inbound.allow, View::Every)?;
        if let Some(rule) = inbound.allow.iter().find(|rule| !rule.matches.is_empty()) {
            return Err(format!("allow rule `{}` names requests directly", rule.name));
        }
        let mut methods = Methods::default();
        let direct = direct(inbound, readings, &mut methods, &mut reads)?;
        let ports = inbound.listeners.iter().map(|one| port(one, inbound));
        let ports = ports.collect::<Result<_, _>>()?;
        let mut authorities: Box<[Box<str>]> =
            inbound.authorities.iter().map(|name| name.as_str().into()).collect();
        authorities.sort_unstable();
        Ok(Self {
            stamp: Stamp::new(),
            authorities,
            ports,
            partition,
            readings,
            reads,
            guardrails,
            deny,
            allow,
            audit: inbound.audit,
            direct,
            methods,
        })
    }

    pub(crate) fn peer(&self, identity: Option<&str>, address: Option<IpAddr>) -> Peer {
        Peer {
            made_by: self.stamp,
            identity: identity.map(Box::from),
            address,
            guardrails: self.guardrails.of_caller(identity, address),
            deny: self.deny.of_caller(identity, address),
            allow: self.allow.of_caller(identity, address),
        }
    }

    /// The peer as these tables see them.
    pub(crate) fn ours<'a>(&self, peer: &'a Peer) -> Cow<'a, Peer> {
        if peer.made_by == self.stamp {
            Cow::Borrowed(peer)
        } else {
            Cow::Owned(self.peer(peer.identity(), peer.address))
        }
    }

    pub(crate) fn admit<F: Fields>(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        asked: &Asked<'_, F>,
    ) -> Result<Permit, Denial> {
        let (request, fields) = asked.request.ok_or(Denial::new(DenialKind::Listener))?;
        let port = self.ports.get(listener.index()).filter(|port| port.operation.is_none());
        let port = port.ok_or(Denial::new(DenialKind::Listener))?;
        let host = request.authority().host;
        let known = self.authorities.is_empty()
            || self.authorities.binary_search_by(|name| (**name).cmp(host)).is_ok();
        let served = port.hosts.is_empty() || port.hosts.iter().any(|one| host::matches(one, host));
        if !known || !served {
            return Err(Denial::new(DenialKind::Authority));
        }
        self.reads.check(request, fields).map_err(Denial::new)?;
        if matches!(asked.user, User::Unsound(..)) {
            return Err(Denial::new(DenialKind::BadToken));
        }
        let operation = self
            .partition
            .classify(listener.index(), request, fields)
            .ok_or(Denial::new(DenialKind::AmbiguousRequest))?;
        self.judge(&self.ours(peer), operation, asked)
    }

    pub(crate) fn admit_connection(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        now: UnixSeconds,
    ) -> Result<Permit, Denial> {
        let port = self.ports.get(listener.index());
        let operation = port.and_then(|port| port.operation);
        let operation = operation.ok_or(Denial::new(DenialKind::Listener))?;
        self.judge(&self.ours(peer), operation, &Asked::<NoFields>::connection(now))
    }

    /// Guardrails, what an external decision service says, deny, allow, else denied; what is only
    /// audited goes along with the outcome.
    fn judge<F: Fields>(
        &self,
        peer: &Peer,
        operation: OperationIx,
        asked: &Asked<'_, F>,
    ) -> Result<Permit, Denial> {
        if let Some(rule) = self.met(List::Guardrails, peer, operation, asked, false) {
            return Err(Denial::by_rule(List::Guardrails.kind(), operation, rule));
        }
        if let Some(kind) = refused_elsewhere(asked.external) {
            let refused = Denial { operation: Some(operation), ..Denial::new(kind) };
            if !self.audit {
                return Err(refused);
            }
            let guardrail = self.audited(&[List::Guardrails], peer, operation, asked);
            return Ok(self.permit(operation, None, guardrail.or(Some(refused))));
        }
        let refused = match self.met(List::Deny, peer, operation, asked, false) {
            Some(rule) => Denial::by_rule(List::Deny.kind(), operation, rule),
            None => match self.allow.first(&peer.allow, operation, asked, false) {
                Some(rule) => {
                    let would = self.audited(&LISTS, peer, operation, asked);
                    return Ok(self.permit(operation, Some(rule), would));
                }
                None => self.denied_by_default(peer, operation, asked),
            },
        };
        if !self.audit {
            return Err(refused);
        }
        let would = self.audited(&LISTS, peer, operation, asked);
        let would = would.or(refused.would_allow.is_none().then_some(refused));
        Ok(self.permit(operation, None, would))
    }

    /// The denial that an audited rule of these lists would have been.
    fn audited<F: Fields>(
        &self,
        lists: &[List],
        peer: &Peer,
        operation: OperationIx,
        asked: &Asked<'_, F>,
    ) -> Option<Denial> {
        lists.iter().find_map(|&list| {
            let rules = self.rules(list);
            let met = rules.audited.then(|| self.met(list, peer, operation, asked, true));
            met.flatten().map(|rule| Denial::by_rule(list.kind(), operation, rule))
        })
    }

    /// The first denial that a rule which has not begun will make of what is let through, and when.
    pub(crate) fn later<F: Fields>(
        &self,
        peer: &Peer,
        operation: OperationIx,
        asked: &Asked<'_, F>,
    ) -> Option<(UnixSeconds, Denial)> {
        let peer = self.ours(peer);
        let lists = if self.audit { LISTS.get(..1)? } else { &LISTS };
        let beginnings = lists.iter().flat_map(|list| self.rules(*list).beginnings());
        let mut instants: Vec<i64> = beginnings.filter(|at| *at > asked.now.0).collect();
        instants.sort_unstable();
        instants.into_iter().map(UnixSeconds).find_map(|at| {
            let then = Asked { now: at, ..*asked };
            lists.iter().find_map(|&list| {
                let met = self.met(list, &peer, operation, &then, false);
                let rule = met.filter(|rule| self.rules(list).begins_at(*rule, at))?;
                Some((at, Denial::by_rule(list.kind(), operation, rule)))
            })
        })
    }

    /// The next Unix second after `now` at which connections that stand may have to be decided
    /// again, because a rule begins or ends; nothing where there are no ports for such.
    pub(crate) fn turns_after(&self, now: UnixSeconds) -> Option<i64> {
        self.ports.iter().find(|port| port.operation.is_some())?;
        let all = [&self.guardrails, &self.deny, &self.allow].into_iter();
        all.filter_map(|rules| rules.turns_after(now)).min()
    }

    fn denied_by_default<F: Fields>(
        &self,
        peer: &Peer,
        operation: OperationIx,
        asked: &Asked<'_, F>,
    ) -> Denial {
        let lacks = asked.request.is_some()
            && matches!(asked.user, User::Nobody)
            && self.allow.lacks_user(&peer.allow, operation, asked);
        let kind = if lacks { DenialKind::NoUser } else { DenialKind::NoRule };
        let audited = || self.allow.first(&peer.allow, operation, asked, true);
        let audited = self.allow.audited.then(audited).flatten();
        let would_allow =
            audited.filter(|_| self.audited(&LISTS, peer, operation, asked).is_none());
        Denial {
            operation: Some(operation),
            would_allow: would_allow.map(|rule| RuleIx(rule as u32)),
            ..Denial::new(kind)
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

    fn permit(&self, operation: OperationIx, rule: Option<usize>, would: Option<Denial>) -> Permit {
        let settings = self.partition.settings(operation);
        Permit { operation, rule: rule.map(|rule| RuleIx(rule as u32)), settings, would }
    }

    const fn rules(&self, list: List) -> &Rules {
        match list {
            List::Guardrails => &self.guardrails,
            List::Deny => &self.deny,
        }
    }

    /// The first rule of a list that denies, in written order, that any reading of the request
    /// meets; of those that are enforced, or of those that are only audited.
    fn met<F: Fields>(
        &self,
        list: List,
        peer: &Peer,
        operation: OperationIx,
        asked: &Asked<'_, F>,
        audit: bool,
    ) -> Option<usize> {
        let (rules, caller) = match list {
            List::Guardrails => (&self.guardrails, &peer.guardrails),
            List::Deny => (&self.deny, &peer.deny),
        };
        let mut first = rules.first(caller, operation, asked, audit);
        let Some((request, fields)) = asked.request.filter(|_| !self.direct.is_empty()) else {
            return first;
        };
        let method = self.methods.bit(request.method());
        let _ = self.readings.each::<()>(request, |read| {
            let met = self.direct.best(request.authority().host, read, |direct| {
                direct.list == list
                    && direct.methods & method != 0
                    && caller.contains(direct.rule)
                    && rules.covers(direct.rule, operation)
                    && direct.conditions.hold(request, fields, View::Deny)
                    && rules.holds(direct.rule, asked, audit)
            });
            first = match (first, met) {
                (Some(one), Some(met)) => Some(one.min(met.rule)),
                (one, met) => one.or(met.map(|met| met.rule)),
            };
            ControlFlow::Continue(())
        });
        first
    }
}

impl List {
    const fn kind(self) -> DenialKind {
        match self {
            Self::Guardrails => DenialKind::Guardrail,
            Self::Deny => DenialKind::DenyRule,
        }
    }
}

/// What an external decision comes to where it lets nothing through.
const fn refused_elsewhere(external: External) -> Option<DenialKind> {
    match external {
        External::NotAsked | External::Allowed => None,
        External::Denied => Some(DenialKind::External),
        External::Unavailable => Some(DenialKind::ExternalUnavailable),
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
    readings: Readings,
    methods: &mut Methods,
    reads: &mut Reads,
) -> Result<Index<Direct>, String> {
    let mut index = Index::new(readings.folded);
    let lists = [(List::Guardrails, &inbound.guardrails), (List::Deny, &inbound.deny)];
    for (list, rules) in lists {
        for (rule, body) in rules.iter().enumerate() {
            for one in &body.matches {
                let one = Alternative::new(one)
                    .map_err(|why| format!("deny rule `{}`: {why}", body.name))?;
                reads.add(&one.conditions);
                let methods = methods.intern(one.methods)?;
                let entry = Direct { list, rule, methods, conditions: one.conditions };
                index.push(one.host, &one.paths, entry);
            }
        }
    }
    index.seal()
}
