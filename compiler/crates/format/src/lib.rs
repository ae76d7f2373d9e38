//! One layout for intent files: same tree, same comments, keys in the order of the schema.
//!
//! [`format`] never changes what a text says: what it made is read again and compared before it is
//! given, and a text that it has no form for is left alone.

mod build;
mod comments;
mod flow;
mod gap;
mod layout;
mod order;
mod print;
mod same;

#[cfg(test)]
mod tests;

use meshc_document::{Limits, Span, read};

pub use comments::comments;
pub use order::{Order, OrderFault};

use gap::Strange;

/// Why a text is left as it is, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Left {
    /// One line, lower-case start, no full stop.
    pub message: String,
    /// What stands in the way.
    pub span: Span,
}

const MARK: &str = "\u{feff}";

/// The text in its layout: two blanks a level, at most one blank line in a row, brackets kept where
/// they fit in 100 columns, fields in the order of the models. Line ends and a byte order mark stay
/// what they are.
///
/// # Errors
/// Text that cannot be read as a whole, or that is written in a way this layout does not know.
pub fn format(bytes: &[u8], order: &Order) -> Result<String, Left> {
    let left = |message: &str, at: usize| {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        Left { message: message.to_owned(), span: Span { start: at, end: at } }
    };
    let whole = core::str::from_utf8(bytes)
        .map_err(|error| left("a byte that is no UTF-8", error.valid_up_to()))?;
    let text = whole.strip_prefix(MARK).unwrap_or(whole);
    let shift = whole.len() - text.len();
    let file = read(text.as_bytes(), &Limits::DEFAULT);
    if let Some(finding) = file.findings.first() {
        let at = |byte: u32| byte.saturating_add(u32::try_from(shift).unwrap_or(0));
        let span = Span { start: at(finding.span.start), end: at(finding.span.end) };
        return Err(Left { message: finding.message.clone(), span });
    }
    if let Some(at) = lone_return(text) {
        return Err(left("a line that ends with a carriage return alone", shift + at));
    }
    if file.trees.is_empty() {
        return Ok(whole.to_owned());
    }
    let (documents, tail) = build::documents(text, &file.trees, order)
        .map_err(|Strange(at)| left("a form of YAML that has no layout here", shift + at))?;
    let made = print::print(&documents, &tail);
    let crlf =
        text.find('\n').is_some_and(|end| text.get(..end).is_some_and(|l| l.ends_with('\r')));
    let made = if crlf { made.replace('\n', "\r\n") } else { made };
    if made != text {
        let again = read(made.as_bytes(), &Limits::DEFAULT);
        let sound = again.findings.is_empty();
        if !sound || !same::same((text, &file.trees), (&made, &again.trees)) {
            return Err(left("a form of YAML that has no layout here", shift));
        }
    }
    Ok(if shift > 0 { format!("{MARK}{made}") } else { made })
}

fn lone_return(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\r', bytes).find(|at| bytes.get(at + 1) != Some(&b'\n'))
}
