use super::bytes::{BLANK, BREAK, END, HASH, SPACE, is};
use crate::refusal::{Problem, Refusal};

/// A place in a text whose characters are all ones that YAML has, and where its line begins.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// The byte looked at.
    pub(super) at: usize,
    /// First byte of the line; behind a byte order mark, if there is one.
    line: usize,
    /// Whether only blanks stand between the beginning of the line and this place.
    pub(super) fresh: bool,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str, at: usize) -> Self {
        Self { text, at, line: at, fresh: true }
    }

    /// The byte looked at; 0, which no text holds, at the end.
    #[inline]
    pub(super) fn byte(&self) -> u8 {
        self.byte_at(self.at)
    }

    /// The byte behind the one looked at.
    #[inline]
    pub(super) fn second(&self) -> u8 {
        self.byte_at(self.at + 1)
    }

    #[inline]
    pub(super) fn byte_at(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    pub(super) const fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Bytes since the line began. What stands before a place whose column counts is all ASCII.
    pub(super) const fn column(&self) -> usize {
        self.at.saturating_sub(self.line)
    }

    /// Bytes between the beginning of this line and a place on it.
    pub(super) const fn column_of(&self, at: usize) -> usize {
        at.saturating_sub(self.line)
    }

    /// Goes on, on the same line.
    pub(super) const fn go(&mut self, to: usize) {
        self.at = to;
        self.fresh = false;
    }

    /// Goes to the beginning of a line.
    pub(super) const fn go_to_line(&mut self, to: usize) {
        self.at = to;
        self.line = to;
        self.fresh = true;
    }

    /// Whether a document's mark stands here, in the first column.
    #[inline]
    pub(super) fn at_marker(&self) -> bool {
        self.at == self.line && (self.marker(b"---") || self.marker(b"..."))
    }

    /// Whether this mark and something that separates stand here.
    pub(super) fn marker(&self, mark: &[u8; 3]) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        rest.starts_with(mark) && is(self.byte_at(self.at + 3), SPACE)
    }

    /// The first byte from `at` on that is of one of the classes, or the end.
    #[inline]
    pub(super) fn find(&self, at: usize, classes: u8) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| is(byte, classes)).unwrap_or(rest.len())
    }

    /// The first byte from `at` on that is no blank.
    #[inline]
    pub(super) fn behind_blanks(&self, mut at: usize) -> usize {
        while is(self.byte_at(at), BLANK) {
            at += 1;
        }
        at
    }

    /// The first byte from `at` on that is no space.
    #[inline]
    pub(super) fn behind_spaces(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| byte != b' ').unwrap_or(rest.len())
    }

    /// The first byte from `at` on that belongs to no line, or to the next one.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        memchr::memchr2(b'\n', b'\r', rest).map_or(self.text.len(), |found| at + found)
    }

    /// The byte behind the line break at `at`.
    #[inline]
    pub(super) fn behind_break(&self, at: usize) -> usize {
        let crlf = self.byte_at(at) == b'\r' && self.byte_at(at + 1) == b'\n';
        at + if crlf { 2 } else { 1 }
    }

    /// Goes to the next byte that is neither blank nor line break nor in a comment.
    #[inline]
    pub(super) fn next_token(&mut self) -> Result<(), Refusal> {
        if self.byte() == b' ' {
            self.at += 1;
        }
        if is(self.byte(), BLANK | BREAK | HASH) { self.far_token() } else { Ok(()) }
    }

    fn far_token(&mut self) -> Result<(), Refusal> {
        let mut tab = None;
        loop {
            match self.byte() {
                b' ' => self.at = self.behind_spaces(self.at + 1),
                b'\t' => {
                    if self.fresh && tab.is_none() {
                        tab = Some(self.at);
                    }
                    self.at += 1;
                }
                b'\n' | b'\r' => {
                    self.go_to_line(self.behind_break(self.at));
                    tab = None;
                }
                b'#' => self.comment()?,
                _ => break,
            }
        }
        match tab {
            Some(at) if !self.at_end() => Err(Refusal { at, problem: Problem::Tab }),
            _ => Ok(()),
        }
    }

    /// Goes to the end of the line of a comment, which must stand behind a blank.
    fn comment(&mut self) -> Result<(), Refusal> {
        let before = self.at.checked_sub(1).map_or(b'\n', |before| self.byte_at(before));
        if self.at != self.line && !is(before, BLANK | BREAK) {
            return Err(Refusal { at: self.at, problem: Problem::Comment });
        }
        self.at = self.line_end(self.at);
        Ok(())
    }

    /// Goes behind blanks and a comment, up to the end of the line; an error if something else
    /// stands there.
    pub(super) fn rest_of_line(&mut self, problem: Problem) -> Result<(), Refusal> {
        let at = self.behind_blanks(self.at);
        let comment = self.byte_at(at) == b'#';
        if comment && at == self.at {
            return Err(Refusal { at, problem: Problem::Comment });
        }
        if !comment && !is(self.byte_at(at), BREAK | END) {
            return Err(Refusal { at, problem });
        }
        self.go(if comment { self.line_end(at) } else { at });
        Ok(())
    }
}
