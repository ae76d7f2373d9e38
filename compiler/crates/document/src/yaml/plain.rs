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

fn line(cursor: &Cursor<'_>, at: usize, flow: bool) -> (usize, usize) {
    if flow { plain_on_line::<true>(cursor, at) } else { plain_on_line::<false>(cursor, at) }
}

/// Where the text of a line of a plain scalar ends, from `at` on, and the first byte that is none of
/// it: the end of the line, a comment, or what ends the scalar.
#[inline]
pub(super) fn plain_on_line<const IN_FLOW: bool>(
    cursor: &Cursor<'_>,
    mut at: usize,
) -> (usize, usize) {
    loop {
        at = cursor.find(at, if IN_FLOW { SPACE | COLON | FLOW } else { SPACE | COLON });
        let next = cursor.behind_blanks(at);
        let comment = next > at && cursor.byte_at(next) == b'#';
        if comment || ends(cursor, next, IN_FLOW) {
            return (at, next);
        }
        // Behind a colon that ends nothing.
        at = next + usize::from(cursor.byte_at(next) == b':');
    }
}

/// Whether a plain scalar cannot hold the byte at `at`.
#[inline]
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

/// Whether a scalar in block, outside brackets, goes on behind the line break at `stop`.
pub(super) fn goes_on_below(
    cursor: &Cursor<'_>,
    stop: usize,
    least: usize,
) -> Result<bool, Refusal> {
    let ahead = next_line(cursor, stop, false, least)?;
    Ok(ahead.is_some())
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
            b' ' => ahead.at = ahead.behind_spaces(ahead.at + 1),
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
    if ahead.at_end() {
        return Ok(None);
    }
    if ahead.byte() == b'#' {
        return after_comment(ahead, tab, flow, least).map(|()| None);
    }
    if let Some(at) = tab {
        return Err(Refusal { at, problem: Problem::Tab });
    }
    Ok(goes_on(&ahead, flow, least).then_some((ahead, breaks)))
}

/// Whether the first word of a line belongs to the scalar before it.
fn goes_on(line: &Cursor<'_>, flow: bool, least: usize) -> bool {
    line.column() >= least && !line.at_marker() && !ends(line, line.at, flow)
}

/// A comment ends a scalar. Some readers overlook one that a tab begins the line of, and go on with
/// what follows it, so that must not look like another line of the scalar.
fn after_comment(
    mut ahead: Cursor<'_>,
    tab: Option<usize>,
    flow: bool,
    least: usize,
) -> Result<(), Refusal> {
    let Some(at) = tab else { return Ok(()) };
    loop {
        ahead.go(ahead.line_end(ahead.at));
        let mut tabs = false;
        while is(ahead.byte(), BLANK | BREAK) {
            tabs |= ahead.byte() == b'\t';
            if is(ahead.byte(), BREAK) {
                ahead.go_to_line(ahead.behind_break(ahead.at));
                tabs = false;
            } else {
                ahead.at += 1;
            }
        }
        let comment = ahead.byte() == b'#';
        if comment && tabs {
            continue;
        }
        let overlooked = !comment && !ahead.at_end() && goes_on(&ahead, flow, least);
        return if overlooked { Err(Refusal { at, problem: Problem::Tab }) } else { Ok(()) };
    }
}
