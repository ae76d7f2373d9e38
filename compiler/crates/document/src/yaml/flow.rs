use super::bytes::{BLANK, BREAK, FLOW, INDICATOR, SPACE, is};
use super::frame::{Frame, State, narrow};
use super::plain::{plain, plain_on_line};
use super::property::{Properties, name};
use super::quoted::quoted;
use super::scalar::Scalar;
use super::{Halt, KEY, Outcome, Parser, Receiver, refusal, split};
use crate::event::{Event, Style};
use crate::refusal::{Problem, Refusal};

impl<'a, R: Receiver<'a>> Parser<'a, '_, R> {
    /// A collection in brackets, to the end of it. Its lines begin in column `least` or further
    /// right.
    pub(super) fn flow(
        &mut self,
        properties: Option<Box<Properties>>,
        least: usize,
    ) -> Outcome<'a, R> {
        let outer = self.frames.len();
        self.open(properties)?;
        while self.frames.len() > outer {
            self.cursor.next_token()?;
            if self.cursor.fresh {
                self.flow_line(least)?;
            } else if self.cursor.at_end() {
                return Err(self.unclosed().into());
            }
            self.flow_token(least)?;
        }
        Ok(())
    }

    fn unclosed(&self) -> Refusal {
        let at = self.top.open();
        Refusal { at, problem: Problem::OpenBracket(self.cursor.byte_at(at).into()) }
    }

    /// The first token of a line must be inside the block around the brackets.
    fn flow_line(&self, least: usize) -> Result<(), Refusal> {
        if self.cursor.at_end() || self.cursor.at_marker() {
            return Err(self.unclosed());
        }
        if self.cursor.column() < least {
            return Err(Refusal { at: self.cursor.at, problem: Problem::Indentation });
        }
        Ok(())
    }

    fn open(&mut self, properties: Option<Box<Properties>>) -> Outcome<'a, R> {
        let at = self.cursor.at;
        let mapping = self.cursor.byte() == b'{';
        let (anchor, tag) = split(properties);
        let state = if mapping { State::FlowKey } else { State::FlowItem };
        self.push(Frame::flow(state, at))?;
        self.cursor.go(at + 1);
        let event = if mapping {
            Event::MappingStart { flow: true, anchor, tag }
        } else {
            Event::SequenceStart { flow: true, anchor, tag }
        };
        self.send(event, at, at + 1)
    }

    #[inline]
    fn flow_token(&mut self, least: usize) -> Outcome<'a, R> {
        match self.cursor.byte() {
            byte if !is(byte, INDICATOR) && self.pending.is_none() => self.flow_word(least),
            b',' => self.comma(),
            b']' => self.close_sequence(),
            b'}' => self.close_mapping(),
            b':' if self.is_colon() => self.flow_colon(),
            _ => self.flow_node(least),
        }
    }

    /// Whether the `:` here separates a key from its value, rather than begin a text.
    fn is_colon(&self) -> bool {
        is(self.cursor.second(), SPACE | FLOW) || self.adjacent()
    }

    /// Whether this place follows a quoted key or one in brackets so that its colon needs no blank
    /// behind it: a colon on the same line, or behind a quoted key on a later one, with no comment
    /// between but at the end of the key's own line.
    fn adjacent(&self) -> bool {
        let Some((end, scalar)) = self.json.filter(|(end, _)| *end <= self.cursor.at) else {
            return false;
        };
        let mut from = self.cursor.behind_blanks(end);
        if scalar && self.cursor.byte_at(from) == b'#' {
            from = self.cursor.line_end(from);
        }
        let between = if scalar { BLANK | BREAK } else { BLANK };
        self.cursor.slice(from, self.cursor.at).bytes().all(|byte| is(byte, between))
    }

    fn comma(&mut self) -> Outcome<'a, R> {
        let at = self.cursor.at;
        self.end_pair()?;
        let frame = self.top;
        let next = match frame.state {
            State::FlowItemEnd => State::FlowItem,
            State::FlowItem if self.pending.is_some() => {
                self.empty(at)?;
                State::FlowItem
            }
            State::FlowKey if self.pending.is_some() => {
                self.empty(at)?;
                self.empty(at)?;
                State::FlowKey
            }
            State::FlowColon => {
                self.empty(at)?;
                State::FlowKey
            }
            State::FlowValue => {
                self.empty(frame.mark())?;
                State::FlowKey
            }
            State::FlowValueEnd => State::FlowKey,
            _ => return Err(refusal(at, Problem::StrayComma)),
        };
        self.json = None;
        self.set(next, at);
        self.cursor.go(at + 1);
        Ok(())
    }

    /// Ends a mapping of one key in a sequence, if one is open.
    #[inline]
    fn end_pair(&mut self) -> Outcome<'a, R> {
        match self.top.state {
            State::PairValue => self.empty(self.top.mark())?,
            State::PairEnd => {}
            _ => return Ok(()),
        }
        self.pop();
        let at = self.cursor.at;
        self.send(Event::MappingEnd, at, at)
    }

    fn close_sequence(&mut self) -> Outcome<'a, R> {
        let at = self.cursor.at;
        self.end_pair()?;
        match self.top.state {
            State::FlowItem if self.pending.is_some() => self.empty(at)?,
            State::FlowItem | State::FlowItemEnd => {}
            _ => return Err(self.wrong_bracket()),
        }
        self.close_flow(Event::SequenceEnd)
    }

    fn close_mapping(&mut self) -> Outcome<'a, R> {
        let at = self.cursor.at;
        let frame = self.top;
        match frame.state {
            State::FlowKey if self.pending.is_some() => {
                self.empty(at)?;
                self.empty(at)?;
            }
            State::FlowKey | State::FlowValueEnd => {}
            State::FlowColon => self.empty(at)?,
            State::FlowValue => self.empty(frame.mark())?,
            _ => return Err(self.wrong_bracket()),
        }
        self.close_flow(Event::MappingEnd)
    }

    fn wrong_bracket<S>(&self) -> Box<Halt<S>> {
        let at = self.top.open();
        let (open, close) = (self.cursor.byte_at(at).into(), self.cursor.byte().into());
        refusal(at, Problem::WrongBracket { open, close })
    }

    fn close_flow(&mut self, event: Event<'a>) -> Outcome<'a, R> {
        let at = self.cursor.at;
        self.pop();
        self.cursor.go(at + 1);
        self.json = Some((at + 1, false));
        self.send(event, at, at + 1)
    }

    fn flow_colon(&mut self) -> Outcome<'a, R> {
        let at = self.cursor.at;
        let frame = self.top;
        match frame.state {
            State::FlowColon => {
                if matches!(self.cursor.second(), b'[' | b'{') && !self.adjacent() {
                    return Err(refusal(at, Problem::Value));
                }
                if self.too_long(frame.mark(), at) {
                    return Err(refusal(frame.mark(), Problem::Key));
                }
                self.set(State::FlowValue, at);
                self.cursor.go(at + 1);
                Ok(())
            }
            State::FlowItem | State::FlowKey => Err(refusal(at, Problem::NoKey)),
            State::FlowItemEnd
                if self.adjacent() && self.json.is_some_and(|(_, scalar)| !scalar) =>
            {
                Err(refusal(at, Problem::CollectionKey))
            }
            _ => Err(refusal(at, Problem::Value)),
        }
    }

    /// What comes behind a node in brackets that begins here.
    #[inline]
    fn behind_flow_node(&self) -> Result<State, Refusal> {
        match self.top.state {
            State::FlowItem => Ok(State::FlowItemEnd),
            State::FlowKey => Ok(State::FlowColon),
            State::FlowValue => Ok(State::FlowValueEnd),
            State::PairValue => Ok(State::PairEnd),
            _ => Err(Refusal { at: self.cursor.at, problem: Problem::Comma }),
        }
    }

    /// A node in brackets, or what stands before one.
    fn flow_node(&mut self, least: usize) -> Outcome<'a, R> {
        let start = self.cursor.at;
        let next = self.behind_flow_node()?;
        if matches!(self.cursor.byte(), b'&' | b'!') {
            let own = self.anchors.properties(&mut self.cursor)?;
            self.pending = self.either(Some(Box::new(own)))?;
            return Ok(());
        }
        let start = self.pending.as_ref().map_or(start, |properties| properties.start);
        match self.cursor.byte() {
            b'[' | b'{' => {
                self.set(next, start);
                let properties = self.pending.take();
                self.open(properties)
            }
            b'*' => self.flow_alias(start, next),
            _ => {
                let scalar = self.flow_scalar(least)?;
                self.flow_scalar_node(start, next, scalar)
            }
        }
    }

    /// A plain scalar without properties; in the most common case, on one line and nothing but an
    /// item, key or value, with the comma or colon behind it.
    #[inline]
    fn flow_word(&mut self, least: usize) -> Outcome<'a, R> {
        let start = self.cursor.at;
        let next = self.behind_flow_node()?;
        let (end, stop) = plain_on_line::<true>(&self.cursor, start);
        let byte = self.cursor.byte_at(stop);
        let ends_node = is(byte, FLOW) || (byte == b':' && next != State::FlowItemEnd);
        if !ends_node {
            let scalar = plain(&mut self.cursor, true, least)?;
            return self.flow_scalar_node(start, next, scalar);
        }
        let (state, mark, behind) = match (byte, next) {
            (b',', State::FlowItemEnd) => (State::FlowItem, stop, stop + 1),
            (b',', State::FlowValueEnd) => (State::FlowKey, stop, stop + 1),
            (b':', State::FlowColon) if self.is_near_colon(start, stop) => {
                (State::FlowValue, stop, stop + 1)
            }
            _ => (next, start, stop),
        };
        let text = self.cursor.slice(start, end);
        self.json = None;
        self.cursor.go(behind);
        self.set(state, mark);
        self.word(text, Style::Plain, start, end)
    }

    /// Whether the colon of a plain key needs no second look: the key is short and what follows is
    /// no bracket.
    #[inline]
    fn is_near_colon(&self, start: usize, colon: usize) -> bool {
        colon - start <= KEY && !matches!(self.cursor.byte_at(colon + 1), b'[' | b'{')
    }

    fn flow_alias(&mut self, start: usize, next: State) -> Outcome<'a, R> {
        if self.pending.is_some() {
            return Err(refusal(self.cursor.at, Problem::Properties));
        }
        let mut behind = self.cursor;
        name(&mut behind)?;
        let pair = if next == State::FlowItemEnd {
            self.pair_colon(start, behind.at, false)?
        } else {
            None
        };
        match pair {
            Some(colon) => {
                self.pair(start, colon)?;
                self.alias()?;
                self.cursor.go(colon + 1);
                Ok(())
            }
            None => {
                self.set(next, start);
                self.alias()
            }
        }
    }

    #[inline]
    fn flow_scalar_node(
        &mut self,
        start: usize,
        next: State,
        scalar: Scalar<'a>,
    ) -> Outcome<'a, R> {
        let json = scalar.style != Style::Plain;
        if json {
            self.json = Some((scalar.end, true));
        }
        if next == State::FlowItemEnd
            && let Some(colon) = self.pair_colon(start, scalar.end, json)?
        {
            let own = self.pending.take();
            self.pair(start, colon)?;
            self.scalar(scalar, own)?;
            self.cursor.go(colon + 1);
            return Ok(());
        }
        let own = self.pending.take();
        self.set(next, start);
        self.scalar(scalar, own)
    }

    fn flow_scalar(&mut self, least: usize) -> Result<Scalar<'a>, Refusal> {
        let at = self.cursor.at;
        let second = self.cursor.second();
        let wrong = |problem| Err(Refusal { at, problem });
        match self.cursor.byte() {
            b'"' | b'\'' => quoted(&mut self.cursor, least),
            b'-' if is(second, SPACE | FLOW) => wrong(Problem::Dash),
            b'?' if is(second, SPACE) => wrong(Problem::ExplicitKey),
            b'%' if self.cursor.column() == 0 => wrong(Problem::Directive),
            c @ (b'|' | b'>' | b'%' | b'@' | b'`') => wrong(Problem::Character(c.into())),
            _ => plain(&mut self.cursor, true, least),
        }
    }

    /// The colon on the same line behind an item that begins at `start` and ends at `end`: then the
    /// item is a mapping of one key.
    #[inline]
    fn pair_colon(&self, start: usize, end: usize, json: bool) -> Result<Option<usize>, Refusal> {
        let at = self.cursor.behind_blanks(end);
        if self.cursor.byte_at(at) != b':' {
            return Ok(None);
        }
        let second = self.cursor.byte_at(at + 1);
        if !json && !is(second, SPACE | FLOW) {
            return Ok(None);
        }
        if !json && matches!(second, b'[' | b'{') {
            return Err(Refusal { at, problem: Problem::Value });
        }
        if self.cursor.slice(start, at).contains(['\n', '\r']) {
            return Err(Refusal { at, problem: Problem::Value });
        }
        if self.too_long(start, at) {
            return Err(Refusal { at: start, problem: Problem::Key });
        }
        Ok(Some(at))
    }

    /// Begins a mapping of one key that is an item of a sequence.
    fn pair(&mut self, start: usize, colon: usize) -> Outcome<'a, R> {
        let open = self.top.open();
        self.set(State::FlowItemEnd, start);
        self.push(Frame { mark: narrow(colon), ..Frame::flow(State::PairValue, open) })?;
        self.send(Event::MappingStart { flow: true, anchor: None, tag: None }, start, start)
    }
}
