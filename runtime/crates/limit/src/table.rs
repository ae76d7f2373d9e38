use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::Nanos;
use crate::key::Key;
use crate::limit::{Limit, LimitFault, Tick};

/// The allowances of one limit, by key; shared by threads, without locks.
///
/// A key has eight slots it may stand in, which it shares with others. While no more than eight of
/// those that share are in use, nothing is ever forgotten; with a ninth, the key whose allowance is
/// fullest makes room, which forgets what it was ahead of its rate: nothing, if it kept to it. So a
/// table that is too small admits too much and never refuses wrongly. With room for four times the
/// keys that are ahead of their rates at a time, one set of slots in 4,000 has to forget; with room
/// for twice as many, one in 50.
///
/// One error remains between threads: a key that makes room in the very instant in which another
/// thread charges it may leave that one charge to its successor.
pub struct Table {
    limit: Limit,
    sets: Box<[Set]>,
}

type Set = [Slot; WAYS];

/// A key and the time at which it is no longer ahead of its rate.
#[derive(Default)]
struct Slot {
    /// 0: none yet.
    key: AtomicU64,
    free: AtomicU64,
}

/// A slot as it was at some instant.
#[derive(Clone, Copy)]
struct Seen {
    key: u64,
    free: u64,
}

const WAYS: usize = 8;

impl Table {
    /// The most keys a table may be made for; it takes 16 MiB then.
    pub const MAX_KEYS: usize = 1 << 20;

    /// A table for `keys`, rounded up to a power of two, at least 8. Each takes 16 bytes.
    ///
    /// # Errors
    /// When there are none or too many keys.
    pub fn new(limit: Limit, keys: usize) -> Result<Self, LimitFault> {
        if !(1..=Self::MAX_KEYS).contains(&keys) {
            return Err(LimitFault::Keys);
        }
        let sets = keys.div_ceil(WAYS).next_power_of_two();
        Ok(Self { limit, sets: (0..sets).map(|_| Set::default()).collect() })
    }

    /// The limit it keeps.
    #[must_use]
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// How many keys it has room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.sets.len() * WAYS
    }

    /// What it takes in memory, in bytes. It never grows.
    #[must_use]
    pub fn memory(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.sets)
    }

    /// Whether a request at `now` would be admitted; else in how many seconds. Charges nothing.
    pub(crate) fn peek(&self, key: Key, now: Nanos) -> Result<(), u64> {
        let Some(slot) = self.find(key) else { return Ok(()) };
        let admitted = self.limit.admit(Tick(slot.look().free), self.limit.tick(now));
        admitted.map(|_| ()).map_err(|early| self.limit.seconds(early))
    }

    /// Charges one request at `now`, if it is admitted; else says in how many seconds it would be.
    pub(crate) fn charge(&self, key: Key, now: Nanos) -> Result<(), u64> {
        let now = self.limit.tick(now);
        // Without a slot, because others take each one first, there is nothing to hold against it.
        let Some(slot) = self.find(key).or_else(|| self.make_room(key, now)) else { return Ok(()) };
        let mut free = slot.look().free;
        loop {
            let admitted = self.limit.admit(Tick(free), now);
            let next = admitted.map_err(|early| self.limit.seconds(early))?;
            match slot.exchange(free, next) {
                Ok(_) => return Ok(()),
                Err(other) => free = other,
            }
        }
    }

    /// Takes back what [`Table::charge`] charged.
    pub(crate) fn release(&self, key: Key) {
        let Some(slot) = self.find(key) else { return };
        let mut free = slot.look().free;
        while let Err(other) = slot.exchange(free, self.limit.release(Tick(free))) {
            free = other;
        }
    }

    fn find(&self, key: Key) -> Option<&Slot> {
        self.set(key)?.iter().find(|slot| slot.look().key == key.get())
    }

    /// Takes an empty slot, or else the one whose key is ahead of its rate least, which is
    /// forgotten.
    ///
    /// Of empty slots the first is taken, and none becomes empty again: so threads that bring in
    /// the same key want the same slot, and all but one of them find it taken.
    fn make_room(&self, key: Key, now: Tick) -> Option<&Slot> {
        let set = self.set(key)?;
        // Each failure is another thread's success; one that always fails gives up.
        for _ in 0..WAYS {
            let seen = set.each_ref().map(|slot| (slot.look(), slot));
            if let Some((_, slot)) = seen.iter().find(|(seen, _)| seen.key == key.get()) {
                return Some(slot);
            }
            let least = seen.into_iter().min_by_key(|(seen, _)| seen.ahead());
            let (seen, slot) = least?;
            if slot.take(seen.key, key) {
                // If this fails, another thread charges the key already.
                let _ = slot.exchange(seen.free, now);
                return Some(slot);
            }
        }
        None
    }

    fn set(&self, key: Key) -> Option<&Set> {
        // There is a power of two of sets, far fewer than 2^32.
        let index = (key.get() >> 32) as usize & (self.sets.len() - 1);
        self.sets.get(index)
    }
}

impl Seen {
    /// Empty slots come before all others and are equal: the time was read after the key, and may
    /// be that of a key that came in between.
    fn ahead(self) -> Option<u64> {
        (self.key != 0).then_some(self.free)
    }
}

impl Slot {
    fn look(&self) -> Seen {
        let key = self.key.load(Ordering::Acquire);
        Seen { key, free: self.free.load(Ordering::Acquire) }
    }

    /// Whether the slot was `from`'s and is now `to`'s.
    fn take(&self, from: u64, to: Key) -> bool {
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        self.key.compare_exchange(from, to.get(), success, failure).is_ok()
    }

    /// Gives the time that stands there instead, when it is not `from`.
    fn exchange(&self, from: u64, to: Tick) -> Result<u64, u64> {
        self.free.compare_exchange(from, to.0, Ordering::AcqRel, Ordering::Acquire)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (capacity, memory) = (self.capacity(), self.memory());
        write!(f, "Table for {capacity} keys in {memory} bytes, {:?}", self.limit)
    }
}
