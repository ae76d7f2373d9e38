use core::fmt;
use core::net::IpAddr;

use meshc_limit::Limit;
use meshc_request::{Canonical, Fields};
use meshc_snapshot::places::Places;
use meshc_snapshot::slice::{Callee, FORMAT, Inbound, Per, Slice};
use meshc_token::{Claim, Issuers, KeySet};

use crate::asked::Asked;
use crate::claims::User;
use crate::client::Witnesses;
use crate::denial::Denial;
use crate::forward::Forwarding;
use crate::ids::{DestinationIx, LimitIx, ListenerIx, OperationIx, RuleIx, UnixSeconds};
use crate::inbound::Admission;
use crate::limits::Limits;
use crate::outbound::Routing;
use crate::outcome::{Forward, Outcome, Permit};
use crate::peer::Peer;
use crate::reason::{Reason, Scene};

/// One slice, indexed: everything a proxy decides with.
#[derive(Debug)]
pub struct Tables {
    slice: Slice,
    places: Option<Places>,
    commit: String,
    pub(crate) admission: Admission,
    pub(crate) routing: Routing,
    witnesses: Witnesses,
    limits: Limits,
    forwarding: Forwarding,
}

/// A slice that contradicts itself; it is refused whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoadFault {
    message: String,
}

impl Tables {
    /// Checks and indexes a slice. `commit` is the commit it was compiled from, for reasons.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn load(slice: Slice, places: Option<Places>, commit: String) -> Result<Self, LoadFault> {
        check(&slice, places.as_ref()).map_err(LoadFault::new)?;
        let admission =
            Admission::new(&slice.inbound, &slice.trust_domain).map_err(LoadFault::new)?;
        let routing = Routing::new(&slice, admission.readings).map_err(LoadFault::new)?;
        let limits = Limits::new(&slice.inbound).map_err(LoadFault::new)?;
        let witnesses = Witnesses::new(&slice.inbound);
        crate::issuers::issuers(&slice.inbound.issuers, |_| None).map_err(LoadFault::new)?;
        let forwarding = Forwarding::new(&slice.inbound.issuers).map_err(LoadFault::new)?;
        Ok(Self { slice, places, commit, admission, routing, witnesses, limits, forwarding })
    }

    /// Whether the slice is that of a gateway: what it admits, it routes.
    #[must_use]
    pub fn is_gateway(&self) -> bool {
        !self.routing.routes.is_empty()
    }

    /// Source places, where they came with the slice.
    #[must_use]
    pub const fn places(&self) -> Option<&Places> {
        self.places.as_ref()
    }

    /// The slice these tables were made from.
    #[must_use]
    pub const fn slice(&self) -> &Slice {
        &self.slice
    }

    /// The commit these tables were compiled from.
    #[must_use]
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The listener of this name.
    #[must_use]
    pub fn listener(&self, name: &str) -> Option<ListenerIx> {
        let at = self.slice.inbound.listeners.iter().position(|one| one.name == name)?;
        u32::try_from(at).ok().map(ListenerIx)
    }

    /// What a destination is to all its callers.
    #[must_use]
    pub fn destination(&self, ix: DestinationIx) -> Option<&Callee> {
        self.slice.destinations.get(ix.index()).map(|to| &to.callee)
    }

    /// The destination of this workload name (`namespace/name`).
    #[must_use]
    pub fn destination_named(&self, workload: &str) -> Option<DestinationIx> {
        let at = self.slice.destinations.iter().position(|one| one.callee.workload == workload)?;
        u32::try_from(at).ok().map(DestinationIx)
    }

    /// Name of one of the workload's own operations; `rest` for the rest.
    #[must_use]
    pub fn operation_name(&self, operation: OperationIx) -> &str {
        let operations = &self.slice.inbound.operations;
        operations.get(operation.index()).map_or("rest", |one| one.name.as_str())
    }

    /// Name of an operation of a destination; `rest` for the rest.
    #[must_use]
    pub fn destination_operation_name(&self, to: DestinationIx, operation: OperationIx) -> &str {
        let operation = self.destination(to).and_then(|to| to.operations.get(operation.index()));
        operation.map_or("rest", |one| one.name.as_str())
    }

    /// Name of an allow rule.
    #[must_use]
    pub fn allow_name(&self, rule: RuleIx) -> &str {
        self.slice.inbound.allow.get(rule.index()).map_or("", |rule| rule.name.as_str())
    }

    /// Name of a guardrail.
    #[must_use]
    pub fn guardrail_name(&self, rule: RuleIx) -> &str {
        self.slice.inbound.guardrails.get(rule.index()).map_or("", |rule| rule.name.as_str())
    }

    /// Name of a deny rule.
    #[must_use]
    pub fn deny_name(&self, rule: RuleIx) -> &str {
        self.slice.inbound.deny.get(rule.index()).map_or("", |rule| rule.name.as_str())
    }

    /// Name of a rate limit.
    #[must_use]
    pub fn limit_name(&self, limit: LimitIx) -> &str {
        self.slice.inbound.rate_limits.get(limit.index()).map_or("", |one| one.name.as_str())
    }

    /// The rate limits that an admitted request of an operation is charged to, in written order. It
    /// is let through if all of them admit it; what they have left is kept by the caller.
    #[must_use]
    pub fn limits(&self, operation: OperationIx) -> &[LimitIx] {
        self.limits.of(operation)
    }

    /// Whether a rule of the workload names this caller: by identity, namespace or prefix. Whoever
    /// is only one of `anyone` or of everyone is not named.
    #[must_use]
    pub fn lists(&self, identity: &str) -> bool {
        let Admission { guardrails, deny, allow, .. } = &self.admission;
        [guardrails, deny, allow].into_iter().any(|rules| rules.lists(identity))
    }

    /// What verifies the tokens of users, with the keys that were `fetched` from an issuer's URL.
    ///
    /// # Errors
    /// Never of tables that were loaded: a declaration that cannot be is refused there.
    pub fn issuers(&self, fetched: impl Fn(&str) -> Option<KeySet>) -> Result<Issuers, LoadFault> {
        crate::issuers::issuers(&self.slice.inbound.issuers, fetched).map_err(LoadFault::new)
    }

    /// The value by which a rate limit tells users apart; nothing where it does not count by user,
    /// and where there is none of its issuer or the token does not say.
    #[must_use]
    pub fn counted_claim<'a>(&self, limit: LimitIx, user: User<'a>) -> Option<Claim<'a>> {
        self.limits.claim(limit, user)
    }

    /// Names of the header fields that tell the application of a user, lower case. Whoever sends a
    /// request on strips them from what came, whether or not there is a token.
    #[must_use]
    pub fn forwarded_fields(&self) -> &[Box<str>] {
        self.forwarding.fields()
    }

    /// The header fields that tell the application of this user: name and value, in the order of
    /// names. A value is visible ASCII with spaces inside at most.
    pub fn forwarded<'a>(&'a self, user: User<'a>) -> impl Iterator<Item = (&'a str, String)> {
        self.forwarding.of(user)
    }

    /// Every rate limit, as the slice lists them.
    #[must_use]
    pub fn all_limits(&self) -> &[Limit] {
        self.limits.all()
    }

    /// Why a request of an operation is refused that a rate limit does not admit now.
    #[must_use]
    pub fn limited(&self, limit: LimitIx, operation: OperationIx) -> Reason {
        crate::explain::limited(self, limit, operation)
    }

    /// The authority a gateway sends on in place of the outside one: `name.namespace` of the
    /// destination; absent where the authority stays as it is.
    #[must_use]
    pub fn rewrite_authority(&self, forward: &Forward) -> Option<&str> {
        forward.route?;
        let target = self.routing.targets.get(forward.destination.index())?;
        Some(&target.authority)
    }

    /// Whoever proved `identity` (a SPIFFE ID, already verified), or nobody, connected from
    /// `address`. Once per connection.
    #[must_use]
    pub fn peer(&self, identity: Option<&str>, address: Option<IpAddr>) -> Peer {
        self.admission.peer(identity, address)
    }

    /// The client of a request as our gateway saw it, for [`Asked::client`]: at a gateway the peer
    /// itself, at a service whoever a peer that is a gateway of the mesh names in `x-forwarded-for`.
    /// Absent where that is not known, and where no rule asks.
    #[must_use]
    pub fn client<F: Fields>(&self, peer: &Peer, fields: &F) -> Option<IpAddr> {
        self.witnesses.client(self.is_gateway(), peer, fields)
    }

    /// Decides a request that arrived on a listener.
    ///
    /// # Errors
    /// A [`Denial`] with status 400, 401, 403 or 421.
    pub fn admit<F: Fields>(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        asked: &Asked<'_, F>,
    ) -> Result<Permit, Denial> {
        self.admission.admit(listener, peer, asked)
    }

    /// Decides a connection to a TCP port.
    ///
    /// # Errors
    /// A [`Denial`]; the connection is to be closed.
    pub fn admit_connection(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        now: UnixSeconds,
    ) -> Result<Permit, Denial> {
        self.admission.admit_connection(listener, peer, now)
    }

    /// The next instant after `now` at which a connection that was admitted may have to be decided
    /// again without a swap, because a rule begins, ends, or has hours; absent where there is none.
    #[must_use]
    pub fn turns_after(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        self.admission.turns_after(now).map(UnixSeconds)
    }

    /// Routes a request of the workload's own application. `draw` is uniform over all of `u32` and
    /// settles weighted choices.
    ///
    /// # Errors
    /// A [`Denial`] with status 400 or 503.
    pub fn route<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
        draw: u32,
    ) -> Result<Forward, Denial> {
        self.routing.route(request, fields, draw)
    }

    /// Routes a request that a gateway has admitted: the permit is given up for it.
    ///
    /// # Errors
    /// A [`Denial`] with status 400, 404 or 503.
    pub fn route_gateway<F: Fields>(
        &self,
        permit: Permit,
        request: &Canonical<'_>,
        fields: &F,
        draw: u32,
    ) -> Result<Forward, Denial> {
        let Permit { .. } = permit;
        self.routing.route_gateway(request, fields, draw)
    }

    /// Routes a connection to a TCP port of a destination.
    ///
    /// # Errors
    /// A [`Denial`]; the connection is to be closed.
    pub fn route_connection(
        &self,
        destination: DestinationIx,
        port: u16,
        draw: u32,
    ) -> Result<Forward, Denial> {
        self.routing.route_connection(&self.slice, destination, port, draw)
    }

    /// Explains an outcome, given the same inputs once more. Allocates; for logs, error bodies and
    /// people.
    #[must_use]
    pub fn reason<F: Fields>(
        &self,
        scene: Scene<'_>,
        asked: &Asked<'_, F>,
        outcome: Outcome,
    ) -> Reason {
        crate::explain::explain(self, scene, asked, outcome)
    }
}

impl LoadFault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// What the form alone does not hold: names that must be unique, places that must run parallel.
fn check(slice: &Slice, places: Option<&Places>) -> Result<(), String> {
    if slice.format != FORMAT {
        return Err(format!("the slice is of format {}, not {FORMAT}", slice.format));
    }
    let inbound = &slice.inbound;
    unique("listener", inbound.listeners.iter().map(|one| one.name.as_str()))?;
    unique("listener port", inbound.listeners.iter().map(|one| one.port))?;
    unique("operation", inbound.operations.iter().map(|one| one.name.as_str()))?;
    check_issuers(inbound)?;
    unique("rate limit", inbound.rate_limits.iter().map(|one| one.name.as_str()))?;
    unique("destination", slice.destinations.iter().map(|to| to.callee.workload.as_str()))?;
    for to in slice.destinations.iter().map(|to| &to.callee) {
        unique("operation", to.operations.iter().map(|one| one.name.as_str()))?;
        unique("cluster", to.clusters.iter().map(|one| one.name.as_str()))?;
        unique("port", to.ports.iter().map(|one| one.port))?;
    }
    unique(
        "federated trust domain",
        inbound.federated.iter().map(|one| one.trust_domain.as_str()),
    )?;
    if inbound.federated.iter().any(|one| one.trust_domain == slice.trust_domain) {
        return Err("our own trust domain is federated".to_owned());
    }
    let ports = inbound.listeners.iter().flat_map(|one| [one.port, one.target]);
    let ports =
        ports.chain(slice.destinations.iter().flat_map(|to| &to.callee.ports).map(|one| one.port));
    if ports.into_iter().any(|port| port == 0) {
        return Err("a port is 0".to_owned());
    }
    for probe in &inbound.probes {
        if !inbound.listeners.iter().any(|one| one.name == probe.port) {
            return Err(format!("probe `{}` names port `{}`, unknown", probe.path, probe.port));
        }
    }
    let parallel = places.is_none_or(|places| {
        places.allow.len() == inbound.allow.len()
            && places.deny.len() == inbound.deny.len()
            && places.guardrails.len() == inbound.guardrails.len()
            && places.rate_limits.len() == inbound.rate_limits.len()
            && places.routes.len() == slice.routes.len()
            && places.destinations.len() == slice.destinations.len()
    });
    if parallel { Ok(()) } else { Err("the places belong to another slice".to_owned()) }
}

/// Issuers are told apart by name and by `iss`, and everything that names one is of one that is here.
fn check_issuers(inbound: &Inbound) -> Result<(), String> {
    unique("issuer", inbound.issuers.iter().map(|one| one.name.as_str()))?;
    unique("`iss`", inbound.issuers.iter().map(|one| one.issuer.as_str()))?;
    let rules = inbound.guardrails.iter().chain(&inbound.deny).chain(&inbound.allow);
    let users = rules.filter_map(|rule| rule.user.as_ref()).map(|user| &user.issuer);
    let limits = inbound.rate_limits.iter().filter_map(|limit| match &limit.per {
        Per::User { issuer, .. } => Some(issuer),
        Per::Caller | Per::Total => None,
    });
    let mut named = users.chain(limits);
    match named.find(|name| !inbound.issuers.iter().any(|issuer| issuer.name == **name)) {
        Some(name) => Err(format!("names token issuer `{name}`, unknown")),
        None => Ok(()),
    }
}

fn unique<T: Ord + fmt::Display>(what: &str, names: impl Iterator<Item = T>) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if seen.contains(&name) {
            return Err(format!("{what} `{name}` appears twice"));
        }
        seen.insert(name);
    }
    Ok(())
}

impl fmt::Display for LoadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for LoadFault {}
