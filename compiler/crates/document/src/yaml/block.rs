use super::bytes::{BREAK, END, INDICATOR, SPACE, is};
use super::frame::{Frame, State};
use super::literal::literal;
use super::plain::{goes_on_below, plain, plain_on_line};
use super::property::Properties;
use super::quoted::quoted;
use super::scalar::Scalar;
use super::{KEY, Outcome, Parser, Receiver, refusal, split};
use crate::event::{Event, Style};
use crate::refusal::{Problem, Refusal};

impl<'a, R: Receiver<'a>> Parser<'a, '_, R> {
    /// A document's node, up to the mark or end that ends the document.
    pub(super) fn document(&mut self) -> Outcome<'a, R> {
        self.frames.clear();
        self.top = Frame::document();
        self.pending = None;
        loop {
            self.cursor.next_token()?;
            self.cut_off()?;
            if self.cursor.at_end() || (self.cursor.fresh && self.cursor.at_marker()) {
                return self.close_document();
            }
            if self.cursor.fresh {
                self.line()?;
            } else {
                self.behind_indicator()?;
            }
        }
    }

    fn close_document(&mut self) -> Outcome<'a, R> {
        self.close_deeper(None)?;
        match self.top.state {
            State::Document => self.empty(self.last),
            _ => Ok(()),
        }
    }

    /// Ends the collections further right than a column; all, if there is none.
    fn close_deeper(&mut self, column: Option<usize>) -> Outcome<'a, R> {
        let inner = column.map_or(0, |column| column + 1);
        while self.top.inner() > inner {
            self.close()?;
        }
        Ok(())
    }

    /// Ends the innermost block collection here.
    fn close(&mut self) -> Outcome<'a, R> {
        let frame = self.top;
        if matches!(frame.state, State::Value | State::Item) {
            self.empty(frame.mark())?;
        }
        let mapping = matches!(frame.state, State::Key | State::Value);
        let at = self.cursor.at;
        self.pop();
        self.send(if mapping { Event::MappingEnd } else { Event::SequenceEnd }, at, at)
    }

    /// The first token of a line.
    fn line(&mut self) -> Outcome<'a, R> {
        let (at, column) = (self.cursor.at, self.cursor.column());
        self.close_deeper(Some(column))?;
        loop {
            let frame = self.top;
            let inside = column >= frame.inner();
            match frame.state {
                State::Document => return self.node(true),
                State::Value | State::Item if inside => return self.node(true),
                State::Key if !inside => return self.entry(),
                State::Dash if !inside && self.at_dash() => return self.dash(),
                State::Dash if !inside && frame.indentless => self.close()?,
                State::Value if self.at_dash() => return self.sequence(true),
                State::Value => {
                    self.empty(frame.mark())?;
                    self.set(State::Key, at);
                }
                State::Item => {
                    self.empty(frame.mark())?;
                    self.set(State::Dash, at);
                }
                State::Done => return Err(refusal(at, self.after_node())),
                _ => return Err(refusal(at, Problem::Indentation)),
            }
        }
    }

    /// What a text behind the document's node is.
    fn after_node(&self) -> Problem {
        if self.cursor.byte() == b'%' && self.cursor.column() == 0 {
            Problem::Directive
        } else {
            Problem::AfterNode
        }
    }

    /// A node on the line of what it belongs to.
    fn behind_indicator(&mut self) -> Outcome<'a, R> {
        match self.top.state {
            State::Item => self.node(true),
            State::Value | State::Document => self.node(false),
            _ => Err(refusal(self.cursor.at, Problem::Other)),
        }
    }

    fn at_dash(&self) -> bool {
        self.cursor.byte() == b'-' && is(self.cursor.second(), SPACE)
    }

    /// The collection's or the document's next node is here.
    fn advance(&mut self) {
        let next = match self.top.state {
            State::Value => State::Key,
            State::Item => State::Dash,
            _ => State::Done,
        };
        self.set(next, self.cursor.at);
    }

    /// A node. `keys` says whether a mapping or sequence may begin on this line.
    fn node(&mut self, keys: bool) -> Outcome<'a, R> {
        let start = self.cursor.at;
        if !is(self.cursor.byte(), INDICATOR) && self.pending.is_none() {
            return self.word_node(start, keys);
        }
        let spaced = is(self.cursor.second(), SPACE);
        match self.cursor.byte() {
            b'-' if spaced && keys => return self.sequence(false),
            b'-' if spaced => return Err(refusal(start, Problem::Dash)),
            b'?' if spaced => return Err(refusal(start, Problem::ExplicitKey)),
            b':' if spaced && keys => return Err(refusal(start, Problem::NoKey)),
            b':' if spaced => return Err(refusal(start, Problem::Value)),
            _ => {}
        }
        let own = self.own_properties()?;
        if own.is_some() && self.line_is_over() {
            self.pending = self.either(own)?;
            return Ok(());
        }
        match self.cursor.byte() {
            b'[' | b'{' => self.collection(start, own, keys),
            b'|' | b'>' => {
                let properties = self.either(own)?;
                let least = self.top.inner();
                let scalar = literal(&mut self.cursor, least)?;
                self.advance();
                self.scalar(scalar, properties)
            }
            b'*' if own.is_some() => Err(refusal(start, Problem::Properties)),
            b'*' => self.alias_node(start, keys),
            _ => self.scalar_node(start, own, keys),
        }
    }

    fn own_properties(&mut self) -> Result<Option<Box<Properties>>, Refusal> {
        if !matches!(self.cursor.byte(), b'&' | b'!') {
            return Ok(None);
        }
        let own = self.anchors.properties(&mut self.cursor)?;
        if is(self.cursor.second(), SPACE) {
            let problem = match self.cursor.byte() {
                b'-' => Problem::Dash,
                b':' => Problem::NoKey,
                b'?' => Problem::ExplicitKey,
                _ => return Ok(Some(Box::new(own))),
            };
            return Err(Refusal { at: self.cursor.at, problem });
        }
        Ok(Some(Box::new(own)))
    }

    fn line_is_over(&self) -> bool {
        is(self.cursor.byte(), BREAK | END) || self.cursor.byte() == b'#'
    }

    /// A node's properties: those before it on its line, or those on a line before.
    pub(super) fn either(
        &mut self,
        own: Option<Box<Properties>>,
    ) -> Result<Option<Box<Properties>>, Refusal> {
        match (self.pending.take(), own) {
            (Some(_), Some(own)) => Err(Refusal { at: own.start, problem: Problem::Properties }),
            (pending, own) => Ok(pending.or(own)),
        }
    }

    fn collection(
        &mut self,
        start: usize,
        own: Option<Box<Properties>>,
        keys: bool,
    ) -> Outcome<'a, R> {
        let properties = self.either(own)?;
        let least = self.top.inner();
        self.advance();
        self.flow(properties, least)?;
        let colon = self.cursor.behind_blanks(self.cursor.at);
        if self.cursor.byte_at(colon) == b':' && is(self.cursor.byte_at(colon + 1), SPACE) {
            return Err(if keys {
                refusal(start, Problem::CollectionKey)
            } else {
                refusal(colon, Problem::Value)
            });
        }
        Ok(self.cursor.rest_of_line(Problem::AfterBracket)?)
    }

    fn alias_node(&mut self, start: usize, keys: bool) -> Outcome<'a, R> {
        let mut behind = self.cursor;
        super::property::name(&mut behind)?;
        if let Some(colon) = self.colon(start, behind.at, false, keys)? {
            self.mapping(start, colon)?;
            self.alias()?;
            self.cursor.go(colon + 1);
            return Ok(());
        }
        if self.pending.is_some() {
            return Err(refusal(start, Problem::Properties));
        }
        self.advance();
        self.alias()?;
        Ok(self.cursor.rest_of_line(Problem::Anchor)?)
    }

    /// A plain scalar without properties; in the most common case alone on the rest of its line.
    fn word_node(&mut self, start: usize, keys: bool) -> Outcome<'a, R> {
        let (end, stop) = plain_on_line::<false>(&self.cursor, start);
        let last = is(self.cursor.byte_at(stop), BREAK | END)
            && !goes_on_below(&self.cursor, stop, self.top.inner())?;
        if !last {
            return self.scalar_node(start, None, keys);
        }
        let text = self.cursor.slice(start, end);
        self.cursor.go(stop);
        self.advance();
        self.word(text, Style::Plain, start, end)
    }

    fn scalar_node(
        &mut self,
        start: usize,
        own: Option<Box<Properties>>,
        keys: bool,
    ) -> Outcome<'a, R> {
        let scalar = self.block_scalar()?;
        if let Some(colon) = self.colon(start, scalar.end, scalar.lines, keys)? {
            self.mapping(start, colon)?;
            self.scalar(scalar, own)?;
            self.cursor.go(colon + 1);
            return Ok(());
        }
        if scalar.style != Style::Plain {
            self.cursor.rest_of_line(Problem::AfterQuote)?;
        }
        let properties = self.either(own)?;
        self.advance();
        self.scalar(scalar, properties)
    }

    /// A scalar at the cursor that is none with a header.
    fn block_scalar(&mut self) -> Result<Scalar<'a>, Refusal> {
        let least = self.top.inner();
        let at = self.cursor.at;
        let wrong = |problem| Err(Refusal { at, problem });
        match self.cursor.byte() {
            b'"' | b'\'' => quoted(&mut self.cursor, least),
            b']' | b'}' => wrong(Problem::StrayBracket),
            b'%' if self.cursor.column() == 0 => wrong(Problem::Directive),
            c @ (b',' | b'%' | b'@' | b'`' | b'|' | b'>') => wrong(Problem::Character(c.into())),
            _ => plain(&mut self.cursor, false, least),
        }
    }

    /// The colon behind what begins at `start` and ends at `end`, if that is a key.
    #[inline]
    fn colon(
        &self,
        start: usize,
        end: usize,
        lines: bool,
        keys: bool,
    ) -> Result<Option<usize>, Refusal> {
        let at = self.cursor.behind_blanks(end);
        if self.cursor.byte_at(at) != b':' || !is(self.cursor.byte_at(at + 1), SPACE) {
            return Ok(None);
        }
        if !keys || lines {
            return Err(Refusal { at, problem: Problem::Value });
        }
        if self.too_long(start, at) {
            return Err(Refusal { at: start, problem: Problem::Key });
        }
        Ok(Some(at))
    }

    /// Begins a block mapping whose first key begins at `start`.
    fn mapping(&mut self, start: usize, colon: usize) -> Outcome<'a, R> {
        self.advance();
        let column = self.cursor.column_of(start);
        let (anchor, tag) = split(self.pending.take());
        self.push(Frame::block(State::Value, column, colon))?;
        self.send(Event::MappingStart { flow: false, anchor, tag }, start, start)
    }

    /// The next key of a block mapping.
    fn entry(&mut self) -> Outcome<'a, R> {
        let start = self.cursor.at;
        if !is(self.cursor.byte(), INDICATOR) {
            let (end, colon) = plain_on_line::<false>(&self.cursor, start);
            if self.cursor.byte_at(colon) == b':' && colon - start <= KEY {
                let text = self.cursor.slice(start, end);
                self.cursor.go(colon + 1);
                self.set(State::Value, colon);
                return self.word(text, Style::Plain, start, end);
            }
        }
        if is(self.cursor.second(), SPACE) {
            match self.cursor.byte() {
                b'-' => return Err(refusal(start, Problem::Dash)),
                b'?' => return Err(refusal(start, Problem::ExplicitKey)),
                b':' => return Err(refusal(start, Problem::NoKey)),
                _ => {}
            }
        }
        let own = self.own_properties()?;
        match self.cursor.byte() {
            _ if self.line_is_over() => return Err(refusal(start, Problem::Colon)),
            b'[' | b'{' => return Err(refusal(self.cursor.at, Problem::CollectionKey)),
            b'*' if own.is_some() => return Err(refusal(start, Problem::Properties)),
            b'*' => {
                let mut behind = self.cursor;
                super::property::name(&mut behind)?;
                let colon = self.key_colon(start, behind.at, false)?;
                self.set(State::Value, colon);
                self.alias()?;
                self.cursor.go(colon + 1);
                return Ok(());
            }
            _ => {}
        }
        let scalar = self.block_scalar()?;
        let colon = self.key_colon(start, scalar.end, scalar.lines)?;
        self.set(State::Value, colon);
        self.scalar(scalar, own)?;
        self.cursor.go(colon + 1);
        Ok(())
    }

    /// The colon that must follow a key.
    fn key_colon(&self, start: usize, end: usize, lines: bool) -> Result<usize, Refusal> {
        let colon = self.colon(start, end, lines, true)?;
        colon.ok_or(Refusal { at: start, problem: Problem::Colon })
    }

    /// Begins a block sequence at the dash here.
    fn sequence(&mut self, indentless: bool) -> Outcome<'a, R> {
        let (dash, column) = (self.cursor.at, self.cursor.column());
        self.advance();
        let mut frame = Frame::block(State::Item, column, dash);
        frame.indentless = indentless;
        self.push(frame)?;
        let (anchor, tag) = split(self.pending.take());
        self.dash_alone()?;
        // The place that other readers give: behind the dash, for one in its mapping's column.
        let start = if indentless { self.top.mark() } else { dash };
        self.send(Event::SequenceStart { flow: false, anchor, tag }, start, start)
    }

    fn dash(&mut self) -> Outcome<'a, R> {
        Ok(self.dash_alone()?)
    }

    /// Goes behind a dash to its item, or to the end of the line.
    fn dash_alone(&mut self) -> Result<(), Refusal> {
        let behind = self.cursor.at + 1;
        let mut next = self.cursor.behind_blanks(behind);
        if self.cursor.byte_at(next) == b'#' {
            next = self.cursor.line_end(next);
        }
        if !is(self.cursor.byte_at(next), BREAK | END)
            && self.cursor.slice(behind, next).contains('\t')
        {
            return Err(Refusal { at: behind, problem: Problem::Tab });
        }
        self.cursor.go(next);
        self.set(State::Item, next);
        Ok(())
    }
}
