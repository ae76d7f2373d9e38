use std::borrow::Cow;

use super::bytes::{BLANK, BREAK, is};
use super::cursor::Cursor;
use super::scalar::Scalar;
use crate::event::Style;
use crate::refusal::{Problem, Refusal};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// What stands behind `|` or `>`.
struct Header {
    /// Columns of indentation more than what is around it, if they are written.
    more: Option<usize>,
    chomping: Chomping,
}

/// A literal or folded scalar whose `|` or `>` is at the cursor, which then stands where the next
/// token's line goes on. Its lines begin in column `least` or further right.
///
/// Its span begins with its first line, not with its header, and ends with the indentation of what
/// follows.
pub(super) fn literal<'a>(cursor: &mut Cursor<'a>, least: usize) -> Result<Scalar<'a>, Refusal> {
    let mark = cursor.at;
    let style = if cursor.byte() == b'|' { Style::Literal } else { Style::Folded };
    let header = header(cursor)?;
    let has_break = is(cursor.byte(), BREAK);
    if has_break {
        cursor.go_to_line(cursor.behind_break(cursor.at));
    }
    if cursor.byte() == b'\t' {
        return Err(Refusal { at: cursor.at, problem: Problem::Block });
    }
    let mut lines = Lines { cursor, indent: 0, breaks: 0 };
    match header.more {
        Some(more) => lines.indent = least.saturating_sub(1) + more,
        None => lines.indent = lines.find_indent(least),
    }
    lines.skip_indent();
    let start = lines.cursor.at;
    let empty = lines.cursor.at_end();
    if empty {
        let text = lines.nothing(&header, has_break);
        let end = lines.cursor.at;
        return Ok(Scalar { text: Cow::Owned(text), style, start: mark, end, lines: true });
    }
    lines.check_indent(least)?;
    let text = lines.text(style, &header);
    let end = lines.cursor.at;
    Ok(Scalar { text: Cow::Owned(text), style, start, end, lines: true })
}

fn header(cursor: &mut Cursor<'_>) -> Result<Header, Refusal> {
    let mark = cursor.at;
    let mut header = Header { more: None, chomping: Chomping::Clip };
    let mut at = mark + 1;
    let mut chomped = false;
    for _ in 0..2 {
        match cursor.byte_at(at) {
            sign @ (b'+' | b'-') if !chomped => {
                chomped = true;
                header.chomping = if sign == b'+' { Chomping::Keep } else { Chomping::Strip };
            }
            digit @ b'1'..=b'9' if header.more.is_none() => {
                header.more = Some(usize::from(digit - b'0'));
            }
            _ => break,
        }
        at += 1;
    }
    cursor.go(at);
    cursor.rest_of_line(Problem::Block)?;
    Ok(header)
}

/// The lines of a block scalar.
struct Lines<'a, 'c> {
    cursor: &'c mut Cursor<'a>,
    indent: usize,
    /// Empty lines before this place.
    breaks: usize,
}

impl Lines<'_, '_> {
    /// Goes to the first line that is not empty; gives the furthest column met on the way.
    fn find_indent(&mut self, least: usize) -> usize {
        let mut furthest = least;
        loop {
            while self.cursor.byte() == b' ' {
                self.cursor.at += 1;
            }
            furthest = furthest.max(self.cursor.column());
            if !is(self.cursor.byte(), BREAK) {
                return furthest;
            }
            self.line_break();
        }
    }

    /// Goes behind empty lines and the indentation of the next line.
    fn skip_indent(&mut self) {
        loop {
            while self.cursor.column() < self.indent && self.cursor.byte() == b' ' {
                self.cursor.at += 1;
            }
            if !is(self.cursor.byte(), BREAK) {
                return;
            }
            self.line_break();
        }
    }

    fn line_break(&mut self) {
        self.cursor.go_to_line(self.cursor.behind_break(self.cursor.at));
        self.breaks += 1;
    }

    /// The text if no line comes any more.
    fn nothing(&self, header: &Header, has_break: bool) -> String {
        if header.chomping != Chomping::Keep || !has_break {
            return String::new();
        }
        let blank_line = self.breaks == 0 && self.cursor.column() > 0;
        "\n".repeat(if blank_line { 1 } else { self.breaks })
    }

    /// The first line must not be less indented than an empty one before it or than the header says,
    /// if it is one of the scalar at all.
    fn check_indent(&self, least: usize) -> Result<(), Refusal> {
        let column = self.cursor.column();
        if column >= self.indent || column < least {
            return Ok(());
        }
        let ends_here =
            least == 0 && column == 0 && (self.cursor.at_marker() || self.cursor.byte() == b'#');
        if ends_here {
            return Ok(());
        }
        Err(Refusal { at: self.cursor.at, problem: Problem::Block })
    }

    fn text(&mut self, style: Style, header: &Header) -> String {
        let mut text = String::new();
        // Whether a line came before, and whether it began with a blank.
        let (mut behind_line, mut blank_before) = (false, false);
        while self.cursor.column() == self.indent && !self.cursor.at_end() {
            if self.indent == 0 && self.cursor.at_marker() {
                break;
            }
            let blank = is(self.cursor.byte(), BLANK);
            let folded = style == Style::Folded && behind_line && !blank_before && !blank;
            if folded && self.breaks == 0 {
                text.push(' ');
            } else if behind_line && !folded {
                text.push('\n');
            }
            text.extend(core::iter::repeat_n('\n', self.breaks));
            let (from, to) = (self.cursor.at, self.cursor.line_end(self.cursor.at));
            text.push_str(self.cursor.slice(from, to));
            (behind_line, blank_before, self.breaks) = (true, blank, 0);
            self.cursor.at = to;
            if self.cursor.at_end() {
                return self.chomp(text, header, false);
            }
            self.cursor.go_to_line(self.cursor.behind_break(to));
            self.skip_indent();
        }
        self.chomp(text, header, behind_line)
    }

    fn chomp(&self, mut text: String, header: &Header, ended: bool) -> String {
        let cut_off = !ended && self.cursor.at_end() && self.cursor.column() >= self.indent.max(1);
        if header.chomping != Chomping::Strip && (ended || cut_off) {
            text.push('\n');
        }
        if header.chomping == Chomping::Keep {
            text.extend(core::iter::repeat_n('\n', self.breaks));
        }
        text
    }
}
