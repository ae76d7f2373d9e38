//! Effective values: what holds where an intent may leave something out, and where each comes from.
//!
//! Every value a default can stand for is settled here and nowhere else: slices, tables and
//! `meshc explain` ask the same functions.

use meshc_check::unit::{At, OperationRow, PortRow, RateLimitRow, ShareRow, WorkloadRow};
use meshc_document::Span;
use meshc_snapshot::slice::{Per, Protocol, Reading, RetryOn};

use crate::defaults::{self, Default};
use crate::mesh::{Mesh, Workload};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Somebody wrote it: file index and span.
    Written(u32, Span),
    /// Nobody did.
    Default(&'static Default),
}

/// A value that holds, and where it comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Effective<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub origin: Origin,
}

/// One effective value of a workload, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// The field as the language writes it, with names in place of list indices.
    pub field: String,
    /// Its value as it would be written.
    pub value: String,
    /// Its origin.
    pub origin: Origin,
}

/// What a workload says, and what its Mesh says for it.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    file: u32,
    row: &'a WorkloadRow,
    mesh_timeout: Option<Effective<u32>>,
}

impl<T> Effective<T> {
    fn or_default(written: Option<Self>, value: T, default: &'static Default) -> Self {
        written.unwrap_or(Self { value, origin: Origin::Default(default) })
    }

    fn line(&self, field: impl Into<String>, show: impl FnOnce(&T) -> String) -> Line {
        Line { field: field.into(), value: show(&self.value), origin: self.origin }
    }
}

impl Mesh {
    /// The effective values of a workload.
    #[must_use]
    pub fn values<'a>(&self, workload: &'a Workload) -> Values<'a> {
        Values::new(self.timeout, workload.file, &workload.row)
    }

    /// Every effective value of a workload, in the order of the language reference.
    #[must_use]
    pub fn lines(&self, workload: &Workload) -> Vec<Line> {
        let values = self.values(workload);
        let mut lines =
            vec![values.account().line("identity.serviceAccount", |account| (*account).to_owned())];
        for port in &workload.row.ports {
            let field = |name: &str| format!("ports.{}.{name}", port.name.value);
            if !workload.is_gateway() {
                let strict = Origin::Default(&defaults::MTLS);
                let value = Effective { value: "strict", origin: strict };
                lines.push(value.line(field("mtls"), |mode| (*mode).to_owned()));
                lines.push(values.target(port).line(field("target"), u16::to_string));
            }
        }
        for operation in &workload.row.operations {
            lines.extend(values.operation_lines(operation));
        }
        if workload.row.ports.iter().any(|port| port.protocol == Protocol::Http) {
            lines.push(values.timeout().line("requests.timeout", |ms| duration(*ms)));
            lines.push(values.readings().line("paths", |all| list(all, reading)));
        }
        for (number, item) in workload.row.traffic.iter().enumerate() {
            let name = item.name.clone().unwrap_or_else(|| format!("[{number}]"));
            for share in &item.to {
                let field = format!("traffic.{name}.to.{}.weight", share.version.value);
                lines.push(values.weight(share).line(field, u32::to_string));
            }
        }
        for (number, limit) in workload.row.rate_limits.iter().enumerate() {
            let name = limit.name.clone().unwrap_or_else(|| format!("[{number}]"));
            let field = |end: &str| format!("rateLimits.{name}.{end}");
            lines.push(values.per(limit).line(field("per"), counted_by));
            lines.push(values.burst(limit).line(field("burst"), u32::to_string));
        }
        lines
    }
}

impl<'a> Values<'a> {
    pub(crate) const fn new(
        mesh_timeout: Option<Effective<u32>>,
        file: u32,
        row: &'a WorkloadRow,
    ) -> Self {
        Self { file, row, mesh_timeout }
    }

    fn written<T: Clone>(&self, at: Option<&At<T>>) -> Option<Effective<T>> {
        at.map(|at| at.value.clone())
            .zip(at.map(|at| Origin::Written(self.file, at.span)))
            .map(|(value, origin)| Effective { value, origin })
    }

    /// Last part of the SPIFFE ID.
    #[must_use]
    pub fn account(&self) -> Effective<&'a str> {
        let written = self.row.account.as_ref();
        let written = written.map(|at| Effective {
            value: at.value.as_str(),
            origin: Origin::Written(self.file, at.span),
        });
        Effective::or_default(written, &self.row.name.value, &defaults::ACCOUNT)
    }

    /// Port of the application behind a port.
    #[must_use]
    pub fn target(&self, port: &PortRow) -> Effective<u16> {
        let written = self.written(port.target.as_ref());
        Effective::or_default(written, port.port.value, &defaults::TARGET)
    }

    /// Milliseconds for a request of an operation that does not say.
    #[must_use]
    pub fn timeout(&self) -> Effective<u32> {
        let written = self.written(self.row.timeout_ms.as_ref()).or(self.mesh_timeout);
        Effective::or_default(written, defaults::REQUEST_TIMEOUT_MS, &defaults::TIMEOUT)
    }

    /// How the application may read a path, sorted.
    #[must_use]
    pub fn readings(&self) -> Effective<Vec<Reading>> {
        let written = self.written(self.row.readings.as_ref());
        Effective::or_default(written, vec![Reading::Plain, Reading::Matrix], &defaults::PATHS)
    }

    /// Milliseconds for a request of an operation.
    #[must_use]
    pub fn operation_timeout(&self, operation: &OperationRow) -> Effective<u32> {
        self.written(operation.timeout_ms.as_ref()).unwrap_or_else(|| self.timeout())
    }

    /// Whether a request may be sent again after bytes of it reached the application.
    #[must_use]
    pub fn idempotent(&self, operation: &OperationRow) -> Effective<bool> {
        let safe = |method: &String| {
            matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE")
        };
        let by_method = !operation.matches.is_empty()
            && operation
                .matches
                .iter()
                .all(|one| !one.methods.is_empty() && one.methods.iter().all(safe));
        let written = self.written(operation.idempotent.as_ref());
        Effective::or_default(written, by_method, &defaults::IDEMPOTENT)
    }

    /// Tries after the first.
    #[must_use]
    pub fn attempts(&self, operation: &OperationRow) -> Effective<u32> {
        let written = self.written(operation.attempts.as_ref());
        Effective::or_default(written, defaults::RETRY_ATTEMPTS, &defaults::ATTEMPTS)
    }

    /// After what another try may follow, sorted.
    #[must_use]
    pub fn retry_on(&self, operation: &OperationRow) -> Effective<Vec<RetryOn>> {
        let written = self.written(operation.retry_on.as_ref());
        Effective::or_default(written, ANY_RETRY.to_vec(), &defaults::RETRY_ON)
    }

    /// Milliseconds for one try; never more than the operation's timeout.
    #[must_use]
    pub fn per_try(&self, operation: &OperationRow) -> Effective<u32> {
        let whole = self.operation_timeout(operation).value;
        let written = self.written(operation.per_try_ms.as_ref());
        let written = written.filter(|per_try| per_try.value <= whole);
        Effective::or_default(written, whole, &defaults::PER_TRY)
    }

    /// A version's relative share.
    #[must_use]
    pub fn weight(&self, share: &ShareRow) -> Effective<u32> {
        let written = self.written(share.weight.as_ref());
        Effective::or_default(written, defaults::WEIGHT, &defaults::SHARE)
    }

    /// What a rate limit counts by.
    #[must_use]
    pub fn per(&self, limit: &RateLimitRow) -> Effective<Per> {
        Effective::or_default(self.written(limit.per.as_ref()), Per::Total, &defaults::PER)
    }

    /// Requests a rate limit admits at once.
    #[must_use]
    pub fn burst(&self, limit: &RateLimitRow) -> Effective<u32> {
        let in_a_second = (u64::from(limit.count.value) * 1_000)
            .div_ceil(u64::from(limit.period_ms).max(1))
            .max(1);
        let in_a_second = u32::try_from(in_a_second).unwrap_or(u32::MAX);
        Effective::or_default(self.written(limit.burst.as_ref()), in_a_second, &defaults::BURST)
    }

    fn operation_lines(&self, operation: &OperationRow) -> [Line; 5] {
        let field = |name: &str| format!("operations.{}.{name}", operation.name.value);
        [
            self.operation_timeout(operation).line(field("timeout"), |ms| duration(*ms)),
            self.idempotent(operation).line(field("idempotent"), bool::to_string),
            self.attempts(operation).line(field("retry.attempts"), u32::to_string),
            self.retry_on(operation).line(field("retry.retryOn"), |all| list(all, retry_on)),
            self.per_try(operation).line(field("retry.perTry"), |ms| duration(*ms)),
        ]
    }
}

/// What a retry may follow where nothing is written.
pub const ANY_RETRY: [RetryOn; 4] =
    [RetryOn::Cancelled, RetryOn::ConnectFailure, RetryOn::RefusedStream, RetryOn::Unavailable];

fn list<T>(all: &[T], word: impl Fn(&T) -> &'static str) -> String {
    format!("[{}]", all.iter().map(word).collect::<Vec<_>>().join(", "))
}

const fn reading(reading: &Reading) -> &'static str {
    match reading {
        Reading::Plain => "plain",
        Reading::Matrix => "matrix",
        Reading::CaseInsensitive => "case-insensitive",
        Reading::DoubleDecoding => "double-decoding",
    }
}

const fn retry_on(on: &RetryOn) -> &'static str {
    match on {
        RetryOn::Cancelled => "cancelled",
        RetryOn::ConnectFailure => "connect-failure",
        RetryOn::RefusedStream => "refused-stream",
        RetryOn::Unavailable => "unavailable",
    }
}

fn counted_by(per: &Per) -> String {
    match per {
        Per::Caller => "caller".to_owned(),
        Per::Total => "total".to_owned(),
        Per::User { claim, issuer } => format!("{{issuer: {issuer}, claim: {claim}}}"),
    }
}

/// Milliseconds as a GEP-2257 duration.
#[must_use]
pub fn duration(ms: u32) -> String {
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let mut left = ms;
    let mut text = String::new();
    for (unit, size) in units {
        let count = left / size;
        left %= size;
        if count > 0 {
            text.push_str(&count.to_string());
            text.push_str(unit);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_write_them() {
        assert_eq!(duration(15_000), "15s");
        assert_eq!(duration(5_400_250), "1h30m250ms");
        assert_eq!(duration(600), "600ms");
    }
}
