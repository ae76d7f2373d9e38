//! A slab whose entries are named by slot and generation, so that a name outlives no entry.

/// Names an entry: generation in the upper half, slot in the lower. The data word of epoll.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Token(u64);

/// Entries by token.
#[derive(Debug)]
pub struct Slots<T> {
    entries: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl Token {
    /// The token of an epoll data word.
    #[must_use]
    pub const fn from_word(word: u64) -> Self {
        Self(word)
    }

    /// As an epoll data word.
    #[must_use]
    pub const fn word(self) -> u64 {
        self.0
    }

    const fn slot(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl<T> Slots<T> {
    /// No entries.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), free: Vec::new() }
    }

    /// Reserves a token; [`Slots::put`] fills it, [`Slots::release`] gives it back.
    pub fn reserve(&mut self) -> Token {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(Slot { generation: 1, value: None });
            (self.entries.len() - 1) as u32
        });
        let generation = self.entries.get(slot as usize).map_or(0, |entry| entry.generation);
        Token(u64::from(generation) << 32 | u64::from(slot))
    }

    /// Fills a reserved token, or brings back what [`Slots::take`] took; gives the value back when
    /// the token was released meanwhile.
    pub fn put(&mut self, token: Token, value: T) -> Option<T> {
        match self.entry(token) {
            Some(entry) => entry.value.replace(value),
            None => Some(value),
        }
    }

    /// Takes an entry out for a while; its token stays reserved.
    pub fn take(&mut self, token: Token) -> Option<T> {
        self.entry(token)?.value.take()
    }

    /// An entry in place.
    pub fn get_mut(&mut self, token: Token) -> Option<&mut T> {
        self.entry(token)?.value.as_mut()
    }

    /// Gives a token back; it names nothing from now on.
    pub fn release(&mut self, token: Token) {
        if let Some(entry) = self.entry(token) {
            entry.value = None;
            entry.generation = entry.generation.wrapping_add(1).max(1);
            self.free.push(token.slot() as u32);
        }
    }

    /// Tokens of all entries that are in place.
    pub fn tokens(&self) -> Vec<Token> {
        let there = self.entries.iter().enumerate().filter(|(_, entry)| entry.value.is_some());
        there.map(|(slot, entry)| Token(u64::from(entry.generation) << 32 | slot as u64)).collect()
    }

    /// Tokens in use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    fn entry(&mut self, token: Token) -> Option<&mut Slot<T>> {
        let entry = self.entries.get_mut(token.slot())?;
        (entry.generation == token.generation()).then_some(entry)
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_token_names_nothing_even_when_its_slot_is_used_again() {
        let mut slots = Slots::new();
        let first = slots.reserve();
        slots.put(first, 'a');
        slots.release(first);
        let second = slots.reserve();
        assert_eq!(slots.put(first, 'x'), Some('x'));
        slots.put(second, 'b');
        assert_eq!(slots.take(first), None);
        assert_eq!(slots.get_mut(second), Some(&mut 'b'));
        slots.release(first);
        assert_eq!((slots.len(), slots.take(second)), (1, Some('b')));
    }

    #[test]
    fn what_is_taken_keeps_its_token() {
        let mut slots = Slots::new();
        let token = slots.reserve();
        slots.put(token, 1);
        assert_eq!((slots.take(token), slots.take(token)), (Some(1), None));
        assert_ne!(slots.reserve(), token);
        assert_eq!(slots.put(token, 2), None);
        assert_eq!(slots.get_mut(token), Some(&mut 2));
    }
}
