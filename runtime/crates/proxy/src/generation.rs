//! Generations of tables: the current one, the one before, the one prepared.

use std::sync::Arc;

use meshc_decide::Tables;
use meshc_svid::TrustBundle;

use crate::allowances::RateLimits;
use crate::clock::{Nanos, SECOND};
use crate::tokens::Tokens;

/// One verified snapshot as this workload enforces it.
#[derive(Debug)]
pub struct Generation {
    /// Digest of the manifest: `sha256:` and hexadecimal digits.
    pub manifest: String,
    /// Height of the manifest.
    pub height: u64,
    /// The tables.
    pub tables: Tables,
    /// Roots of the trust domains besides ours whose certificates are taken while it is current.
    pub federated: Arc<[TrustBundle]>,
    /// Its rate limits, with what they have left.
    pub limits: RateLimits,
    /// The issuers of users' tokens, with their keys.
    pub tokens: Tokens,
    /// Unlike any other generation of this process.
    pub number: u64,
}

/// What one thread decides with.
#[derive(Debug, Default)]
pub struct Generations {
    current: Option<Arc<Generation>>,
    previous: Option<(Arc<Generation>, Nanos)>,
    prepared: Option<Arc<Generation>>,
}

/// How long requests that began under the previous generation are still decided by it.
pub const OVERLAP: Nanos = 5 * SECOND;

impl Generations {
    /// The one that new requests begin with.
    #[must_use]
    pub const fn current(&self) -> Option<&Arc<Generation>> {
        self.current.as_ref()
    }

    /// Keeps a generation beside the current one until it is committed or dropped.
    pub fn prepare(&mut self, generation: Arc<Generation>) {
        self.prepared = Some(generation);
    }

    /// Forgets what was prepared.
    pub fn abort(&mut self) {
        self.prepared = None;
    }

    /// Makes a generation the current one.
    pub fn commit(&mut self, generation: Arc<Generation>, now: Nanos) {
        let before = self.current.replace(generation);
        self.previous = before.map(|before| (before, now + OVERLAP));
        self.prepared = None;
    }

    /// The one a request is decided with that the sender began under the manifest `named`; the
    /// current one where none is named or it is not at hand.
    #[must_use]
    pub fn named(&self, named: Option<&[u8]>, now: Nanos) -> Option<&Arc<Generation>> {
        let Some(named) = named else { return self.current() };
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        let at_hand = [self.current.as_ref(), self.prepared.as_ref(), previous.map(|(one, _)| one)];
        let found = at_hand.into_iter().flatten().find(|one| one.manifest.as_bytes() == named);
        found.or(self.current())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowances::Allowances;
    use crate::issuer_keys::IssuerKeys;
    use meshc_keys::{FetchSettings, Roots};

    fn generation(name: &str, number: u64) -> Arc<Generation> {
        let slice = r#"{"destinations":[],"format":2,"inbound":{"allow":[],"authorities":[],
            "deny":[],"identity":"spiffe://mesh/ns/a/sa/b","listeners":[],"operations":[],
            "probes":[],"readings":["plain"]},"routes":[],"trustDomain":"mesh","workload":"a/b"}"#;
        let slice = serde_json::from_str(slice).unwrap();
        let tables = Tables::load(slice, None, "worktree".to_owned()).unwrap();
        let limits = Allowances::default().of(&tables).unwrap();
        let (roots, allowed, folder) = (Roots::System, Vec::new(), std::path::PathBuf::new());
        let keys = Arc::new(IssuerKeys::new(FetchSettings { roots, allowed, folder }));
        let tokens = Tokens::new(&tables, &keys).unwrap();
        let (manifest, federated, height) = (name.to_owned(), Arc::default(), number);
        Arc::new(Generation { manifest, height, tables, federated, limits, tokens, number })
    }

    fn decided_with(generations: &Generations, named: Option<&str>, now: Nanos) -> Option<u64> {
        generations.named(named.map(str::as_bytes), now).map(|one| one.number)
    }

    #[test]
    fn a_request_is_decided_with_what_its_sender_began_with() {
        let mut all = Generations::default();
        assert_eq!(decided_with(&all, Some("a"), 0), None);
        all.commit(generation("a", 1), 0);
        all.prepare(generation("b", 2));
        for (named, number) in [(None, 1), (Some("a"), 1), (Some("b"), 2), (Some("c"), 1)] {
            assert_eq!(decided_with(&all, named, 1), Some(number), "{named:?}");
        }
        all.commit(generation("b", 2), 10);
        for (named, now, number) in
            [(None, 11, 2), (Some("a"), 11, 1), (Some("a"), 10 + OVERLAP, 2), (Some("b"), 11, 2)]
        {
            assert_eq!(decided_with(&all, named, now), Some(number), "{named:?} at {now}");
        }
    }

    #[test]
    fn what_was_aborted_decides_nothing() {
        let mut all = Generations::default();
        all.commit(generation("a", 1), 0);
        all.prepare(generation("b", 2));
        all.abort();
        assert_eq!(decided_with(&all, Some("b"), 1), Some(1));
    }
}
