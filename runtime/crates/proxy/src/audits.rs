//! What audited rules would have decided otherwise, summed up for the controller.

use std::sync::{Arc, Mutex, PoisonError};

use meshc_decide::Reason;
use serde::Serialize;

/// One rule and how often it would have decided otherwise since this process began.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Audited {
    /// `denied` or `allowed`: what the verdict would have been.
    pub would: &'static str,
    /// Its kind, by [`Reason::kind`].
    pub kind: &'static str,
    /// Name of the rule; empty where it is that no rule allows it.
    pub rule: String,
    /// `file:line` of the rule; empty where it has none.
    pub place: String,
    /// Requests.
    pub count: u64,
}

/// The sums of a process.
#[derive(Clone, Debug, Default)]
pub struct Audits(Arc<Mutex<Vec<Audited>>>);

/// Rules that are told apart; those that come to it later are not counted, so that the report stays
/// a small one whatever changes while the process runs.
const MOST: usize = 64;

impl Audits {
    /// Counts one request whose verdict would have been another.
    pub fn count(&self, would: &Reason) {
        let rule = would.rule.as_deref().unwrap_or_default();
        let place = would.place.as_ref();
        let place = place.map(|at| format!("{}:{}", at.file, at.line)).unwrap_or_default();
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |one: &&mut Audited| {
            (one.would, one.kind, one.rule.as_str(), one.place.as_str())
                == (would.verdict, would.kind, rule, place.as_str())
        };
        if let Some(known) = sums.iter_mut().find(same) {
            known.count = known.count.saturating_add(1);
        } else if sums.len() < MOST {
            let (kind, rule) = (would.kind, rule.to_owned());
            sums.push(Audited { would: would.verdict, kind, rule, place, count: 1 });
        }
    }

    /// All of them, in the order in which they were first met.
    #[must_use]
    pub fn all(&self) -> Vec<Audited> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use meshc_decide::ReasonPlace;

    use super::*;

    fn would(rule: &str, line: u32) -> Reason {
        let place = Some(ReasonPlace { file: "a.yaml".into(), line, column: 1 });
        let (verdict, kind) = ("denied", "deny-rule");
        Reason { verdict, kind, rule: Some(rule.into()), place, ..Reason::default() }
    }

    #[test]
    fn requests_are_summed_by_rule_and_rules_are_bounded() {
        let audits = Audits::default();
        let other = audits.clone();
        audits.count(&would("x", 1));
        other.count(&would("x", 1));
        other.count(&would("x", 2));
        let sums: Vec<_> = audits.all().into_iter().map(|one| (one.place, one.count)).collect();
        assert_eq!(sums, [("a.yaml:1".to_owned(), 2), ("a.yaml:2".to_owned(), 1)]);
        (0..1_000).for_each(|line| audits.count(&would("y", line)));
        assert_eq!(audits.all().len(), MOST);
    }
}
