//! What files declare, as bytes: workloads and policy tests, and what was found.

use std::sync::LazyLock;

use meshc_check::Finding;
use meshc_check::unit::{
    CallRow, InstanceRow, OperationRow, PortRow, RateLimitRow, RouteRow, RuleRow, ShareRow,
    TestRow, TrafficRow, UserRow, VersionRow, WorkloadKind, WorkloadRow,
};
use meshc_snapshot::slice::{
    Claim, ClaimTest, Condition, Hours, Match, Per, Protocol, Reading, Retry, RetryOn, Scalar, Test,
};

use super::codec::{Reader, Stored, stored_enum, stored_struct};
use crate::mesh::{Meant, MeshFinding, WorkloadIx};
use crate::platform::Over;

stored_struct!(WorkloadRow {
    kind,
    namespace,
    name,
    labels,
    owner,
    account,
    hosts,
    ports,
    instances,
    instance_file,
    versions,
    operations,
    timeout_ms,
    readings,
    traffic,
    allow,
    audit,
    deny,
    rate_limits,
    calls,
    calls_unclear,
    operations_unclear,
    rules_unclear,
    ports_unclear,
    labels_unclear,
    versions_unclear,
    traffic_unclear,
    requests_unclear,
    owner_unclear,
    probes,
    routes,
});
stored_enum!(WorkloadKind { 0 => Service, 1 => Gateway });
stored_struct!(PortRow { name, port, target, protocol, hosts, certificate });
stored_struct!(InstanceRow { address, labels });
stored_struct!(VersionRow { name, labels });
stored_struct!(OperationRow {
    name,
    matches,
    match_spans,
    port,
    idempotent,
    timeout_ms,
    attempts,
    retry_on,
    per_try_ms,
    added,
});
stored_struct!(TrafficRow { name, span, headers, query, operations, to });
stored_struct!(ShareRow { version, weight });
stored_struct!(RuleRow {
    name,
    span,
    from,
    federated,
    operations,
    matches,
    headers,
    query,
    source,
    client,
    hours,
    until,
    audit,
    user,
    damaged,
    added,
});
stored_struct!(UserRow { issuer, claims });
stored_struct!(RateLimitRow { name, span, operations, per, count, period_ms, burst });
stored_struct!(CallRow { to, timeout_ms });
stored_struct!(RouteRow { name, span, to, hosts, matches });
stored_struct!(TestRow {
    namespace,
    document,
    name,
    from,
    to,
    port,
    method,
    path,
    host,
    headers,
    client,
    user,
    at,
    verdict,
    status,
    operation,
    rule,
    destination,
});

stored_struct!(Match { headers, host, methods, path, query, regex });
stored_struct!(Condition { name, not, test });
stored_enum!(Test {
    0 => Equals(text), 1 => Has(text), 2 => OneOf(texts), 3 => Prefix(text), 4 => Present(truth),
    5 => Regex(text), 6 => Suffix(text),
});
stored_struct!(Claim { not, path, test });
stored_enum!(ClaimTest {
    0 => Equals(one), 1 => Has(one), 2 => OneOf(all), 3 => Prefix(text), 4 => Present(truth),
    5 => Regex(text), 6 => Suffix(text),
});
stored_enum!(Scalar { 0 => Truth(truth), 1 => Number(number), 2 => Text(text) });
stored_struct!(Hours { days, from, to, zone });
stored_enum!(Protocol { 0 => Http, 1 => Tcp });
stored_enum!(Reading { 0 => Plain, 1 => Matrix, 2 => CaseInsensitive, 3 => DoubleDecoding });
stored_enum!(RetryOn { 0 => Cancelled, 1 => ConnectFailure, 2 => RefusedStream, 3 => Unavailable });
stored_struct!(Retry { attempts, on, per_try_ms });

stored_struct!(Meant { ids, anything });
stored_struct!(Over { guardrail, since });
stored_struct!(MeshFinding { file, finding, related });
stored_struct!(Finding { code, span, message, help, related });

impl Stored for WorkloadIx {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        u32::take(from).map(Self)
    }
}

impl Stored for Per {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Caller => out.push(0),
            Self::Total => out.push(1),
            Self::User { claim, issuer } => {
                out.push(2);
                claim.put(out);
                issuer.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(Self::Caller),
            1 => Some(Self::Total),
            2 => Some(Self::User { claim: Stored::take(from)?, issuer: Stored::take(from)? }),
            _ => None,
        }
    }
}

/// Claims of a test's user.
impl Stored for serde_json::Value {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_string().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        serde_json::from_str(&String::take(from)?).ok()
    }
}

/// `MC000` to `MC999`, one behind the other.
static CODES: LazyLock<String> =
    LazyLock::new(|| (0..1000).map(|number| format!("MC{number:03}")).collect());

/// A code of the rule catalogue.
impl Stored for &'static str {
    fn put(&self, out: &mut Vec<u8>) {
        let number = self.strip_prefix("MC").and_then(|digits| digits.parse().ok());
        number.unwrap_or(u16::MAX).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let start = usize::from(u16::take(from)?).checked_mul(5)?;
        CODES.get(start..start.checked_add(5)?)
    }
}
