use std::borrow::Cow;

use super::bytes::{BLANK, BREAK, QUOTE, is};
use super::cursor::Cursor;
use super::scalar::Scalar;
use crate::event::Style;
use crate::refusal::{Problem, Refusal};

/// A quoted scalar that begins at the cursor, which then stands behind its closing quote. Lines it
/// goes on in, that of the quote too, begin in column `least` or further right.
pub(super) fn quoted<'a>(cursor: &mut Cursor<'a>, least: usize) -> Result<Scalar<'a>, Refusal> {
    let start = cursor.at;
    let quote = cursor.byte();
    let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
    let mut at = start + 1;
    loop {
        at = cursor.find(at, QUOTE | BREAK);
        let byte = cursor.byte_at(at);
        let plain_end = byte == quote && (quote == b'"' || cursor.byte_at(at + 1) != b'\'');
        if plain_end {
            let text = Cow::Borrowed(cursor.slice(start + 1, at));
            cursor.go(at + 1);
            return Ok(Scalar { text, style, start, end: at + 1, lines: false });
        }
        let ordinary = is(byte, QUOTE) && byte != quote && !(byte == b'\\' && quote == b'"');
        if !ordinary {
            break;
        }
        at += 1;
    }
    let text = String::with_capacity(at - start);
    Decoder { cursor, start, quote, least, text, lines: false }.decode(start + 1, style)
}

/// A quoted scalar whose text is not what stands between its quotes.
struct Decoder<'a, 'c> {
    cursor: &'c mut Cursor<'a>,
    start: usize,
    quote: u8,
    least: usize,
    text: String,
    lines: bool,
}

impl<'a> Decoder<'a, '_> {
    fn decode(mut self, mut at: usize, style: Style) -> Result<Scalar<'a>, Refusal> {
        loop {
            let from = at;
            at = self.cursor.find(at, QUOTE | BREAK);
            self.text.push_str(self.cursor.slice(from, at));
            at = match self.cursor.byte_at(at) {
                b'\'' if self.quote == b'\'' && self.cursor.byte_at(at + 1) == b'\'' => {
                    self.text.push('\'');
                    at + 2
                }
                byte if byte == self.quote => break,
                b'\\' if self.quote == b'"' => self.escape(at)?,
                b'\n' | b'\r' => {
                    let written = self.cursor.slice(from, at);
                    let blanks = written.len() - written.trim_end_matches([' ', '\t']).len();
                    self.text.truncate(self.text.len() - blanks);
                    self.fold(at)?
                }
                0 => return Err(self.refusal(self.start, Problem::OpenQuote)),
                byte => {
                    self.text.push(char::from(byte));
                    at + 1
                }
            };
        }
        self.cursor.go(at + 1);
        let (start, lines) = (self.start, self.lines);
        Ok(Scalar { text: Cow::Owned(self.text), style, start, end: at + 1, lines })
    }

    /// Line breaks are a space, or one less than there are; gives where the text goes on.
    fn fold(&mut self, at: usize) -> Result<usize, Refusal> {
        let (at, breaks) = self.next_line(at)?;
        if breaks == 1 {
            self.text.push(' ');
        } else {
            self.text.extend(core::iter::repeat_n('\n', breaks - 1));
        }
        Ok(at)
    }

    /// Where the text goes on behind the line break at `at`, and the breaks before it.
    fn next_line(&mut self, at: usize) -> Result<(usize, usize), Refusal> {
        let mut breaks = 0;
        self.lines = true;
        self.cursor.at = at;
        while is(self.cursor.byte(), BREAK) {
            self.cursor.go_to_line(self.cursor.behind_break(self.cursor.at));
            breaks += 1;
            while self.cursor.byte() == b' ' {
                self.cursor.at += 1;
            }
            if is(self.cursor.byte(), BLANK) {
                return Err(self.refusal(self.cursor.at, Problem::Tab));
            }
        }
        if self.cursor.at_end() {
            return Err(self.refusal(self.start, Problem::OpenQuote));
        }
        if self.cursor.at_marker() {
            return Err(self.refusal(self.start, Problem::MarkInQuotes));
        }
        if self.cursor.column() < self.least {
            return Err(self.refusal(self.cursor.at, Problem::QuotedLine));
        }
        Ok((self.cursor.at, breaks))
    }

    /// Decodes the escape at `at`; gives where the text goes on.
    fn escape(&mut self, at: usize) -> Result<usize, Refusal> {
        let decoded = match self.cursor.byte_at(at + 1) {
            b'\n' | b'\r' => {
                let (next, breaks) = self.next_line(at + 1)?;
                self.text.extend(core::iter::repeat_n('\n', breaks - 1));
                return Ok(next);
            }
            b'x' => return self.numeric(at, 2),
            b'u' => return self.numeric(at, 4),
            b'U' => return self.numeric(at, 8),
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            c @ (b' ' | b'"' | b'/' | b'\\') => char::from(c),
            0 => return Err(self.refusal(self.start, Problem::OpenQuote)),
            _ => return Err(self.refusal(at, Problem::Escape)),
        };
        self.text.push(decoded);
        Ok(at + 2)
    }

    /// `\x`, `\u` or `\U`; two halves of a surrogate pair are one character, as in JSON.
    fn numeric(&mut self, at: usize, digits: usize) -> Result<usize, Refusal> {
        let number = |from: usize| {
            let written = self.cursor.slice(from, from + digits);
            let hex = written.len() == digits && written.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| u32::from_str_radix(written, 16).ok()).flatten()
        };
        let end = at + 2 + digits;
        let first = number(at + 2);
        let low = || number(end + 2).filter(|_| self.cursor.slice(end, end + 2) == "\\u");
        let (code, end) = match first {
            Some(high @ 0xd800..=0xdbff) if digits == 4 => {
                let low = low().filter(|low| matches!(low, 0xdc00..=0xdfff));
                (low.map(|low| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), end + 6)
            }
            code => (code, end),
        };
        let Some(decoded) = code.and_then(char::from_u32) else {
            return Err(self.refusal(at, Problem::Escape));
        };
        self.text.push(decoded);
        Ok(end)
    }

    const fn refusal(&self, at: usize, problem: Problem) -> Refusal {
        Refusal { at, problem }
    }
}
