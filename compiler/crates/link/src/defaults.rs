//! What holds where nothing is written: one table, printed by `meshc explain --defaults`.

/// One default.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Default {
    /// Field it stands for.
    pub field: &'static str,
    /// Its value, as it would be written.
    pub value: &'static str,
    /// Why this value.
    pub reason: &'static str,
}

/// Milliseconds for a request.
pub const REQUEST_TIMEOUT_MS: u32 = 15_000;
/// Tries after the first.
pub const RETRY_ATTEMPTS: u32 = 2;
/// Seconds between two fetches of an issuer's keys.
pub const KEY_REFRESH_SECONDS: u32 = 300;
/// Share of a version without a weight.
pub const WEIGHT: u32 = 1;

/// See [`TABLE`].
pub static MTLS: Default =
    Default { field: "ports[].mtls", value: "strict", reason: "closed by default" };
/// See [`TABLE`].
pub static TIMEOUT: Default =
    Default { field: "requests.timeout", value: "15s", reason: "nothing waits for ever" };
/// See [`TABLE`].
pub static PER_TRY: Default = Default {
    field: "operations.*.retry.perTry",
    value: "the request's timeout",
    reason: "one clock",
};
/// See [`TABLE`].
pub static ATTEMPTS: Default = Default {
    field: "operations.*.retry.attempts",
    value: "2",
    reason: "enough for one bad instance",
};
/// See [`TABLE`].
pub static RETRY_ON: Default = Default {
    field: "operations.*.retry.retryOn",
    value: "connect-failure, refused-stream, unavailable, cancelled",
    reason: "the request was not carried out",
};
/// See [`TABLE`].
pub static IDEMPOTENT: Default = Default {
    field: "operations.*.idempotent",
    value: "true if every method is GET, HEAD, OPTIONS, PUT or DELETE",
    reason: "RFC 9110, 9.2.2",
};
/// See [`TABLE`].
pub static TARGET: Default =
    Default { field: "ports[].target", value: "the port", reason: "the application's port" };
/// See [`TABLE`].
pub static ACCOUNT: Default = Default {
    field: "identity.serviceAccount",
    value: "metadata.name",
    reason: "one workload, one identity",
};
/// See [`TABLE`].
pub static PATHS: Default =
    Default { field: "paths", value: "[plain, matrix]", reason: "no spelling slips past a rule" };
/// See [`TABLE`].
pub static SHARE: Default =
    Default { field: "traffic[].to[].weight", value: "1", reason: "equal shares" };

/// See [`TABLE`].
pub static PER: Default =
    Default { field: "rateLimits[].per", value: "total", reason: "what the application can take" };
/// See [`TABLE`].
pub static BURST: Default = Default {
    field: "rateLimits[].burst",
    value: "the rate in a second, rounded up",
    reason: "whoever keeps the rate is never refused for a second's unevenness",
};

/// Every default, in the order of the language reference.
pub static TABLE: &[&Default] = &[
    &MTLS,
    &Default { field: "allow", value: "nobody", reason: "closed by default" },
    &Default { field: "consent", value: "callee", reason: "the callee opens an edge" },
    &TIMEOUT,
    &PER_TRY,
    &ATTEMPTS,
    &RETRY_ON,
    &IDEMPOTENT,
    &TARGET,
    &ACCOUNT,
    &PATHS,
    &Default { field: "traffic", value: "all instances", reason: "nothing was asked for" },
    &SHARE,
    &PER,
    &BURST,
    &Default {
        field: "rateLimits[].per.claim",
        value: "sub",
        reason: "whom the token is about (RFC 7519, 4.1.2)",
    },
    &Default {
        field: "TokenIssuer.algorithms",
        value: "RS256, ES256, EdDSA",
        reason: "what issuers sign with; asymmetric, so that nobody who checks can sign",
    },
    &Default {
        field: "TokenIssuer.keys.refresh",
        value: "5m",
        reason: "a new key is known before it is used",
    },
    &Default { field: "connect timeout", value: "5s", reason: "a host that is away is away" },
    &Default {
        field: "stream idle timeout",
        value: "5m",
        reason: "a stream may be quiet, not dead",
    },
    &Default {
        field: "retry budget",
        value: "20% of requests plus 10/s",
        reason: "no retry storm",
    },
    &Default { field: "request head", value: "64KiB, 128 headers", reason: "bounded memory" },
    &Default {
        field: "leaf certificate",
        value: "1h, renewed at half-life",
        reason: "no revocation lists",
    },
];
