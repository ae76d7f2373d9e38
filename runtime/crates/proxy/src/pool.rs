//! Idle connections to upstreams, per thread, last in first out.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::slots::Token;

/// Where a connection leads. The destination is a stable number of its name, so that the pools
/// outlive a swap of tables.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PoolKey {
    /// Number of the destination's name, or [`PoolKey::APPLICATION`].
    pub destination: u32,
    /// The instance.
    pub address: SocketAddr,
}

/// The idle connections of a thread.
#[derive(Debug, Default)]
pub struct Pools {
    idle: HashMap<PoolKey, Vec<Token>>,
    count: usize,
}

/// Idle connections kept per instance.
const PER_KEY: usize = 128;

impl PoolKey {
    /// Stands for our own application.
    pub const APPLICATION: u32 = u32::MAX;
}

impl Pools {
    /// The connection that was used last.
    pub fn take(&mut self, key: &PoolKey) -> Option<Token> {
        let token = self.idle.get_mut(key)?.pop()?;
        self.count -= 1;
        Some(token)
    }

    /// Keeps a connection; false when there are enough of its kind.
    #[must_use]
    pub fn put(&mut self, key: PoolKey, token: Token) -> bool {
        let idle = self.idle.entry(key).or_default();
        if idle.len() >= PER_KEY {
            return false;
        }
        idle.push(token);
        self.count += 1;
        true
    }

    /// Forgets a connection that has died.
    pub fn forget(&mut self, key: &PoolKey, token: Token) {
        if let Some(idle) = self.idle.get_mut(key) {
            let before = idle.len();
            idle.retain(|one| *one != token);
            self.count -= before - idle.len();
            if idle.is_empty() {
                self.idle.remove(key);
            }
        }
    }

    /// Idle connections.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_in_is_the_first_one_out_and_a_dead_one_is_never_given() {
        let mut pools = Pools::default();
        let key = PoolKey { destination: 0, address: ([127, 0, 0, 1], 80).into() };
        let other = PoolKey { destination: 1, ..key };
        for number in 1..4 {
            assert!(pools.put(key, Token::from_word(number)));
        }
        pools.forget(&key, Token::from_word(3));
        assert_eq!(pools.take(&other), None);
        assert_eq!(pools.take(&key), Some(Token::from_word(2)));
        assert_eq!(pools.len(), 1);
    }

    #[test]
    fn no_more_than_enough_are_kept() {
        let mut pools = Pools::default();
        let key = PoolKey { destination: 0, address: ([127, 0, 0, 1], 80).into() };
        let kept = (0..1_000).filter(|number| pools.put(key, Token::from_word(*number))).count();
        assert_eq!(kept, PER_KEY);
    }
}
