//! The reader: text to events, in one pass without a token between.
//!
//! It takes YAML 1.2 but for what no intent needs, which it refuses by name
//! ([`Problem::is_stricter`]). Whatever it takes is what the whole language makes of it.

mod block;
mod bytes;
mod charset;
mod cursor;
mod flow;
mod frame;
mod literal;
mod plain;
mod property;
mod quoted;
mod scalar;

use core::ops::Range;
use std::borrow::Cow;

use self::cursor::Cursor;
use self::frame::{Frame, State};
use self::property::{Anchors, Properties};
use self::scalar::Scalar;
use crate::event::{Event, Style};
use crate::finding::Span;
use crate::refusal::{Problem, Refusal};

/// Nesting at which the reader itself gives up; above [`crate::Limits::depth`], so that that one is
/// met first.
const NESTING: usize = 200;

/// A key and its colon must not be further apart than this many characters (YAML 1.2, 7.4.2).
const KEY: usize = 1024;

/// Takes events, each with its place in the text.
pub trait Receiver<'a> {
    /// Why it wants no more.
    type Stop;

    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// No more events must come.
    fn take(&mut self, event: Event<'a>, span: Span) -> Result<(), Self::Stop>;

    /// Takes a scalar that has no properties and whose text stands in the source as it is, inside
    /// its quotes if it has some: most events are one. A receiver may have a shorter way for it.
    ///
    /// # Errors
    ///
    /// As [`Receiver::take`].
    #[inline(always)]
    fn word(&mut self, text: &'a str, style: Style, span: Span) -> Result<(), Self::Stop> {
        let text = Cow::Borrowed(text);
        self.take(Event::Scalar { text, style, anchor: None, tag: None }, span)
    }
}

/// Why reading ended before the text did.
#[derive(Debug, Eq, PartialEq)]
pub enum Halt<S> {
    /// The text is not what this reader takes.
    Refused(Refusal),
    /// The receiver wants no more.
    Stopped(S),
}

/// Boxed: it is handed up through every function, and nearly always there is none.
type Outcome<'a, R> = Result<(), Box<Halt<<R as Receiver<'a>>::Stop>>>;

impl<S> From<Refusal> for Box<Halt<S>> {
    #[cold]
    fn from(refusal: Refusal) -> Self {
        Self::new(Halt::Refused(refusal))
    }
}

/// Sends the events of a part of a text to a receiver. The part begins where a line does; spans
/// count from the beginning of the whole text.
///
/// # Errors
///
/// The first mistake, or that the receiver wants no more.
pub fn events<'a, R: Receiver<'a>>(
    text: &'a str,
    part: Range<usize>,
    receiver: &mut R,
) -> Result<(), Halt<R::Stop>> {
    let text = text.get(..part.end).unwrap_or(text);
    let refused = charset::first_refused(text, part.start);
    let sound = refused.and_then(|refused| text.get(..refused.at)).unwrap_or(text);
    let mut parser = Parser {
        cursor: Cursor::new(sound, part.start),
        top: Frame::document(),
        frames: Vec::with_capacity(16),
        anchors: Anchors::default(),
        pending: None,
        json: None,
        last: part.start,
        cut: refused,
        receiver,
    };
    let read = parser.stream().map_err(|halt| *halt);
    let at_end = parser.cursor.byte_at(parser.cursor.behind_blanks(parser.cursor.at)) == 0;
    match (read, refused) {
        (Err(Halt::Refused(first)), Some(refused)) if at_end || is_due_to_end(first, sound) => {
            Err(Halt::Refused(refused))
        }
        (read, _) => read,
    }
}

/// Whether a refusal may be due to the text's being cut off at its end: what seems to be missing
/// there is hidden behind the character that is refused.
fn is_due_to_end(refusal: Refusal, text: &str) -> bool {
    let last_line = || {
        let behind = text.as_bytes().get(refusal.at..).unwrap_or_default();
        memchr::memchr2(b'\n', b'\r', behind).is_none()
    };
    match refusal.problem {
        Problem::OpenQuote | Problem::MarkInQuotes | Problem::OpenBracket(_) => true,
        Problem::Colon if last_line() => true,
        _ => refusal.at + 1 >= text.len(),
    }
}

/// The state between two events.
struct Parser<'a, 'r, R> {
    cursor: Cursor<'a>,
    /// The innermost open collection, or the document.
    top: Frame,
    /// What is around it, the document first.
    frames: Vec<Frame>,
    anchors: Anchors<'a>,
    /// Properties whose node comes on a later line.
    pending: Option<Box<Properties>>,
    /// Where a node ends that a colon may follow without a blank behind the colon, and whether it
    /// is a scalar.
    json: Option<(usize, bool)>,
    /// Byte behind the last event.
    last: usize,
    /// Why the text ends here, if it does not.
    cut: Option<Refusal>,
    receiver: &'r mut R,
}

impl<'a, R: Receiver<'a>> Parser<'a, '_, R> {
    fn stream(&mut self) -> Outcome<'a, R> {
        // Whether a document may begin without a mark.
        let mut bare = true;
        loop {
            self.cursor.next_token()?;
            self.cut_off()?;
            let start = self.cursor.at;
            if self.cursor.at_end() {
                return Ok(());
            }
            if self.end_marker()? {
                bare = true;
                continue;
            }
            let explicit = self.cursor.at_marker();
            if !explicit && self.cursor.column() == 0 && self.cursor.byte() == b'%' {
                return Err(refusal(start, Problem::Directive));
            }
            if !explicit && !bare {
                return Err(refusal(start, Problem::AfterNode));
            }
            self.anchors.clear();
            let end = if explicit { start + 3 } else { start };
            self.send(Event::DocumentStart { explicit }, start, end)?;
            if explicit {
                self.cursor.go(end);
            }
            self.document()?;
            let end = self.cursor.at;
            if self.end_marker()? {
                self.send(Event::DocumentEnd, end, end + 3)?;
                bare = true;
            } else {
                self.send(Event::DocumentEnd, self.last, self.last)?;
                bare = false;
            }
        }
    }

    /// Goes behind the line of a `...`, if one is here.
    fn end_marker(&mut self) -> Result<bool, Refusal> {
        if !self.cursor.at_marker() || self.cursor.byte() != b'.' {
            return Ok(false);
        }
        self.cursor.go(self.cursor.at + 3);
        self.cursor.rest_of_line(Problem::AfterDocument)?;
        Ok(true)
    }

    /// An error where the text was cut off before a character that is refused.
    fn cut_off(&self) -> Result<(), Refusal> {
        match self.cut {
            Some(refused) if self.cursor.at_end() => Err(refused),
            _ => Ok(()),
        }
    }

    // The receiver's choice by the kind of event is then made where the kind is known.
    #[inline(always)]
    fn send(&mut self, event: Event<'a>, start: usize, end: usize) -> Outcome<'a, R> {
        self.last = end;
        self.receiver.take(event, place(start, end)).map_err(stopped)
    }

    #[inline(always)]
    fn word(&mut self, text: &'a str, style: Style, start: usize, end: usize) -> Outcome<'a, R> {
        self.last = end;
        self.receiver.word(text, style, place(start, end)).map_err(stopped)
    }

    #[inline]
    fn scalar(
        &mut self,
        scalar: Scalar<'a>,
        properties: Option<Box<Properties>>,
    ) -> Outcome<'a, R> {
        let Scalar { text, style, start, end, .. } = scalar;
        if let (Cow::Borrowed(text), None) = (&text, &properties) {
            return self.word(text, style, start, end);
        }
        let (anchor, tag) = split(properties);
        self.send(Event::Scalar { text, style, anchor, tag }, start, end)
    }

    /// A value that is not there: at `place`, or behind the properties it has.
    fn empty(&mut self, place: usize) -> Outcome<'a, R> {
        let properties = self.pending.take();
        let place = properties.as_ref().map_or(place, |properties| properties.end);
        let (anchor, tag) = split(properties);
        let event = Event::Scalar { text: Cow::Borrowed(""), style: Style::Plain, anchor, tag };
        self.send(event, place, place)
    }

    /// The alias at the cursor.
    fn alias(&mut self) -> Outcome<'a, R> {
        let start = self.cursor.at;
        let name = property::name(&mut self.cursor)?;
        let event = self.anchors.get(name).map_or(Event::UnknownAlias(name.into()), Event::Alias);
        self.send(event, start, self.cursor.at)
    }

    #[inline]
    fn set(&mut self, state: State, mark: usize) {
        self.top.state = state;
        self.top.mark = frame::narrow(mark);
    }

    #[inline]
    fn push(&mut self, frame: Frame) -> Result<(), Refusal> {
        if self.frames.len() >= NESTING {
            return Err(Refusal { at: self.cursor.at, problem: Problem::Depth });
        }
        self.frames.push(core::mem::replace(&mut self.top, frame));
        Ok(())
    }

    #[inline]
    fn pop(&mut self) {
        self.top = self.frames.pop().unwrap_or(Frame::document());
    }

    /// Whether a key that begins at `start` is too far from its colon.
    #[inline]
    fn too_long(&self, start: usize, colon: usize) -> bool {
        colon - start > KEY && self.cursor.slice(start, colon).chars().count() > KEY
    }
}

fn split(properties: Option<Box<Properties>>) -> (Option<u32>, Option<Box<crate::event::Tag>>) {
    properties.map_or((None, None), |properties| (properties.anchor, properties.tag))
}

#[inline]
const fn place(start: usize, end: usize) -> Span {
    Span { start: frame::narrow(start), end: frame::narrow(end) }
}

#[cold]
fn stopped<S>(stop: S) -> Box<Halt<S>> {
    Box::new(Halt::Stopped(stop))
}

#[cold]
fn refusal<S>(at: usize, problem: Problem) -> Box<Halt<S>> {
    Refusal { at, problem }.into()
}
