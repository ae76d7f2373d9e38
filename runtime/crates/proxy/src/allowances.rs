//! What rate limits have left: one table a limit, shared by all threads, kept across snapshots.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use meshc_decide::{LimitIx, Tables, User};
use meshc_limit::{Charge, Decision, Key, Limit, LimitFault, Table, check};
use meshc_snapshot::slice::Per;
use meshc_token::Claim;

use crate::clock::Nanos;

/// Every table of the process that is still in use. A limit of the same name, rate, burst and kind
/// goes on with the table it had, so that a new snapshot gives nobody a fresh burst.
#[derive(Debug, Default)]
pub struct Allowances {
    keys: RandomState,
    tables: Mutex<Vec<(Same, Weak<Table>)>>,
}

/// The rate limits of one generation.
#[derive(Debug)]
pub struct RateLimits {
    keys: RandomState,
    /// As the slice lists them.
    all: Vec<(Per, Arc<Table>)>,
}

/// Whom a request is counted for.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// The tables that admitted it.
    pub tables: &'a Tables,
    /// The identity that was proved; those who prove none are counted together.
    pub caller: Option<&'a str>,
    /// For whom the caller acts.
    pub user: User<'a>,
}

/// A request that a limit does not admit now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limited {
    /// Which limit.
    pub by: LimitIx,
    /// In how many seconds it will, at least 1.
    pub retry_after: u64,
}

/// What makes two limits the same one.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Same {
    name: String,
    per: Per,
    limit: Limit,
}

/// Callers a limit remembers at a time, in 1 MiB; with more that are ahead of their rates, those
/// that are ahead least are forgotten (see [`Table`]).
const CALLERS: usize = 1 << 16;

impl Allowances {
    /// The limits of these tables, with what they have left.
    ///
    /// # Errors
    /// There is no table for so many keys; never with the number above.
    pub fn of(&self, tables: &Tables) -> Result<RateLimits, LimitFault> {
        let mut known = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, table)| table.strong_count() > 0);
        let written = tables.slice().inbound.rate_limits.iter().zip(tables.all_limits());
        let all = written.map(|(written, limit)| {
            let (name, per) = (written.name.clone(), written.per.clone());
            let wanted = Same { name, per: per.clone(), limit: *limit };
            let found = known.iter().find(|(same, _)| *same == wanted);
            if let Some(table) = found.and_then(|(_, table)| table.upgrade()) {
                return Ok((per, table));
            }
            let keys = if per == Per::Total { 1 } else { CALLERS };
            let table = Arc::new(Table::new(*limit, keys)?);
            known.push((wanted, Arc::downgrade(&table)));
            Ok((per, table))
        });
        Ok(RateLimits { keys: self.keys.clone(), all: all.collect::<Result<_, _>>()? })
    }
}

impl RateLimits {
    /// Charges a request at `now` to all of `limits`, or to none of them if one refuses.
    ///
    /// # Errors
    /// Which of them makes it wait longest.
    pub fn charge(
        &self,
        limits: &[LimitIx],
        counted: &Counted<'_>,
        now: Nanos,
    ) -> Result<(), Limited> {
        let decision = match limits {
            [] => Decision::Admitted,
            [only] => check(self.one(*only, counted).as_slice(), now),
            many => {
                let all: Vec<Charge<'_>> =
                    many.iter().filter_map(|limit| self.one(*limit, counted)).collect();
                check(&all, now)
            }
        };
        match decision {
            Decision::Admitted => Ok(()),
            Decision::Limited { by, retry_after } => {
                let by = limits.get(by).copied().unwrap_or(LimitIx(u32::MAX));
                Err(Limited { by, retry_after })
            }
        }
    }

    fn one(&self, limit: LimitIx, counted: &Counted<'_>) -> Option<Charge<'_>> {
        let (per, table) = self.all.get(limit.index())?;
        let key = match per {
            Per::Caller => counted.caller.map(|identity| self.keys.hash_one(identity)),
            Per::User { .. } => self.user(counted.tables.counted_claim(limit, counted.user)),
            Per::Total => None,
        };
        Some(Charge { table, key: key.map_or(Key::EVERYBODY, Key::new) })
    }

    /// Texts, whole numbers and truths tell users apart; whoever has another value is one of those
    /// that have none.
    fn user(&self, claim: Option<Claim<'_>>) -> Option<u64> {
        match claim? {
            Claim::Text(text) => Some(self.keys.hash_one((0_u8, text))),
            Claim::Integer(number) => Some(self.keys.hash_one((1_u8, number))),
            Claim::Boolean(truth) => Some(self.keys.hash_one((2_u8, truth))),
            Claim::Float(_) | Claim::List(_) | Claim::Null | Claim::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND;

    const SLICE: &str = r#"{"destinations":[],"format":2,"inbound":{"allow":[],"authorities":[],
        "deny":[],"identity":"spiffe://mesh/ns/a/sa/b","listeners":[],"operations":[],
        "probes":[],"rateLimits":[
            {"burst":2,"count":1,"name":"each","operations":null,"per":"caller","periodMs":1000},
            {"burst":3,"count":1,"name":"all","operations":null,"per":"total","periodMs":60000}
        ],"readings":["plain"]},"routes":[],"trustDomain":"mesh","workload":"a/b"}"#;
    const BOTH: [LimitIx; 2] = [LimitIx(0), LimitIx(1)];

    fn tables(slice: &str) -> Tables {
        let slice = serde_json::from_str(slice).unwrap();
        Tables::load(slice, None, "worktree".to_owned()).unwrap()
    }

    /// Charges whoever proved `caller`, for nobody.
    fn charge(limits: &RateLimits, of: &[LimitIx], caller: Option<&str>) -> Result<(), Limited> {
        let tables = &tables(SLICE);
        limits.charge(of, &Counted { tables, caller, user: User::Nobody }, SECOND)
    }

    fn refused(by: u32, retry_after: u64) -> Result<(), Limited> {
        Err(Limited { by: LimitIx(by), retry_after })
    }

    #[test]
    fn callers_have_an_allowance_each_and_all_of_them_one() {
        let limits = Allowances::default().of(&tables(SLICE)).unwrap();
        let charge = |caller| charge(&limits, &BOTH, caller);
        assert_eq!([charge(Some("x")), charge(Some("x"))], [Ok(()); 2]);
        assert_eq!(charge(Some("x")), refused(0, 1));
        // What one limit refused, the other was not charged for.
        assert_eq!(charge(Some("y")), Ok(()));
        assert_eq!(charge(None), refused(1, 60));
        assert_eq!(super::tests::charge(&limits, &BOTH[..1], None), Ok(()));
        assert_eq!(super::tests::charge(&limits, &[], None), Ok(()));
    }

    #[test]
    fn whoever_proves_nothing_is_counted_with_the_others_of_that_kind() {
        let limits = Allowances::default().of(&tables(SLICE)).unwrap();
        let charge = |caller| charge(&limits, &BOTH[..1], caller);
        assert_eq!([charge(None), charge(None)], [Ok(()); 2]);
        assert_eq!(charge(None), refused(0, 1));
        assert_eq!(charge(Some("x")), Ok(()));
    }

    #[test]
    fn a_new_snapshot_refills_no_limit_that_it_does_not_change() {
        let allowances = Allowances::default();
        let before = allowances.of(&tables(SLICE)).unwrap();
        let charge = |limits: &RateLimits| charge(limits, &BOTH[1..], Some("x"));
        assert_eq!([charge(&before), charge(&before)], [Ok(()); 2]);
        // One that is prepared and dropped changes nothing, nor does the order of limits.
        drop(allowances.of(&tables(&SLICE.replace("\"burst\":3", "\"burst\":4"))).unwrap());
        let after = allowances.of(&tables(&SLICE.replace("each", "one"))).unwrap();
        drop(before);
        assert_eq!(charge(&after), Ok(()));
        assert_eq!(charge(&after), refused(1, 60));
        let changed = SLICE.replace("\"burst\":3", "\"burst\":4");
        assert_eq!(charge(&allowances.of(&tables(&changed)).unwrap()), Ok(()));
        assert_eq!(charge(&after), refused(1, 60));
    }

    #[test]
    fn tables_nobody_uses_are_given_up() {
        let allowances = Allowances::default();
        for rate in 1..100 {
            let changed = SLICE.replace("\"count\":1", &format!("\"count\":{rate}"));
            drop(allowances.of(&tables(&changed)).unwrap());
        }
        assert!(allowances.tables.lock().unwrap().len() <= 2);
    }
}
