//! Rows with their places moved: those of one file stand among the rows of another.

use meshc_document::Span;

use crate::unit::{At, OperationRow, RuleRow, UserRow};

/// Something that stands at places.
pub trait Moved {
    /// The same, every place so many bytes further on.
    #[must_use]
    fn moved(self, by: u32) -> Self;
}

impl Moved for Span {
    fn moved(self, by: u32) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }
}

impl<T> Moved for At<T> {
    fn moved(self, by: u32) -> Self {
        Self { value: self.value, span: self.span.moved(by) }
    }
}

impl<T: Moved> Moved for Option<T> {
    fn moved(self, by: u32) -> Self {
        self.map(|one| one.moved(by))
    }
}

impl<T: Moved> Moved for Vec<T> {
    fn moved(self, by: u32) -> Self {
        self.into_iter().map(|one| one.moved(by)).collect()
    }
}

impl<A: Moved, B: Moved> Moved for (A, B) {
    fn moved(self, by: u32) -> Self {
        (self.0.moved(by), self.1.moved(by))
    }
}

impl Moved for UserRow {
    fn moved(self, by: u32) -> Self {
        Self { issuer: self.issuer.moved(by), claims: self.claims }
    }
}

impl Moved for OperationRow {
    fn moved(self, by: u32) -> Self {
        Self {
            name: self.name.moved(by),
            matches: self.matches,
            match_spans: self.match_spans.into_iter().map(|one| one.moved(by)).collect(),
            port: self.port.moved(by),
            idempotent: self.idempotent.moved(by),
            timeout_ms: self.timeout_ms.moved(by),
            attempts: self.attempts.moved(by),
            retry_on: self.retry_on.moved(by),
            per_try_ms: self.per_try_ms.moved(by),
            added: self.added,
        }
    }
}

impl Moved for RuleRow {
    fn moved(self, by: u32) -> Self {
        Self {
            span: self.span.moved(by),
            from: self.from.moved(by),
            federated: self.federated.moved(by),
            operations: self.operations.moved(by),
            matches: self.matches.moved(by),
            user: self.user.moved(by),
            ..self
        }
    }
}
