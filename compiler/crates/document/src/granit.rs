//! The only file that knows which crate parses YAML.

use granit_parser::{
    ErrorKind, Event as Theirs, Parser, ScalarStyle, StrInput, StructureStyle, Tag as TheirTag,
    options,
};
use std::borrow::Cow;

use crate::event::{Event, Events, Style, Tag};
use crate::finding::Span;
use crate::refusal::{Problem, Refusal};

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
            emit_unresolved_aliases: true,
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
                    return Some(Err(Refusal { at, problem: problem(error.kind()) }));
                }
            };
            let tag = span.tag_span().map(place);
            let span = place(span);
            if let Some(event) = translate(event, span, tag) {
                return Some(Ok((event, span)));
            }
        }
        None
    }
}

fn place(span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

/// `tag_span` is where the event's tag stands, if it has one.
fn translate(event: Theirs<'_>, span: Span, tag_span: Option<Span>) -> Option<Event<'_>> {
    let named = |tag: Option<Cow<'_, TheirTag>>| {
        tag.map(|tag| Tag {
            name: format!("{}{}", tag.handle(), tag.suffix()),
            span: tag_span.unwrap_or(span),
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

fn number(anchor: usize) -> Option<u32> {
    u32::try_from(anchor).ok().filter(|&anchor| anchor > 0)
}

fn problem(kind: &ErrorKind) -> Problem {
    use ErrorKind as K;
    match *kind {
        K::TabNotAllowed | K::TabInBlockIndentation | K::TabInIndentation | K::TabInPlainScalar => {
            Problem::Tab
        }
        K::TabAtBlockScalarStart
        | K::ZeroBlockScalarIndent
        | K::InvalidBlockScalarHeader
        | K::InvalidBlockScalarIndent => Problem::Block,
        K::RecursionLimitExceeded => Problem::Depth,
        K::UnexpectedCharacter { character } => Problem::Character(character),
        K::InvalidQuotedScalarIndent => Problem::QuotedLine,
        K::UnclosedQuotedScalar => Problem::OpenQuote,
        K::DocumentIndicatorInQuotedScalar => Problem::MarkInQuotes,
        K::UnclosedFlowCollection { open } => Problem::OpenBracket(open),
        K::UnexpectedEofFlowSequence => Problem::OpenBracket('['),
        K::UnexpectedEofFlowMapping | K::UnexpectedEofImplicitFlowMapping => {
            Problem::OpenBracket('{')
        }
        K::MismatchedFlowCollectionEnd { open, close } => Problem::WrongBracket { open, close },
        K::MisplacedFlowCollectionEnd => Problem::StrayBracket,
        K::ExpectedFlowMappingSeparator | K::ExpectedFlowSequenceSeparator => Problem::Comma,
        K::InvalidIndentation
        | K::InvalidFlowScalarIndent
        | K::ExpectedBlockMappingKey
        | K::ExpectedBlockSequenceEntry => Problem::Indentation,
        K::SimpleKeyExpected => Problem::Colon,
        K::InvalidSimpleKey | K::MappingKeyNotAllowed => Problem::Key,
        ref other => rarer_problem(other),
    }
}

fn rarer_problem(kind: &ErrorKind) -> Problem {
    use ErrorKind as K;
    match kind {
        K::MappingValueNotAllowed
        | K::InvalidMappingValueWhitespace
        | K::InvalidColonPlacement
        | K::FlowMappingValueAdjacentCollection => Problem::Value,
        K::BlockEntryInFlowCollection
        | K::BlockSequenceEntryNotAllowed
        | K::InvalidBlockEntryWhitespace
        | K::PlainScalarStartsWithDashFlowIndicator => Problem::Dash,
        K::UnknownQuotedScalarEscape
        | K::InvalidQuotedScalarHexEscape
        | K::InvalidLowSurrogateHexEscape
        | K::InvalidLowSurrogate
        | K::MissingLowSurrogate
        | K::UnpairedLowSurrogate
        | K::InvalidUnicodeEscape => Problem::Escape,
        K::InvalidTrailingSingleQuotedScalar | K::InvalidTrailingDoubleQuotedScalar => {
            Problem::AfterQuote
        }
        K::InvalidDocumentEnd => Problem::AfterDocument,
        K::UndeclaredTagHandle
        | K::ExpectedTagBang
        | K::InvalidGlobalTagCharacter
        | K::InvalidTagTerminator
        | K::MissingTagUri
        | K::UnclosedVerbatimTag
        | K::InvalidTagEscape
        | K::InvalidTagUtf8LeadingByte
        | K::InvalidTagUtf8TrailingByte
        | K::InvalidTagUtf8 => Problem::Tag,
        K::AnchorCountOverflow | K::MissingAnchorOrAliasName => Problem::Anchor,
        K::CommentInterceptedScalar | K::CommentNotSeparated => Problem::Comment,
        K::UnexpectedEof | K::ExpectedNodeContent | K::UnexpectedEndOfPlainScalar => Problem::End,
        K::BomInsideDocument => Problem::ByteOrderMark,
        K::DuplicateVersionDirective
        | K::UnsupportedYamlMajorVersion
        | K::DuplicateTagDirective
        | K::MissingDocumentEndBeforeDirective
        | K::ExpectedDocumentStart
        | K::InvalidDirectiveTerminator
        | K::MissingYamlVersionSeparator
        | K::MissingDirectiveName
        | K::InvalidDirectiveName
        | K::DirectiveByteLimitExceeded { .. }
        | K::TooManyReservedDirectiveParams { .. }
        | K::YamlVersionTooLong
        | K::MissingYamlVersion
        | K::ExpectedTagDirectiveBang
        | K::InvalidTagDirectiveTerminator => Problem::Directive,
        _ => Problem::Other,
    }
}
