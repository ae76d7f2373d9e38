use std::borrow::Cow;

use super::bytes::{BLANK, BREAK, COLON, END, FLOW, SPACE, is};
use super::cursor::Cursor;
use super::scalar::Scalar;
use crate::event::Style;
use crate::refusal::{Problem, Refusal};

/// A plain scalar that begins at the cursor, with all lines it goes on in. The cursor then stands
/// behind its last character. Lines in columns below `least` are none of it.
pub(super) fn plain<'a>(
    cursor: &mut Cursor<'a>,
    flow: bool,
    least: usize,
) -> Result<Scalar<'a>, Refusal> {
    let start = cursor.at;
    let (end, stop) = line(cursor, start, flow);
    cursor.go(end);
    let one = Scalar {
        text: Cow::Borrowed(cursor.slice(start, end)),
        style: Style::Plain,
        start,
        end,
        lines: false,
    };
    if !is(cursor.byte_at(stop), BREAK) {
        return Ok(one);
    }
    more_lines(cursor, one, stop, flow, least)
}

/// Where the text of a line ends, from `at` on, and the first byte that is none of it: the end of
/// the line, a comment, or what ends the scalar.
fn line(cursor: &Cursor<'_>, mut at: usize, flow: bool) -> (usize, usize) {
    let stops = if flow { SPACE | COLON | FLOW } else { SPACE | COLON };
    loop {
        while !is(cursor.byte_at(at), stops) {
            at += 1;
        }
        let byte = cursor.byte_at(at);
        if is(byte, BLANK) {
            let next = cursor.behind_blanks(at);
            if cursor.byte_at(next) == b'#' || ends(cursor, next, flow) {
                return (at, next);
            }
            at = next;
        } else if ends(cursor, at, flow) {
            return (at, at);
        }
        // A blank that does not end it, or a colon.
        at += usize::from(cursor.byte_at(at) == b':');
    }
}

/// Whether a plain scalar cannot hold the byte at `at`.
fn ends(cursor: &Cursor<'_>, at: usize, flow: bool) -> bool {
    let byte = cursor.byte_at(at);
    if byte == b':' {
        return is(cursor.byte_at(at + 1), if flow { SPACE | FLOW } else { SPACE });
    }
    is(byte, BREAK | END) || (flow && is(byte, FLOW))
}

/// Goes on behind the line break at `stop` as long as lines belong to the scalar.
fn more_lines<'a>(
    cursor: &mut Cursor<'a>,
    one: Scalar<'a>,
    mut stop: usize,
    flow: bool,
    least: usize,
) -> Result<Scalar<'a>, Refusal> {
    let mut scalar = one;
    while is(cursor.byte_at(stop), BREAK) {
        let Some((ahead, breaks)) = next_line(cursor, stop, flow, least)? else { break };
        let (end, next) = line(&ahead, ahead.at, flow);
        let text = scalar.text.to_mut();
        if breaks == 1 {
            text.push(' ');
        } else {
            text.extend(core::iter::repeat_n('\n', breaks - 1));
        }
        text.push_str(ahead.slice(ahead.at, end));
        *cursor = ahead;
        cursor.go(end);
        scalar.end = end;
        scalar.lines = true;
        stop = next;
    }
    Ok(scalar)
}

/// The line on which the scalar goes on, and the line breaks before it.
fn next_line<'a>(
    cursor: &Cursor<'a>,
    stop: usize,
    flow: bool,
    least: usize,
) -> Result<Option<(Cursor<'a>, usize)>, Refusal> {
    let mut ahead = *cursor;
    ahead.at = stop;
    let (mut breaks, mut tab) = (0, None);
    loop {
        match ahead.byte() {
            b' ' => ahead.at += 1,
            b'\t' => {
                tab = tab.or(Some(ahead.at));
                ahead.at += 1;
            }
            b'\n' | b'\r' => {
                ahead.go_to_line(ahead.behind_break(ahead.at));
                breaks += 1;
                tab = None;
            }
            _ => break,
        }
    }
    if ahead.at_end() || ahead.byte() == b'#' {
        return Ok(None);
    }
    if let Some(at) = tab {
        return Err(Refusal { at, problem: Problem::Tab });
    }
    let goes_on = ahead.column() >= least && !ahead.at_marker() && !ends(&ahead, ahead.at, flow);
    Ok(goes_on.then_some((ahead, breaks)))
}
