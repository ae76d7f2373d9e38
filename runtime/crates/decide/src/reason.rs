use meshc_request::BadRequest;
use serde::Serialize;

use crate::ids::{DestinationIx, ListenerIx};
use crate::peer::Peer;

/// What was asked, besides the request itself.
#[derive(Clone, Copy, Debug)]
pub enum Scene<'a> {
    /// [`crate::Tables::admit`], [`crate::Tables::admit_connection`].
    Inbound {
        /// Where the request arrived.
        listener: ListenerIx,
        /// Who sent it.
        peer: &'a Peer,
    },
    /// [`crate::Tables::route`].
    Outbound,
    /// [`crate::Tables::route_gateway`].
    Gateway {
        /// Where the request arrived.
        listener: ListenerIx,
    },
    /// [`crate::Tables::route_connection`].
    OutboundConnection {
        /// The workload whose address was connected to.
        destination: DestinationIx,
    },
}

/// Why a request was decided as it was, in words and places. Serialises to the JSON that logs,
/// error bodies and `meshc eval` show.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// `allowed`, `denied`, `limited`, `bad-request`, `no-route`, `misdirected` or `unavailable`.
    pub verdict: &'static str,
    /// The status a denial is answered with; 200 stands for allowed.
    pub status: u16,
    /// A stable word: `allow-rule`, `routed`, `rate-limit`, or one of [`crate::DenialKind::word`] and
    /// `meshc_request::BadRequestKind::word`.
    pub kind: &'static str,
    /// One sentence for a person.
    pub sentence: String,
    /// Name of the rule, rate limit, route or traffic item that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ReasonPlace>,
    /// The commit the tables were compiled from.
    pub commit: String,
    /// Name of the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// `namespace/name` of the destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// For a denial: what came closest to allowing it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// What the verdict would be if what is only audited were enforced, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would: Option<Box<Self>>,
}

/// Where something was written.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReasonPlace {
    /// Path in the repository.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// The rule, call or route that almost matched.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Nearest {
    /// Its name.
    pub rule: String,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ReasonPlace>,
    /// What did not hold, one clause a field.
    pub failed: Vec<String>,
    /// The smallest change of the rule that would allow exactly this operation for this caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
}

impl Reason {
    /// Why a request without a canonical form is refused.
    #[must_use]
    pub fn bad_request(bad: BadRequest, commit: &str) -> Self {
        Self {
            verdict: "bad-request",
            status: 400,
            kind: bad.kind().word(),
            sentence: bad.kind().sentence().to_owned(),
            commit: commit.to_owned(),
            ..Self::default()
        }
    }
}
