//! What stands between two nodes: blank lines, comments, marks, anchors and tags.

use crate::layout::Line;

/// What was found between two nodes.
#[derive(Debug, Default)]
pub(crate) struct Gap<'a> {
    /// A comment on the line on which the gap begins.
    pub(crate) beside: Option<&'a str>,
    /// What stands on lines of its own.
    pub(crate) lines: Vec<Line<'a>>,
    /// Anchor and tag of the node behind it.
    pub(crate) properties: Vec<&'a str>,
    /// The mark of a block scalar (`|-`), and then the gap ends with its line.
    pub(crate) mark: Option<&'a str>,
}

/// A place in a text, moving forward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

/// Text that this layout has no form for; the byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strange(pub(crate) usize);

impl<'a> Cursor<'a> {
    /// The byte at the cursor.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes everything up to `to`.
    pub(crate) fn gap(&mut self, to: usize) -> Result<Gap<'a>, Strange> {
        let mut gap = Gap::default();
        let mut own_line = self.at == 0 || self.behind_break();
        let mut breaks = usize::from(own_line && self.at > 0);
        while self.at < to {
            let Some(byte) = self.peek() else { break };
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    breaks += 1;
                    own_line = true;
                }
                b'#' => {
                    let comment = self.comment();
                    if own_line {
                        blank(&mut gap.lines, breaks);
                        gap.lines.push(Line::Comment(comment));
                    } else {
                        gap.beside = Some(comment);
                    }
                    breaks = 0;
                }
                b'-' | b':' | b',' | b'[' | b'{' | b']' | b'}' => {
                    self.at += 1;
                    blank(&mut gap.lines, breaks);
                    breaks = 0;
                }
                b'&' | b'!' => gap.properties.push(self.word()),
                b'|' | b'>' => {
                    gap.mark = Some(self.word());
                    self.blanks();
                    if self.peek() == Some(b'#') {
                        gap.beside = Some(self.comment());
                    }
                    self.line_break();
                    return Ok(gap);
                }
                _ => return Err(Strange(self.at)),
            }
        }
        blank(&mut gap.lines, breaks);
        Ok(gap)
    }

    /// A comment behind something on its line.
    pub(crate) fn beside(&mut self) -> Option<&'a str> {
        let mut ahead = *self;
        ahead.blanks();
        if ahead.at == self.at || ahead.peek() != Some(b'#') {
            return None;
        }
        let comment = ahead.comment();
        *self = ahead;
        Some(comment)
    }

    /// Comments on lines of their own that stand at `column` or to the right of it.
    pub(crate) fn indented(&mut self, column: usize) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        loop {
            let mut ahead = *self;
            let mut breaks = usize::from(ahead.behind_break());
            while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = ahead.peek() {
                breaks += usize::from(byte == b'\n');
                ahead.at += 1;
            }
            if ahead.peek() != Some(b'#') || breaks == 0 || ahead.column() < column {
                return lines;
            }
            blank(&mut lines, breaks);
            lines.push(Line::Comment(ahead.comment()));
            *self = ahead;
        }
    }

    /// Passes blanks and one byte, if it is the next thing.
    pub(crate) fn pass(&mut self, wanted: u8) -> bool {
        let mut ahead = *self;
        ahead.blanks();
        let there = ahead.peek() == Some(wanted);
        if there {
            ahead.at += 1;
            *self = ahead;
        }
        there
    }

    /// The column of the cursor, in bytes from 0.
    pub(crate) fn column(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |end| end + 1)
    }

    /// Passes the end of a line.
    pub(crate) fn line_break(&mut self) {
        while let Some(b' ' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
        if self.peek() == Some(b'\n') {
            self.at += 1;
        }
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn behind_break(&self) -> bool {
        self.at > 0 && self.text.as_bytes().get(self.at - 1) == Some(&b'\n')
    }

    fn comment(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or_default();
        self.at += line.len();
        line.trim_end()
    }

    fn word(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']);
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += word.len().max(1);
        word
    }
}

/// Keeps one of several blank lines.
fn blank(lines: &mut Vec<Line<'_>>, breaks: usize) {
    if breaks > 1 && lines.last() != Some(&Line::Blank) {
        lines.push(Line::Blank);
    }
}
