/// Texts of the scalars of a document that do not stand in its source as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decoded {
    text: String,
    /// Where each text ends and the next begins.
    ends: Vec<usize>,
}

impl Decoded {
    /// Keeps a text; its number.
    pub(crate) fn push(&mut self, text: &str) -> u32 {
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.ends.push(self.text.len());
        number
    }

    /// The text of a number.
    pub(crate) fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let end = |number: usize| self.ends.get(number).copied();
        let start = number.checked_sub(1).and_then(end).unwrap_or(0);
        let found = end(number).and_then(|end| self.text.get(start..end));
        found.unwrap_or_default()
    }
}
