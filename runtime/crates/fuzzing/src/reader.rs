use meshc_document::{Limits, read};
use meshc_judge::{Verdict, agree};

/// Reads bytes as a file of intents. Whatever our reader takes, granit-parser takes too, with the
/// same events at the same places; whatever only ours refuses has a reason of the closed list; every
/// place that is reported is in the text.
///
/// Gives whether both took it.
///
/// # Panics
///
/// A law is broken.
#[must_use]
#[expect(clippy::panic, reason = "a fuzzer looks for panics")]
pub fn reader(input: &[u8]) -> bool {
    let file = read(input, &Limits::DEFAULT);
    for finding in &file.findings {
        let places = [Some(finding.span), finding.secondary.as_ref().map(|(span, _)| *span)];
        for span in places.into_iter().flatten() {
            assert!(span.start <= span.end && span.end as usize <= input.len(), "{finding:?}");
        }
    }
    let Ok(text) = core::str::from_utf8(input) else { return false };
    match agree(text) {
        Ok(verdict) => verdict == Verdict::Taken,
        Err(why) => panic!("{why}\n{text:?}"),
    }
}
