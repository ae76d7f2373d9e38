use meshc_limit::{Limit, Nanos};
use meshc_snapshot::slice::{Inbound, Operation, Per, RateLimit};
use meshc_token::{Claim, ClaimPath};
use rustc_hash::FxHashMap;

use crate::claims::User;
use crate::ids::{LimitIx, OperationIx};
use crate::rules::slots;

/// The rate limits of a workload, by operation. What each has left is kept by whoever decides, not
/// here.
#[derive(Debug)]
pub(crate) struct Limits {
    all: Vec<Limit>,
    /// What those that count by user count by.
    claims: Vec<Option<(String, ClaimPath)>>,
    /// By operation; the last are those of the rest.
    by_operation: Vec<Vec<LimitIx>>,
}

const MILLISECOND: Nanos = 1_000_000;
const HOUR_MS: u32 = 3_600_000;
/// Requests of a rate, and of a burst.
const MOST: u32 = 1_000_000;

impl Limits {
    pub(crate) fn new(inbound: &Inbound) -> Result<Self, String> {
        let operations = &inbound.operations;
        let names: FxHashMap<&str, usize> =
            operations.iter().enumerate().map(|(at, one)| (one.name.as_str(), at)).collect();
        let mut all = Vec::with_capacity(inbound.rate_limits.len());
        let mut claims = Vec::with_capacity(inbound.rate_limits.len());
        let mut by_operation = vec![Vec::new(); operations.len().saturating_add(1)];
        for (at, written) in (0_u32..).zip(&inbound.rate_limits) {
            let wrong = |why: String| format!("rate limit `{}`: {why}", written.name);
            all.push(limit(written).map_err(wrong)?);
            claims.push(claim(written).map_err(wrong)?);
            let named = written.operations.as_deref();
            for slot in slots(named, &names, operations.len()).map_err(wrong)? {
                if let Some(opaque) = operations.get(slot).filter(|one| is_opaque(one)) {
                    if named.is_none() {
                        continue;
                    }
                    return Err(wrong(format!("`{}` carries no requests", opaque.name)));
                }
                if let Some(limits) = by_operation.get_mut(slot)
                    && limits.last() != Some(&LimitIx(at))
                {
                    limits.push(LimitIx(at));
                }
            }
        }
        Ok(Self { all, claims, by_operation })
    }

    pub(crate) fn all(&self) -> &[Limit] {
        &self.all
    }

    /// The value that a limit counts a user by.
    pub(crate) fn claim<'a>(&self, limit: LimitIx, user: User<'a>) -> Option<Claim<'a>> {
        let (issuer, path) = self.claims.get(limit.index())?.as_ref()?;
        let User::Verified(token) = user else { return None };
        if token.issuer() != issuer { None } else { token.payload().get(path) }
    }

    pub(crate) fn of(&self, operation: OperationIx) -> &[LimitIx] {
        let rest = self.by_operation.last();
        self.by_operation.get(operation.index()).or(rest).map_or(&[], Vec::as_slice)
    }
}

fn limit(written: &RateLimit) -> Result<Limit, String> {
    let RateLimit { burst, count, period_ms, .. } = *written;
    if count > MOST || burst > MOST || period_ms > HOUR_MS {
        return Err(format!("{count} in {period_ms} ms, {burst} at once, is out of range"));
    }
    let period = u64::from(period_ms).saturating_mul(MILLISECOND);
    Limit::new(count, period, burst).map_err(|fault| fault.to_string())
}

fn claim(written: &RateLimit) -> Result<Option<(String, ClaimPath)>, String> {
    let Per::User { claim, issuer } = &written.per else { return Ok(None) };
    let path = ClaimPath::parse(claim).map_err(|why| format!("claim `{claim}`: {why}"))?;
    Ok(Some((issuer.clone(), path)))
}

/// The operation of a TCP port.
fn is_opaque(operation: &Operation) -> bool {
    operation.matches.is_empty() && operation.name != "rest"
}
