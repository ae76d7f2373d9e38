//! Allow and deny rules as sets: by caller (once per connection) and by operation.

use core::net::IpAddr;
use std::collections::BTreeMap;

use meshc_request::Fields;
use meshc_snapshot::slice::{From, Operation, Rule};
use rustc_hash::FxHashMap;

use crate::asked::Asked;
use crate::bits::{Bits, RuleSet};
use crate::claims::UserCheck;
use crate::client::ClientCheck;
use crate::condition::{Conditions, Reads, View};
use crate::ids::{OperationIx, UnixSeconds};
use crate::network::Network;
use crate::schedule::Schedule;

/// The guardrails, the deny or the allow rules of a workload.
#[derive(Debug)]
pub(crate) struct Rules {
    bodies: Vec<Body>,
    callers: Callers,
    /// By operation; the last is that of the rest.
    operations: Vec<RuleSet>,
    /// How conditions on what cannot be known are settled.
    view: View,
    pub(crate) audited: bool,
}

/// What a rule is besides its caller and its operations.
#[derive(Debug)]
struct Body {
    /// Most rules ask for nothing further.
    demands: Option<Box<Demands>>,
    direct: bool,
    audit: bool,
}

/// What a rule asks besides caller and operation.
#[derive(Debug)]
pub(crate) struct Demands {
    since: Option<i64>,
    until: Option<i64>,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) user: Option<UserCheck>,
    pub(crate) client: ClientCheck,
    pub(crate) conditions: Conditions,
}

#[derive(Debug)]
struct Callers {
    /// `spiffe://<trust domain>/ns/`.
    prefix: Box<str>,
    count: usize,
    anonymous: RuleSet,
    anyone: RuleSet,
    everyone: RuleSet,
    identities: Named,
    namespaces: Named,
    /// Identities of other trust domains, by what they start with.
    prefixes: Vec<(Box<str>, usize)>,
    /// Rules that ask from where.
    sources: Vec<(usize, Vec<Network>)>,
}

/// Sets of rules by name, sorted: asked once a connection, and half of what a hash table takes.
#[derive(Debug)]
struct Named(Box<[(Box<str>, RuleSet)]>);

impl Named {
    fn get(&self, name: &str) -> Option<&RuleSet> {
        let at = self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        self.0.get(at).map(|(_, set)| set)
    }
}

impl Rules {
    pub(crate) fn new(
        rules: &[Rule],
        operations: &[Operation],
        trust_domain: &str,
        view: View,
        reads: &mut Reads,
    ) -> Result<Self, String> {
        // A list without rules has nothing to say of any operation.
        let count = if rules.is_empty() { 0 } else { operations.len() + 1 };
        let mut by_operation = vec![Vec::new(); count];
        let mut bodies = Vec::with_capacity(rules.len());
        let names: FxHashMap<&str, usize> =
            operations.iter().enumerate().map(|(at, one)| (one.name.as_str(), at)).collect();
        for (at, rule) in rules.iter().enumerate() {
            let wrong = |why| format!("rule `{}`: {why}", rule.name);
            for slot in
                slots(rule.operations.as_deref(), &names, operations.len()).map_err(wrong)?
            {
                if let Some(numbers) = by_operation.get_mut(slot) {
                    numbers.push(at as u32);
                }
            }
            let body = Body::new(rule).map_err(wrong)?;
            if let Some(demands) = &body.demands {
                reads.add(&demands.conditions);
            }
            bodies.push(body);
        }
        let callers = Callers::new(rules, trust_domain)?;
        let operations = by_operation.iter_mut().map(|numbers| {
            numbers.dedup();
            RuleSet::new(numbers, rules.len())
        });
        let operations = operations.collect();
        let audited = bodies.iter().any(|body| body.audit);
        Ok(Self { bodies, callers, operations, view, audited })
    }

    /// The rules that can ever speak of whoever proved `identity`, connected from `address`.
    pub(crate) fn of_caller(&self, identity: Option<&str>, address: Option<IpAddr>) -> Bits {
        let mut bits = self.callers.of(identity);
        for (rule, networks) in &self.callers.sources {
            let inside = address.map(|one| networks.iter().any(|network| network.contains(one)));
            if !inside.unwrap_or(self.view == View::Deny) {
                bits.remove(*rule);
            }
        }
        bits
    }

    /// Whether a rule names an identity, by itself or with those beside it.
    pub(crate) fn lists(&self, identity: &str) -> bool {
        self.callers.lists(identity)
    }

    /// Whether a rule speaks of whoever proved `identity`, wherever they are.
    pub(crate) fn names_caller(&self, rule: usize, identity: Option<&str>) -> bool {
        self.callers.of(identity).contains(rule)
    }

    /// What a rule asks besides caller and operation, ready to be asked again: explaining a denial
    /// builds nothing anew.
    pub(crate) fn demands(&self, rule: usize) -> Option<&Demands> {
        self.bodies.get(rule)?.demands.as_deref()
    }

    /// Whether a rule takes connections from an address, wherever it asks.
    pub(crate) fn takes_source(&self, rule: usize, address: Option<IpAddr>) -> bool {
        let asked = self.callers.sources.iter().find(|(at, _)| *at == rule);
        asked.is_none_or(|(_, networks)| {
            address.is_some_and(|address| networks.iter().any(|one| one.contains(address)))
        })
    }

    /// Whether a rule speaks of an operation.
    pub(crate) fn covers(&self, rule: usize, operation: OperationIx) -> bool {
        self.of_operation(operation).is_some_and(|set| set.contains(rule))
    }

    /// The first of the caller's rules that holds for the operation, of those that are enforced or
    /// of those that are only audited; rules that name their requests themselves are left out.
    pub(crate) fn first<F: Fields>(
        &self,
        caller: &Bits,
        operation: OperationIx,
        asked: &Asked<'_, F>,
        audit: bool,
    ) -> Option<usize> {
        caller.first(self.of_operation(operation)?, |rule| {
            self.bodies.get(rule).is_some_and(|body| {
                !body.direct && body.audit == audit && body.holds(asked, self.view)
            })
        })
    }

    /// When rules begin that do not hold from the beginning, in Unix seconds and in no order.
    pub(crate) fn beginnings(&self) -> impl Iterator<Item = i64> {
        self.all_demands().filter_map(|one| one.since)
    }

    /// Whether a rule begins at an instant.
    pub(crate) fn begins_at(&self, rule: usize, instant: UnixSeconds) -> bool {
        self.demands(rule).is_some_and(|one| one.since == Some(instant.0))
    }

    /// The next Unix second after `now` at which a rule may begin or cease to hold. Hours turn with
    /// full minutes, so where a rule has any it is the next of these at the latest.
    pub(crate) fn turns_after(&self, now: UnixSeconds) -> Option<i64> {
        let minute = now.0.div_euclid(60).saturating_add(1).saturating_mul(60);
        let instants = self.all_demands().flat_map(|one| {
            [one.since, one.until, one.schedule.as_ref().map(|_| minute)].into_iter().flatten()
        });
        instants.filter(|at| *at > now.0).min()
    }

    fn all_demands(&self) -> impl Iterator<Item = &Demands> {
        self.bodies.iter().filter_map(|body| body.demands.as_deref())
    }

    /// Whether the time, the user and the conditions of a rule hold.
    pub(crate) fn holds<F: Fields>(&self, rule: usize, asked: &Asked<'_, F>, audit: bool) -> bool {
        let body = self.bodies.get(rule);
        body.is_some_and(|body| body.audit == audit && body.holds(asked, self.view))
    }

    /// Whether a token is all that an enforced rule misses.
    pub(crate) fn lacks_user<F: Fields>(
        &self,
        caller: &Bits,
        operation: OperationIx,
        asked: &Asked<'_, F>,
    ) -> bool {
        let set = self.of_operation(operation);
        set.is_some_and(|set| {
            let lacks = |rule: usize| {
                let body = self.bodies.get(rule).filter(|body| !body.audit && !body.direct);
                let demands = body.and_then(|body| body.demands.as_deref());
                demands.is_some_and(|demands| {
                    demands.user.is_some()
                        && demands.is_current(asked.now, self.view)
                        && demands.meets(asked, self.view)
                })
            };
            caller.first(set, lacks).is_some()
        })
    }

    fn of_operation(&self, operation: OperationIx) -> Option<&RuleSet> {
        self.operations.get(operation.index()).or(self.operations.last())
    }
}

impl Body {
    fn new(rule: &Rule) -> Result<Self, String> {
        Ok(Self {
            demands: Demands::new(rule)?.map(Box::new),
            direct: !rule.matches.is_empty(),
            audit: rule.audit,
        })
    }

    fn holds<F: Fields>(&self, asked: &Asked<'_, F>, view: View) -> bool {
        self.demands.as_ref().is_none_or(|demands| demands.hold(asked, view))
    }
}

impl Demands {
    /// Nothing where a rule asks for nothing further.
    fn new(rule: &Rule) -> Result<Option<Self>, String> {
        let Rule { since, until, hours, user, client, headers, query, .. } = rule;
        let asks = since.is_some()
            || until.is_some()
            || hours.is_some()
            || user.is_some()
            || !(client.is_empty() && headers.is_empty() && query.is_empty());
        if !asks {
            return Ok(None);
        }
        Ok(Some(Self {
            since: *since,
            until: *until,
            schedule: hours.as_ref().map(Schedule::new).transpose()?,
            user: user.as_ref().map(UserCheck::new).transpose()?,
            client: ClientCheck::new(client)?,
            conditions: Conditions::new(headers, query)?,
        }))
    }

    fn hold<F: Fields>(&self, asked: &Asked<'_, F>, view: View) -> bool {
        self.is_current(asked.now, view)
            && self.speaks_of_user(asked, view)
            && self.meets(asked, view)
    }

    /// A connection can bring no token: as with conditions, that matches for a deny.
    fn speaks_of_user<F>(&self, asked: &Asked<'_, F>, view: View) -> bool {
        self.user.as_ref().is_none_or(|user| match asked.request {
            Some(_) => user.holds(asked.user, view),
            None => view == View::Deny,
        })
    }

    fn is_current(&self, now: UnixSeconds, view: View) -> bool {
        self.since.is_none_or(|since| since <= now.0)
            && self.until.is_none_or(|until| now.0 < until)
            && self
                .schedule
                .as_ref()
                .is_none_or(|schedule| schedule.holds(now).unwrap_or(view == View::Deny))
    }

    /// Client, headers and query. Those of a connection cannot be evaluated: they match for a deny and
    /// not for an allow.
    fn meets<F: Fields>(&self, asked: &Asked<'_, F>, view: View) -> bool {
        if !self.client.holds(asked.client, view) {
            return false;
        }
        match asked.request {
            _ if self.conditions.is_empty() => true,
            Some((request, fields)) => self.conditions.hold(request, fields, view),
            None => view == View::Deny,
        }
    }
}

impl Callers {
    fn new(rules: &[Rule], trust_domain: &str) -> Result<Self, String> {
        let mut sources = Vec::new();
        let mut prefixes = Vec::new();
        let mut identities: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut namespaces: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (at, rule) in rules.iter().enumerate() {
            let From { identities: exact, namespaces: whole, prefixes: below, .. } = &rule.from;
            exact.iter().for_each(|one| identities.entry(one).or_default().push(at as u32));
            whole.iter().for_each(|one| namespaces.entry(one).or_default().push(at as u32));
            prefixes.extend(below.iter().map(|one| (one.as_str().into(), at)));
            let networks = rule.source.iter().map(|one| Network::parse(one));
            let networks: Vec<_> = networks
                .collect::<Result<_, _>>()
                .map_err(|why| format!("rule `{}`: {why}", rule.name))?;
            if !networks.is_empty() {
                sources.push((at, networks));
            }
        }
        let named = |found: BTreeMap<&str, Vec<u32>>| {
            let sets = found.into_iter();
            let set = |(name, numbers): (&str, Vec<u32>)| {
                (Box::from(name), RuleSet::new(&numbers, rules.len()))
            };
            Named(sets.map(set).collect())
        };
        let those = |holds: fn(&From) -> bool| {
            let found = (0_u32..).zip(rules).filter(|(_, rule)| holds(&rule.from));
            RuleSet::new(&found.map(|(at, _)| at).collect::<Vec<_>>(), rules.len())
        };
        Ok(Self {
            prefix: format!("spiffe://{trust_domain}/ns/").into(),
            count: rules.len(),
            anonymous: those(|from| from.anonymous),
            anyone: those(|from| from.anyone),
            everyone: those(|from| from.everyone),
            identities: named(identities),
            namespaces: named(namespaces),
            prefixes,
            sources,
        })
    }

    fn lists(&self, identity: &str) -> bool {
        let below =
            |prefix: &str| identity.strip_prefix(prefix).is_some_and(|below| !below.is_empty());
        let namespace = identity.strip_prefix(&*self.prefix).and_then(namespace_of);
        self.identities.get(identity).is_some()
            || self.prefixes.iter().any(|(prefix, _)| below(prefix))
            || namespace.is_some_and(|namespace| self.namespaces.get(namespace).is_some())
    }

    fn of(&self, identity: Option<&str>) -> Bits {
        let mut bits = Bits::new(self.count);
        bits.add(&self.everyone);
        let Some(identity) = identity else {
            bits.add(&self.anonymous);
            return bits;
        };
        if let Some(exact) = self.identities.get(identity) {
            bits.add(exact);
        }
        for (prefix, rule) in &self.prefixes {
            if identity.strip_prefix(&**prefix).is_some_and(|below| !below.is_empty()) {
                bits.insert(*rule);
            }
        }
        if let Some(namespace) = identity.strip_prefix(&*self.prefix).and_then(namespace_of) {
            bits.add(&self.anyone);
            if let Some(whole) = self.namespaces.get(namespace) {
                bits.add(whole);
            }
        }
        bits
    }
}

/// The namespace in `<namespace>/sa/<account>`.
fn namespace_of(path: &str) -> Option<&str> {
    let mut segments = path.split('/');
    match (segments.next(), segments.next(), segments.next(), segments.next()) {
        (Some(namespace), Some("sa"), Some(account), None)
            if !namespace.is_empty() && !account.is_empty() =>
        {
            Some(namespace)
        }
        _ => None,
    }
}

/// The operations that are named, as indices, or all of them; the rest is the one behind the last.
pub(crate) fn slots(
    named: Option<&[String]>,
    operations: &FxHashMap<&str, usize>,
    rest: usize,
) -> Result<Vec<usize>, String> {
    let Some(names) = named else { return Ok((0..=rest).collect()) };
    names
        .iter()
        .map(|name| match operations.get(name.as_str()) {
            _ if name == "rest" => Ok(rest),
            Some(at) => Ok(*at),
            None => Err(format!("names operation `{name}`, unknown")),
        })
        .collect()
}
