//! The field section of a head (RFC 9112, 5): lines, and what they say of the message.

use crate::authority::is_authority;
use crate::class::{self, REQUEST_NAME, TOKEN};
use crate::head::{Head, Line};
use crate::{FaultKind, FieldId, Limits, Span};

/// The most names all `Connection` fields of a head may list together.
const MAX_CONNECTION_NAMES: usize = 16;

/// Whose fields are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Request,
    Response,
}

/// Reads field lines from `start` on into `head`, up to and with the empty line.
///
/// Gives the index behind the empty line, or `None` when the input ends before it.
pub(crate) fn parse(
    input: &[u8],
    start: usize,
    head: &mut Head,
    of: Of,
    limits: &Limits,
) -> Result<Option<usize>, FaultKind> {
    let most = usize::from(limits.fields.min(Limits::MAX_FIELDS));
    let mut at = start;
    loop {
        match input.get(at) {
            None => return Ok(None),
            Some(b'\r') => break,
            Some(b' ' | b'\t') => return Err(FaultKind::Fold),
            Some(_) => {}
        }
        if head.lines.len() == most {
            return Err(FaultKind::TooManyFields);
        }
        let Some((line, next)) = parse_line(input, at, of)? else { return Ok(None) };
        if line.id != FieldId::Other {
            note(input, &line, head, of)?;
        }
        head.lines.push(line);
        at = next;
    }
    match input.get(at + 1) {
        None => Ok(None),
        Some(b'\n') => finish(input, head).map(|()| Some(at + 2)),
        Some(_) => Err(FaultKind::LineEnd),
    }
}

/// One line `name: value CR LF` at `at`; gives it and the index behind it.
#[inline]
fn parse_line(input: &[u8], at: usize, of: Of) -> Result<Option<(Line, usize)>, FaultKind> {
    let class = if of == Of::Request { REQUEST_NAME } else { TOKEN };
    let colon = class::end_of_name(class, input, at);
    match input.get(colon) {
        None => return Ok(None),
        Some(b':') if colon > at => {}
        Some(&byte) => return Err(name_fault(byte)),
    }
    let mut start = colon + 1;
    while let Some(b' ' | b'\t') = input.get(start) {
        start += 1;
    }
    let line_end = class::end_of_value(input, start);
    match input.get(line_end) {
        None => return Ok(None),
        Some(b'\r') => {}
        Some(b'\n') => return Err(FaultKind::LineEnd),
        Some(_) => return Err(FaultKind::ValueByte),
    }
    match input.get(line_end + 1) {
        None => return Ok(None),
        Some(b'\n') => {}
        Some(_) => return Err(FaultKind::LineEnd),
    }
    let mut end = line_end;
    while end > start && matches!(input.get(end - 1), Some(b' ' | b'\t')) {
        end -= 1;
    }
    let name = Span::between(at, colon);
    let id = FieldId::of(name.of(input));
    let value = Span::between(start, end);
    Ok(Some((Line { name, value, id, hop_by_hop: id.is_hop_by_hop() }, line_end + 2)))
}

#[cold]
fn name_fault(byte: u8) -> FaultKind {
    match byte {
        b' ' | b'\t' => FaultKind::BlankBeforeColon,
        b'_' => FaultKind::Underscore,
        b'\r' | b'\n' => FaultKind::LineEnd,
        _ => FaultKind::NameByte,
    }
}

/// Takes note of a known field.
fn note(input: &[u8], line: &Line, head: &mut Head, of: Of) -> Result<(), FaultKind> {
    let value = line.value.of(input);
    match line.id {
        FieldId::ContentLength => head.framing.content_length(value),
        FieldId::TransferEncoding => head.framing.transfer_encoding(value, head.minor),
        FieldId::Host if of == Of::Request => {
            if head.host.is_some() {
                return Err(FaultKind::HostRepeated);
            }
            head.host = Some(line.value);
            if is_authority(value) { Ok(()) } else { Err(FaultKind::HostForm) }
        }
        FieldId::Expect if of == Of::Request => {
            if !value.eq_ignore_ascii_case(b"100-continue") {
                return Err(FaultKind::ExpectUnknown);
            }
            // A 1.0 client cannot take an interim response (RFC 9110, 10.1.1).
            head.expect_continue = head.minor == 1;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What all `Connection` fields of a head say together.
#[derive(Default)]
struct Connection {
    close: bool,
    keep_alive: bool,
    upgrade: bool,
    names: usize,
}

/// Reads the `Connection` fields once all lines are there.
fn finish(input: &[u8], head: &mut Head) -> Result<(), FaultKind> {
    let mut said = Connection::default();
    for index in 0..head.lines.len() {
        if let Some(&Line { id: FieldId::Connection, value, .. }) = head.lines.get(index) {
            said.read(input, value.of(input), &mut head.lines)?;
        }
    }
    head.keep_alive = !said.close && (head.minor == 1 || said.keep_alive);
    head.upgrade_requested =
        said.upgrade && head.minor == 1 && head.find(FieldId::Upgrade).is_some();
    Ok(())
}

impl Connection {
    /// One field's list; marks the lines it names.
    fn read(&mut self, input: &[u8], list: &[u8], lines: &mut [Line]) -> Result<(), FaultKind> {
        for name in list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
            if class::is_name(name, b"keep-alive") {
                self.keep_alive = true;
            } else if class::is_name(name, b"close") {
                self.close = true;
            } else if class::is_name(name, b"upgrade") {
                self.upgrade = true;
            } else if !name.is_empty() {
                mark(input, name, lines)?;
            }
            self.names += 1;
            if self.names > MAX_CONNECTION_NAMES {
                return Err(FaultKind::ConnectionForm);
            }
        }
        Ok(())
    }
}

/// Marks the lines of this name as hop-by-hop. A peer cannot have a field removed that the proxy,
/// its policy or the framing relies on.
fn mark(input: &[u8], name: &[u8], lines: &mut [Line]) -> Result<(), FaultKind> {
    if !class::all(TOKEN, name) {
        return Err(FaultKind::ConnectionForm);
    }
    match FieldId::of(name) {
        FieldId::Other => {}
        id if id.is_hop_by_hop() => return Ok(()),
        _ => return Err(FaultKind::ConnectionNames),
    }
    for line in lines {
        line.hop_by_hop |= line.name.of(input).eq_ignore_ascii_case(name);
    }
    Ok(())
}
