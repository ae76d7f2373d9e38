//! The fields of a mapping, found by name.

use meshc_document::Word;

use crate::schema::RuleIx;

/// Fields in the order of the schema.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(Word, String, RuleIx)>);

impl Fields {
    pub(crate) fn push(&mut self, name: &str, ix: RuleIx) {
        self.0.push((Word::of(name), name.to_owned(), ix));
    }

    /// The number of a field and its rule.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, RuleIx)> {
        let wanted = Word::of(name);
        let mut all = self.0.iter().enumerate();
        all.find(|(_, (word, field, _))| *word == wanted && wanted.is(name, field))
            .map(|(number, (_, _, ix))| (number, *ix))
    }

    pub(crate) fn get(&self, name: &str) -> Option<RuleIx> {
        self.find(name).map(|(_, ix)| ix)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, RuleIx)> {
        self.0.iter().map(|(_, name, ix)| (name.as_str(), *ix))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, name, _)| name.as_str())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bits of these fields in a [`Seen`]; nothing where one has none.
    pub(crate) fn bits(&self, names: &[String]) -> Option<Seen> {
        let mut all = Seen::default();
        for name in names {
            let (number, _) = self.find(name).filter(|(number, _)| *number < Seen::MOST)?;
            all.add(number);
        }
        Some(all)
    }
}

/// Which of the first fields stand in a mapping.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen(u64);

impl Seen {
    const MOST: usize = 64;

    /// Adds a field by its number; one beyond the first is left out.
    pub(crate) fn add(&mut self, number: usize) {
        let shift = u32::try_from(number).unwrap_or(u32::MAX);
        self.0 |= 1_u64.checked_shl(shift).unwrap_or(0);
    }

    pub(crate) const fn holds(self, all: Self) -> bool {
        all.0 & !self.0 == 0
    }
}
