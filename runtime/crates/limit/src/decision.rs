use crate::Nanos;
use crate::key::Key;
use crate::table::Table;

/// One limit that a request falls under, and whose allowance it would use.
#[derive(Clone, Copy, Debug)]
pub struct Charge<'t> {
    /// The limit's table.
    pub table: &'t Table,
    /// What the limit counts by.
    pub key: Key,
}

/// Whether a request keeps to all its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// It does, and was charged to each.
    Admitted,
    /// It does not, and was charged to none.
    Limited {
        /// Which limit makes it wait longest, by its place in the list, from 0.
        by: usize,
        /// When that limit will admit it if nobody else uses it up, in whole seconds, at least 1.
        retry_after: u64,
    },
}

/// Charges a request at `now` to all its limits, or to none if one of them refuses.
///
/// Between threads, a request that is about to be refused by a later limit is charged to the
/// earlier ones for some nanoseconds, in which another may be refused.
pub fn check(charges: &[Charge<'_>], now: Nanos) -> Decision {
    if let [only] = charges {
        let charged = only.table.charge(only.key, now);
        return charged.map_or_else(|after| limited(0, after), |()| Decision::Admitted);
    }
    let refused = charges.iter().enumerate().filter_map(|(by, charge)| {
        charge.table.peek(charge.key, now).err().map(|retry_after| (by, retry_after))
    });
    // Of equal ones the first.
    if let Some((by, retry_after)) = refused.min_by_key(|(_, after)| core::cmp::Reverse(*after)) {
        return limited(by, retry_after);
    }
    for (by, charge) in charges.iter().enumerate() {
        if let Err(retry_after) = charge.table.charge(charge.key, now) {
            charges.iter().take(by).for_each(|earlier| earlier.table.release(earlier.key));
            return limited(by, retry_after);
        }
    }
    Decision::Admitted
}

const fn limited(by: usize, retry_after: u64) -> Decision {
    Decision::Limited { by, retry_after }
}
