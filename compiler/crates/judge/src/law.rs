use meshc_document::{Event, Halt, Problem, Receiver, Refusal, Span, events};

use crate::granit::granit;

/// What the two readers make of a text on which they agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Both take it, with the same events.
    Taken,
    /// Both refuse it.
    Refused,
    /// Only ours refuses it, for a reason of the closed list.
    Stricter(Problem),
}

/// Keeps all events.
struct Kept<'a>(Vec<(Event<'a>, Span)>);

impl<'a> Receiver<'a> for Kept<'a> {
    type Stop = core::convert::Infallible;

    fn take(&mut self, event: Event<'a>, span: Span) -> Result<(), Self::Stop> {
        self.0.push((event, span));
        Ok(())
    }
}

/// Our events of a whole text, behind a byte order mark if it has one.
///
/// # Errors
///
/// The text is not what our reader takes.
pub fn ours(text: &str) -> Result<Vec<(Event<'_>, Span)>, Refusal> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut kept = Kept(Vec::new());
    match events(text, start..text.len(), &mut kept) {
        Ok(()) => Ok(kept.0),
        Err(Halt::Refused(refusal)) => Err(refusal),
        Err(Halt::Stopped(never)) => match never {},
    }
}

/// Reads a text with both readers.
///
/// # Errors
///
/// Where the two disagree, in words.
pub fn agree(text: &str) -> Result<Verdict, String> {
    match (ours(text), granit(text)) {
        (Ok(ours), Ok(theirs)) => same(&ours, &theirs).map(|()| Verdict::Taken),
        (Err(_), Err(_)) => Ok(Verdict::Refused),
        (Ok(_), Err((at, why))) => Err(format!("taken, though {why} at byte {at}")),
        (Err(refusal), Ok(_)) => reason(text, refusal),
    }
}

fn reason(text: &str, refusal: Refusal) -> Result<Verdict, String> {
    let Refusal { at, problem } = refusal;
    let rest = text.get(at..).unwrap_or_default();
    let begins = |any: &[char]| rest.starts_with(any);
    // The reason must be there, where the refusal says.
    let there = match problem {
        Problem::Tab => rest.trim_start_matches(' ').starts_with('\t'),
        Problem::Comment => begins(&['#']),
        Problem::Directive => begins(&['%']),
        Problem::ExplicitKey => begins(&['?']),
        Problem::CollectionKey => begins(&['[', '{', '&', '!', ':']),
        Problem::NoKey => begins(&[':']),
        Problem::Tag => begins(&['!']),
        Problem::Properties => begins(&['&', '!', '*']),
        Problem::Anchor => begins(&['&', '*']),
        Problem::ByteOrderMark => begins(&['\u{feff}']),
        Problem::LineSeparator(c) => rest.starts_with(c),
        Problem::Depth => true,
        _ => false,
    };
    if there && problem.is_stricter() {
        return Ok(Verdict::Stricter(problem));
    }
    Err(format!("refused as {problem:?} at byte {at}, though it is YAML"))
}

fn same(ours: &[(Event<'_>, Span)], theirs: &[(Event<'_>, Span)]) -> Result<(), String> {
    for (index, theirs) in theirs.iter().enumerate() {
        let Some(ours) = ours.get(index) else { return Err(format!("missing: {theirs:?}")) };
        if !alike(ours, theirs) {
            return Err(format!("ours:   {ours:?}\ntheirs: {theirs:?}"));
        }
    }
    ours.get(theirs.len()).map_or(Ok(()), |more| Err(format!("too many: {more:?}")))
}

/// The same event at the same place. A document that begins without a mark begins where its first
/// token does; granit-parser gives that token's own place.
fn alike(ours: &(Event<'_>, Span), theirs: &(Event<'_>, Span)) -> bool {
    let bare = matches!(ours.0, Event::DocumentStart { explicit: false });
    ours.0 == theirs.0 && (bare || ours.1 == theirs.1)
}
