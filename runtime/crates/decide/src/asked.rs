use core::net::IpAddr;

use meshc_request::{Canonical, Fields};
use serde::Deserialize;

use crate::claims::User;
use crate::ids::UnixSeconds;

/// What is to be decided, besides who asks: a request or a connection, for whom, and when.
#[derive(Debug)]
pub struct Asked<'a, F> {
    /// The canonical request and its header fields; absent for a connection to a TCP port.
    pub request: Option<(&'a Canonical<'a>, &'a F)>,
    /// Whoever the caller acts for.
    pub user: User<'a>,
    /// The client as our gateway saw it ([`crate::Tables::client`]); absent: not known.
    pub client: Option<IpAddr>,
    /// What somebody else was asked about it, and said.
    pub external: External,
    /// The time that rules with an end or with hours are held against.
    pub now: UnixSeconds,
}

/// The word of an external decision service (Envoy calls it external authorization). It is taken
/// after guardrails and before the workload's own rules, and opens nothing by itself: what it allows,
/// deny and allow rules still decide.
///
/// Nothing in the language configures one yet, so whoever asks these tables says
/// [`External::NotAsked`].
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum External {
    /// Nobody is to be asked.
    #[default]
    NotAsked,
    /// It let the request through.
    Allowed,
    /// It refused.
    Denied,
    /// It was asked, and no answer came that could be read: refused, as if it had said so.
    Unavailable,
}

impl<'a, F: Fields> Asked<'a, F> {
    /// A request on nobody's behalf.
    pub const fn request(request: &'a Canonical<'a>, fields: &'a F, now: UnixSeconds) -> Self {
        let (user, external) = (User::Nobody, External::NotAsked);
        Self { request: Some((request, fields)), user, client: None, external, now }
    }

    /// A connection.
    #[must_use]
    pub const fn connection(now: UnixSeconds) -> Self {
        let (user, external) = (User::Nobody, External::NotAsked);
        Self { request: None, user, client: None, external, now }
    }
}

impl<F> Clone for Asked<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Asked<'_, F> {}
