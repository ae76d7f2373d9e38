use core::num::NonZeroU64;

/// What a limit counts by, as a digest of 64 bits. Two keys of one digest share an allowance.
///
/// What outsiders can choose freely must go through a hash that they cannot predict, or somebody
/// could look for a value that shares another's allowance. Numbers given out by ourselves, such as
/// those of caller classes, need no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(NonZeroU64);

impl Key {
    /// The only key of a limit that counts everybody together.
    pub const EVERYBODY: Self = Self(NonZeroU64::MIN);

    /// The key of a digest. All but two digests have a key of their own.
    #[must_use]
    pub const fn new(digest: u64) -> Self {
        match NonZeroU64::new(mixed(digest)) {
            Some(key) => Self(key),
            None => Self::EVERYBODY,
        }
    }

    /// Never 0.
    pub(crate) const fn get(self) -> u64 {
        self.0.get()
    }
}

/// Spreads neighbouring numbers over all bits; one to one (the finaliser of SplitMix64).
const fn mixed(digest: u64) -> u64 {
    let digest = (digest ^ (digest >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let digest = (digest ^ (digest >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    digest ^ (digest >> 31)
}
