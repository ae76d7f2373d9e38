//! A lazy timer wheel: entries are hints to look at a deadline, never the deadline itself.

use crate::clock::Nanos;
use crate::slots::Token;

/// Tokens to look at, by time. Arming again costs a store in the connection, not an entry here: an
/// entry that fires early is put in again by whoever looks.
#[derive(Debug)]
pub struct Wheel {
    slots: Vec<Vec<Token>>,
    occupied: Vec<u64>,
    /// The last tick that was worked off.
    cursor: u64,
}

/// Length of a tick: how late a time-out may be.
const TICK: Nanos = 8_000_000;
/// Ticks in a turn of the wheel, about 33 s; later deadlines are looked at once a turn.
const SLOTS: u64 = 4_096;

impl Wheel {
    /// An empty wheel that begins at `now`.
    #[must_use]
    pub fn new(now: Nanos) -> Self {
        Self {
            slots: vec![Vec::new(); SLOTS as usize],
            occupied: vec![0; (SLOTS / 64) as usize],
            cursor: now / TICK,
        }
    }

    /// Has `token` looked at, at `at` or, if that is more than a turn away, at the turn's end.
    pub fn insert(&mut self, at: Nanos, token: Token) {
        let tick = at.div_ceil(TICK).clamp(self.cursor + 1, self.cursor + SLOTS - 1);
        let slot = tick % SLOTS;
        if let Some(tokens) = self.slots.get_mut(slot as usize) {
            tokens.push(token);
        }
        if let Some(word) = self.occupied.get_mut((slot / 64) as usize) {
            *word |= 1 << (slot % 64);
        }
    }

    /// When the next entry fires; nothing when there is none.
    #[must_use]
    pub fn next(&self) -> Option<Nanos> {
        let mut tick = self.cursor + 1;
        while tick < self.cursor + SLOTS {
            let slot = tick % SLOTS;
            let word = self.occupied.get((slot / 64) as usize).copied().unwrap_or_default();
            match word >> (slot % 64) {
                0 => tick += 64 - slot % 64,
                rest => {
                    // The bits that wrap past the turn's end belong to ticks before the cursor.
                    let found = tick + u64::from(rest.trailing_zeros());
                    return (found < self.cursor + SLOTS).then_some(found * TICK);
                }
            }
        }
        None
    }

    /// Moves every token due at `now` to `due`.
    pub fn expire(&mut self, now: Nanos, due: &mut Vec<Token>) {
        let last = now / TICK;
        while self.cursor < last {
            let Some(next) = self.next().filter(|next| next / TICK <= last) else {
                self.cursor = last;
                return;
            };
            self.cursor = next / TICK;
            let slot = self.cursor % SLOTS;
            if let Some(tokens) = self.slots.get_mut(slot as usize) {
                due.append(tokens);
            }
            if let Some(word) = self.occupied.get_mut((slot / 64) as usize) {
                *word &= !(1 << (slot % 64));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(number: u64) -> Token {
        Token::from_word(number)
    }

    #[test]
    fn an_empty_wheel_never_fires() {
        let mut wheel = Wheel::new(5 * TICK);
        let mut due = Vec::new();
        wheel.expire(1_000_000 * TICK, &mut due);
        assert_eq!((wheel.next(), due), (None, vec![]));
    }

    #[test]
    fn a_deadline_far_away_is_looked_at_once_a_turn() {
        let mut wheel = Wheel::new(0);
        wheel.insert(10 * SLOTS * TICK, token(7));
        assert_eq!(wheel.next(), Some((SLOTS - 1) * TICK));
    }

    proptest! {
        /// Against a plain list: nothing fires early or more than a tick late, nothing is lost.
        #[test]
        fn every_entry_fires_once_and_in_time(
            start in 0..SLOTS * TICK * 3,
            entries in prop::collection::vec(0..(SLOTS - 2) * TICK, 1..50),
            steps in prop::collection::vec(0..SLOTS * TICK / 3, 1..30),
        ) {
            let mut wheel = Wheel::new(start);
            for (number, after) in entries.iter().enumerate() {
                wheel.insert(start + after, token(number as u64));
            }
            let (mut now, mut fired) = (start, vec![false; entries.len()]);
            for step in steps {
                now += step;
                let mut due = Vec::new();
                wheel.expire(now, &mut due);
                for token in due {
                    let number = token.word() as usize;
                    prop_assert!(!fired[number]);
                    prop_assert!(start + entries[number] <= now);
                    fired[number] = true;
                }
                for (number, after) in entries.iter().enumerate() {
                    if !fired[number] {
                        prop_assert!(start + after + 2 * TICK > now);
                        prop_assert!(wheel.next().is_some_and(|next| next <= start + after + 2 * TICK));
                    }
                }
            }
        }
    }
}
