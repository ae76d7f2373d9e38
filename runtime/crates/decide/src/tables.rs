use core::fmt;

use meshc_request::{Canonical, Fields};
use meshc_snapshot::places::Places;
use meshc_snapshot::slice::{Destination, Slice};

use crate::denial::{Denial, DenialKind};
use crate::ids::{DestinationIx, ListenerIx, OperationIx, RuleIx, UnixSeconds};
use crate::outcome::{Forward, Outcome, Permit};
use crate::peer::Peer;
use crate::reason::{Reason, Scene};

/// One slice, indexed: everything a proxy decides with.
#[derive(Debug)]
pub struct Tables {
    slice: Slice,
    places: Option<Places>,
    commit: String,
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
        Ok(Self { slice, places, commit })
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

    /// A destination by its index.
    #[must_use]
    pub fn destination(&self, ix: DestinationIx) -> Option<&Destination> {
        self.slice.destinations.get(ix.index())
    }

    /// The destination of this workload name (`namespace/name`).
    #[must_use]
    pub fn destination_named(&self, workload: &str) -> Option<DestinationIx> {
        let at = self.slice.destinations.iter().position(|one| one.workload == workload)?;
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

    /// Name of a deny rule.
    #[must_use]
    pub fn deny_name(&self, rule: RuleIx) -> &str {
        self.slice.inbound.deny.get(rule.index()).map_or("", |rule| rule.name.as_str())
    }

    /// The authority a gateway sends on in place of the outside one: `name.namespace` of the
    /// destination; absent where the authority stays as it is.
    #[must_use]
    pub fn rewrite_authority(&self, forward: &Forward) -> Option<&str> {
        let _ = forward;
        None
    }

    /// Whoever proved `identity` (a SPIFFE ID, already verified), or nobody. Once per connection.
    #[must_use]
    pub fn peer(&self, identity: Option<&str>) -> Peer {
        Peer { identity: identity.map(Box::from), allow: Box::new([]), deny: Box::new([]) }
    }

    /// Decides a request that arrived on a listener.
    ///
    /// # Errors
    /// A [`Denial`] with status 400, 403 or 421.
    pub fn admit<F: Fields>(
        &self,
        listener: ListenerIx,
        peer: &Peer,
        request: &Canonical<'_>,
        fields: &F,
        now: UnixSeconds,
    ) -> Result<Permit, Denial> {
        let _ = (listener, peer, request, fields, now);
        Err(Denial::new(DenialKind::NoRule))
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
        let _ = (listener, peer, now);
        Err(Denial::new(DenialKind::NoRule))
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
        let _ = (request, fields, draw);
        Err(Denial::new(DenialKind::NotDeclared))
    }

    /// Routes a request that a gateway has admitted.
    ///
    /// # Errors
    /// A [`Denial`] with status 400, 404 or 503.
    pub fn route_gateway<F: Fields>(
        &self,
        permit: Permit,
        listener: ListenerIx,
        request: &Canonical<'_>,
        fields: &F,
        draw: u32,
    ) -> Result<Forward, Denial> {
        let _ = (permit, listener, request, fields, draw);
        Err(Denial::new(DenialKind::NoRoute))
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
        let _ = (destination, port, draw);
        Err(Denial::new(DenialKind::Port))
    }

    /// Explains an outcome, given the same inputs once more; `request` is absent for a connection.
    /// Allocates; for logs, error bodies and people.
    #[must_use]
    pub fn reason<F: Fields>(
        &self,
        scene: Scene<'_>,
        request: Option<&Canonical<'_>>,
        fields: &F,
        now: UnixSeconds,
        outcome: Outcome,
    ) -> Reason {
        let _ = (scene, request, fields, now, outcome, &self.places);
        Reason { commit: self.commit.clone(), ..Reason::default() }
    }
}

impl fmt::Display for LoadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for LoadFault {}
