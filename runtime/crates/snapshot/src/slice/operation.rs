//! Operations: named sets of requests.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Match;

/// A named set of requests.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Operation {
    /// May be sent again after bytes reached the application.
    pub idempotent: bool,
    /// Alternatives (OR); empty for the operation of a TCP port. Operations of many services have
    /// the same ones.
    #[serde(with = "shared")]
    pub matches: Arc<[Match]>,
    /// The operation's name.
    pub name: String,
    /// Indices into the listeners (ports) it is offered on.
    pub ports: Vec<u32>,
    /// What may be tried again.
    pub retry: Retry,
    /// Milliseconds for the whole request, retries included; 1 to 86,400,000.
    pub timeout_ms: u32,
}

/// Retries after the first try.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Retry {
    /// Tries after the first, 0 to 10.
    pub attempts: u32,
    /// After what, sorted; absent: after any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Vec<RetryOn>>,
    /// Milliseconds for one try; absent: the request's timeout.
    pub per_try_ms: Option<u32>,
}

/// What another try may follow; the names are Envoy's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryOn {
    /// gRPC status `CANCELLED`; no HTTP port answers it.
    Cancelled,
    /// No connection could be made.
    ConnectFailure,
    /// The connection ended before the first byte of an answer.
    RefusedStream,
    /// gRPC status `UNAVAILABLE`; no HTTP port answers it.
    Unavailable,
}

/// A list that several may hold, as a list.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        list: &Arc<[T]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (**list).serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<[T]>, D::Error> {
        Vec::deserialize(deserializer).map(Arc::from)
    }
}
