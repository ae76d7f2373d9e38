use meshc_request::{Canonical, Fields};

use crate::claims::User;
use crate::ids::UnixSeconds;

/// What is to be decided, besides who asks: a request or a connection, for whom, and when.
#[derive(Debug)]
pub struct Asked<'a, F> {
    /// The canonical request and its header fields; absent for a connection to a TCP port.
    pub request: Option<(&'a Canonical<'a>, &'a F)>,
    /// Whoever the caller acts for.
    pub user: User<'a>,
    /// The time that rules with an end or with hours are held against.
    pub now: UnixSeconds,
}

impl<'a, F: Fields> Asked<'a, F> {
    /// A request on nobody's behalf.
    pub const fn request(request: &'a Canonical<'a>, fields: &'a F, now: UnixSeconds) -> Self {
        Self { request: Some((request, fields)), user: User::Nobody, now }
    }

    /// A connection.
    #[must_use]
    pub const fn connection(now: UnixSeconds) -> Self {
        Self { request: None, user: User::Nobody, now }
    }
}

impl<F> Clone for Asked<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Asked<'_, F> {}
