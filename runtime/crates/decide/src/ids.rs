//! Indices into the lists of a slice, each of its own type, and time.

use core::fmt;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into the list it belongs to.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(
    /// A listener: index into `inbound.listeners`.
    ListenerIx
);
index!(
    /// An operation: index into the `operations` of the workload or destination at hand, or
    /// [`OperationIx::REST`].
    OperationIx
);
index!(
    /// A rule: index into `inbound.allow` or `inbound.deny`, as the verdict says.
    RuleIx
);
index!(
    /// A rate limit: index into `inbound.rateLimits`.
    LimitIx
);
index!(
    /// A destination: index into `destinations`.
    DestinationIx
);
index!(
    /// A cluster: index into the `clusters` of a destination.
    ClusterIx
);

impl OperationIx {
    /// What no declared operation matches.
    pub const REST: Self = Self(u32::MAX);
}

/// Seconds since 1970-01-01T00:00:00Z, as the caller's clock says.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct UnixSeconds(pub i64);

impl fmt::Display for UnixSeconds {
    /// As RFC 3339 writes it; the number itself where it is beyond the calendar.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(instant) => instant.fmt(f),
            Err(_) => write!(f, "second {}", self.0),
        }
    }
}
