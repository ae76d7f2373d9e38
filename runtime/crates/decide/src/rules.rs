//! Allow and deny rules as bits: by caller (once per connection) and by operation.

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{From, Operation, Rule};
use rustc_hash::FxHashMap;

use crate::bits::Bits;
use crate::condition::{Conditions, Reads, View};
use crate::ids::{OperationIx, UnixSeconds};

/// The allow or the deny rules of a workload.
#[derive(Debug)]
pub(crate) struct Rules {
    bodies: Vec<Body>,
    callers: Callers,
    /// By operation; the last is that of the rest.
    operations: Vec<Bits>,
}

/// What a rule asks besides caller and operation.
#[derive(Debug)]
struct Body {
    until: Option<i64>,
    conditions: Conditions,
    direct: bool,
}

#[derive(Debug)]
struct Callers {
    /// `spiffe://<trust domain>/ns/`.
    prefix: Box<str>,
    anonymous: Bits,
    anyone: Bits,
    everyone: Bits,
    identities: FxHashMap<Box<str>, Bits>,
    namespaces: FxHashMap<Box<str>, Bits>,
}

impl Rules {
    pub(crate) fn new(
        rules: &[Rule],
        operations: &[Operation],
        trust_domain: &str,
        reads: &mut Reads,
    ) -> Result<Self, String> {
        let mut by_operation = vec![Bits::new(rules.len()); operations.len() + 1];
        let mut bodies = Vec::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            for slot in slots(rule, operations)? {
                if let Some(bits) = by_operation.get_mut(slot) {
                    bits.insert(at);
                }
            }
            let conditions = Conditions::new(&rule.headers, &rule.query);
            reads.add(&conditions);
            bodies.push(Body { until: rule.until, conditions, direct: !rule.matches.is_empty() });
        }
        let callers = Callers::new(rules, trust_domain);
        Ok(Self { bodies, callers, operations: by_operation })
    }

    /// The rules that can ever speak of whoever proved `identity`.
    pub(crate) fn of_caller(&self, identity: Option<&str>) -> Bits {
        self.callers.of(identity)
    }

    /// Whether a rule speaks of an operation.
    pub(crate) fn covers(&self, rule: usize, operation: OperationIx) -> bool {
        self.of_operation(operation).is_some_and(|bits| bits.contains(rule))
    }

    /// The first of the caller's rules that holds for the operation; rules that name their requests
    /// themselves are left out.
    pub(crate) fn first<F: Fields>(
        &self,
        caller: &Bits,
        operation: OperationIx,
        now: UnixSeconds,
        request: Option<(&Canonical<'_>, &F)>,
        view: View,
    ) -> Option<usize> {
        let bits = self.of_operation(operation)?;
        caller.both(bits).find(|rule| {
            self.bodies.get(*rule).is_some_and(|body| {
                !body.direct && body.is_current(now) && body.holds(request, view)
            })
        })
    }

    /// Whether `until` and the conditions of a rule hold.
    pub(crate) fn holds<F: Fields>(
        &self,
        rule: usize,
        now: UnixSeconds,
        request: Option<(&Canonical<'_>, &F)>,
        view: View,
    ) -> bool {
        self.bodies.get(rule).is_some_and(|body| body.is_current(now) && body.holds(request, view))
    }

    fn of_operation(&self, operation: OperationIx) -> Option<&Bits> {
        self.operations.get(operation.index()).or(self.operations.last())
    }
}

impl Body {
    fn is_current(&self, now: UnixSeconds) -> bool {
        self.until.is_none_or(|until| now.0 < until)
    }

    /// Conditions on a connection cannot be evaluated: they match for a deny and not for an allow.
    fn holds<F: Fields>(&self, request: Option<(&Canonical<'_>, &F)>, view: View) -> bool {
        match request {
            _ if self.conditions.is_empty() => true,
            Some((request, fields)) => self.conditions.hold(request, fields, view),
            None => view == View::Deny,
        }
    }
}

impl Callers {
    fn new(rules: &[Rule], trust_domain: &str) -> Self {
        let none = Bits::new(rules.len());
        let mut callers = Self {
            prefix: format!("spiffe://{trust_domain}/ns/").into(),
            anonymous: none.clone(),
            anyone: none.clone(),
            everyone: none.clone(),
            identities: FxHashMap::default(),
            namespaces: FxHashMap::default(),
        };
        for (at, rule) in rules.iter().enumerate() {
            let From { anonymous, anyone, everyone, identities, namespaces } = &rule.from;
            if *anonymous {
                callers.anonymous.insert(at);
            }
            if *anyone {
                callers.anyone.insert(at);
            }
            if *everyone {
                callers.everyone.insert(at);
            }
            for identity in identities {
                let bits = callers.identities.entry(identity.as_str().into());
                bits.or_insert_with(|| none.clone()).insert(at);
            }
            for namespace in namespaces {
                let bits = callers.namespaces.entry(namespace.as_str().into());
                bits.or_insert_with(|| none.clone()).insert(at);
            }
        }
        callers
    }

    fn of(&self, identity: Option<&str>) -> Bits {
        let mut bits = self.everyone.clone();
        let Some(identity) = identity else {
            bits.add(&self.anonymous);
            return bits;
        };
        if let Some(exact) = self.identities.get(identity) {
            bits.add(exact);
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

/// The operations a rule speaks of, as indices; the rest is the one behind the last.
fn slots(rule: &Rule, operations: &[Operation]) -> Result<Vec<usize>, String> {
    let Some(names) = &rule.operations else { return Ok((0..=operations.len()).collect()) };
    names
        .iter()
        .map(|name| match operations.iter().position(|one| one.name == *name) {
            _ if name == "rest" => Ok(operations.len()),
            Some(at) => Ok(at),
            None => Err(format!("rule `{}` names operation `{name}`, unknown", rule.name)),
        })
        .collect()
}
