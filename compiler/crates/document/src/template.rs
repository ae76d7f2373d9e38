use crate::finding::{Code, Finding, Span};

/// Whether a text has the mark of a template.
pub(crate) fn has_template(text: &str) -> bool {
    const BLOCK: usize = 64;
    let bytes = text.as_bytes();
    let next = bytes.get(1..).unwrap_or_default();
    // Without an early exit inside a block, so that it is done for many bytes at once.
    bytes.chunks(BLOCK).zip(next.chunks(BLOCK)).any(|(one, next)| {
        let pairs = one.iter().zip(next);
        pairs.fold(false, |any, (&a, &b)| any | (((a == b'{') | (a == b'$')) & (b == b'{')))
    })
}

/// What is said of one that nothing rendered.
pub(crate) fn template(span: Span) -> Finding {
    Finding::new(Code::TemplateResidue, span, "a template that was never rendered")
        .help("render the file first, or quote the text if it is meant as it stands")
}
