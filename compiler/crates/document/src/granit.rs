//! The only file that knows which crate parses YAML.

use granit_parser::{Event as Theirs, Parser, ScalarStyle, StrInput, Tag, options};
use std::borrow::Cow;

use crate::event::{Event, Events, Refusal, Style};
use crate::finding::Span;

/// Nesting at which the parser itself gives up; above [`crate::Limits::depth`], so that ours is met
/// first.
const NESTING: usize = 200;

/// granit-parser in strict mode as our events.
pub struct GranitEvents<'a> {
    parser: Parser<'a, StrInput<'a>>,
    done: bool,
}

impl<'a> Events<'a> for GranitEvents<'a> {
    fn of(text: &'a str) -> Self {
        let options = options! {
            strict_indentation: true,
            emit_comments: false,
            flow_nesting_limit: NESTING,
            block_nesting_limit: NESTING
        };
        Self { parser: Parser::new_from_str_with_options(text, options), done: false }
    }
}

impl<'a> Iterator for GranitEvents<'a> {
    type Item = Result<(Event<'a>, Span), Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let (event, span) = match self.parser.next_event()? {
                Ok(next) => next,
                Err(error) => {
                    self.done = true;
                    let at = error.marker().byte_offset().unwrap_or_else(|| error.marker().index());
                    return Some(Err(Refusal { at, message: error.info() }));
                }
            };
            let range = span.byte_range().unwrap_or_default();
            let empty = range.is_empty();
            let span = Span::new(range.start, range.end);
            if let Some(event) = translate(event, empty) {
                return Some(Ok((event, span)));
            }
        }
        None
    }
}

fn translate(event: Theirs<'_>, empty: bool) -> Option<Event<'_>> {
    Some(match event {
        Theirs::DocumentStart(..) => Event::DocumentStart,
        Theirs::DocumentEnd => Event::DocumentEnd,
        Theirs::Alias(anchor) => Event::Alias(number(anchor)?),
        Theirs::Scalar(text, style, anchor, tag) => {
            let style = match style {
                ScalarStyle::Plain => Style::Plain,
                ScalarStyle::SingleQuoted => Style::SingleQuoted,
                ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                ScalarStyle::Literal => Style::Literal,
                ScalarStyle::Folded => Style::Folded,
            };
            // The crate writes a value that is not there as `~` with an empty span.
            let absent = empty && style == Style::Plain && text == "~";
            let text = if absent { Cow::Borrowed("") } else { text };
            Event::Scalar { text, style, anchor: number(anchor), tag: name(tag) }
        }
        Theirs::SequenceStart(_, anchor, tag) => {
            Event::SequenceStart { anchor: number(anchor), tag: name(tag) }
        }
        Theirs::SequenceEnd => Event::SequenceEnd,
        Theirs::MappingStart(_, anchor, tag) => {
            Event::MappingStart { anchor: number(anchor), tag: name(tag) }
        }
        Theirs::MappingEnd => Event::MappingEnd,
        _ => return None,
    })
}

fn number(anchor: usize) -> Option<u32> {
    u32::try_from(anchor).ok().filter(|&anchor| anchor > 0)
}

fn name(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()))
}
