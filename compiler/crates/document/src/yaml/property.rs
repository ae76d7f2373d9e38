use std::collections::HashMap;

use super::bytes::{BREAK, FLOW, SPACE, is};
use super::cursor::Cursor;
use crate::event::Tag;
use crate::finding::Span;
use crate::refusal::{Problem, Refusal};

const CORE_TAG: &str = "tag:yaml.org,2002:";

/// What stands before a node: an anchor, a tag, or both.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) anchor: Option<u32>,
    pub(super) tag: Option<Box<Tag>>,
    /// First byte.
    pub(super) start: usize,
    /// Byte behind the last.
    pub(super) end: usize,
}

/// The anchors of a document, numbered from 1.
#[derive(Default)]
pub(super) struct Anchors<'a> {
    numbers: HashMap<&'a str, u32>,
    last: u32,
}

impl<'a> Anchors<'a> {
    pub(super) fn clear(&mut self) {
        if self.last > 0 {
            *self = Self::default();
        }
    }

    fn define(&mut self, name: &'a str) -> u32 {
        self.last = self.last.saturating_add(1);
        self.numbers.insert(name, self.last);
        self.last
    }

    pub(super) fn get(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The properties at the cursor, which then stands at what follows them on the line, or at its
    /// end.
    pub(super) fn properties(&mut self, cursor: &mut Cursor<'a>) -> Result<Properties, Refusal> {
        let start = cursor.at;
        let mut found = Properties { start, ..Properties::default() };
        loop {
            match cursor.byte() {
                b'&' if found.anchor.is_none() => {
                    let name = name(cursor)?;
                    found.anchor = Some(self.define(name));
                }
                b'!' if found.tag.is_none() => found.tag = Some(Box::new(tag(cursor)?)),
                b'&' | b'!' => {
                    return Err(Refusal { at: cursor.at, problem: Problem::Properties });
                }
                _ => return Ok(found),
            }
            found.end = cursor.at;
            cursor.go(cursor.behind_blanks(cursor.at));
            if cursor.byte() == b'#' && cursor.at == found.end {
                return Err(Refusal { at: cursor.at, problem: Problem::Comment });
            }
        }
    }
}

/// The name behind the `&` or `*` at the cursor, which then stands behind it.
pub(super) fn name<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Refusal> {
    let mark = cursor.at;
    let mut end = mark + 1;
    while !is(cursor.byte_at(end), SPACE | FLOW) {
        end += 1;
    }
    let opens = matches!(cursor.byte_at(end), b'[' | b'{');
    if end == mark + 1 || opens {
        return Err(Refusal { at: mark, problem: Problem::Anchor });
    }
    cursor.go(end);
    Ok(cursor.slice(mark + 1, end))
}

/// `!`, `!name` or `!!name`. Verbatim tags, escapes and handles of directives are not read.
fn tag(cursor: &mut Cursor<'_>) -> Result<Tag, Refusal> {
    let mark = cursor.at;
    let core = cursor.byte_at(mark + 1) == b'!';
    let from = mark + if core { 2 } else { 1 };
    let mut end = from;
    while is_tag_byte(cursor.byte_at(end)) {
        end += 1;
    }
    let suffix = cursor.slice(from, end);
    let next = cursor.byte_at(end);
    let separated = is(next, SPACE | BREAK) || matches!(next, b',' | b']' | b'}');
    if !separated || (core && suffix.is_empty()) {
        return Err(Refusal { at: mark, problem: Problem::Tag });
    }
    cursor.go(end);
    let name = if core { format!("{CORE_TAG}{suffix}") } else { format!("!{suffix}") };
    Ok(Tag { name, span: Span::new(mark, end) })
}

const fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'+' | b'~')
}
