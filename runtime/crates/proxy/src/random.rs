//! Draws for weighted choices, trace ids and jitter: fast, seeded by the system, nothing secret.

/// A xorshift generator of one thread.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Seeded by the system.
    #[must_use]
    pub fn new() -> Self {
        let mut seed = [0; 8];
        // Without randomness of the system the time still parts the threads.
        if aws_lc_rs::rand::fill(&mut seed).is_err() {
            seed = crate::clock::unix_millis().to_ne_bytes();
        }
        Self(u64::from_ne_bytes(seed) | 1)
    }

    /// Uniform over all of `u64` but 0.
    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Uniform over all of `u32`.
    pub const fn draw(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    /// Uniform below `limit`; 0 for a limit of 0.
    pub const fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.next() % limit }
    }
}

impl Default for Random {
    fn default() -> Self {
        Self::new()
    }
}
