//! granit-parser's events as ours.

use granit_parser::{
    Event as Theirs, Parser, ScalarStyle, StructureStyle, Tag as TheirTag, options,
};
use std::borrow::Cow;

use meshc_document::{Event, Span, Style, Tag};

/// Nesting at which granit-parser gives up.
const NESTING: usize = 200;

/// The events of a text, or granit-parser's words for what is wrong and the byte at which it is.
///
/// # Errors
///
/// The text is no YAML.
pub fn granit(text: &str) -> Result<Vec<(Event<'_>, Span)>, (usize, String)> {
    let options = options! {
        strict_indentation: true,
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: NESTING,
        block_nesting_limit: NESTING
    };
    let mut events = Vec::new();
    // Theirs count anchors through the whole stream, ours through each document.
    let (mut anchors, mut anchors_before) = (0, 0);
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or_else(|| error.marker().index());
            (at, error.to_string())
        })?;
        if let Some(anchor) = event.anchor_id() {
            anchors = anchors.max(anchor);
        }
        if matches!(event, Theirs::DocumentStart(..)) {
            anchors_before = anchors;
        }
        let tag = span.tag_span().map(place);
        let span = place(span);
        let number = |anchor: usize| {
            u32::try_from(anchor.saturating_sub(anchors_before)).ok().filter(|&number| number > 0)
        };
        if let Some(event) = translate(event, span, tag, number) {
            events.push((event, span));
        }
    }
    Ok(events)
}

fn place(span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: fit(range.start), end: fit(range.end) }
}

/// `tag_span` is where the event's tag stands, if it has one.
fn translate<'a>(
    event: Theirs<'a>,
    span: Span,
    tag_span: Option<Span>,
    number: impl Fn(usize) -> Option<u32>,
) -> Option<Event<'a>> {
    let named = |tag: Option<Cow<'_, TheirTag>>| {
        tag.map(|tag| {
            Box::new(Tag {
                name: format!("{}{}", tag.handle(), tag.suffix()),
                span: tag_span.unwrap_or(span),
            })
        })
    };
    let in_brackets = |style| style == StructureStyle::Flow;
    Some(match event {
        Theirs::DocumentStart(explicit, _) => Event::DocumentStart { explicit },
        Theirs::DocumentEnd => Event::DocumentEnd,
        Theirs::Alias(anchor) => Event::Alias(number(anchor)?),
        Theirs::UnresolvedAlias(name) => Event::UnknownAlias(name),
        Theirs::Scalar(text, style, anchor, tag) => {
            let style = match style {
                ScalarStyle::Plain => Style::Plain,
                ScalarStyle::SingleQuoted => Style::SingleQuoted,
                ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                ScalarStyle::Literal => Style::Literal,
                ScalarStyle::Folded => Style::Folded,
            };
            // The crate writes a value that is not there as `~` with an empty span.
            let absent = span.start == span.end && style == Style::Plain && text == "~";
            let text = if absent { Cow::Borrowed("") } else { text };
            Event::Scalar { text, style, anchor: number(anchor), tag: named(tag) }
        }
        Theirs::SequenceStart(style, anchor, tag) => Event::SequenceStart {
            flow: in_brackets(style),
            anchor: number(anchor),
            tag: named(tag),
        },
        Theirs::SequenceEnd => Event::SequenceEnd,
        Theirs::MappingStart(style, anchor, tag) => Event::MappingStart {
            flow: in_brackets(style),
            anchor: number(anchor),
            tag: named(tag),
        },
        Theirs::MappingEnd => Event::MappingEnd,
        _ => return None,
    })
}
