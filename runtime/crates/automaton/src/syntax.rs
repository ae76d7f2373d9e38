//! The regular expressions that are taken: those of RE2 that need no flags.
//!
//! `\d`, `\w` and `\s` are ASCII as in RE2; `.` is any character, line feeds too; the whole text is
//! matched. What would make a set hard to see for its reader is refused: flags, word boundaries,
//! Unicode classes.

use regex_syntax::ast::{self, Ast, ClassPerl, ClassPerlKind, ClassSetItem, Visitor};

use crate::fault::RegexFault;

/// Longest expression, in bytes.
const MAX_LENGTH: usize = 1_024;
/// Deepest nesting.
const MAX_DEPTH: u32 = 32;

/// A text as an expression that means exactly that text.
#[must_use]
pub fn escape(text: &str) -> String {
    regex_syntax::escape(text)
}

/// Reads an expression.
///
/// # Errors
/// The first fault.
pub(crate) fn parse(text: &str) -> Result<Ast, RegexFault> {
    if text.len() > MAX_LENGTH {
        let message = format!("longer than {MAX_LENGTH} bytes");
        return Err(RegexFault::new(0, text.len(), message, "write several shorter ones"));
    }
    let parsed = ast::parse::ParserBuilder::new().nest_limit(MAX_DEPTH).build().parse(text);
    let parsed = parsed.map_err(|error| {
        let (at, len) = place(error.span());
        let message = format!("this is no regular expression: {}", error.kind());
        RegexFault::new(at, len, message, "the syntax is that of RE2, without flags")
    })?;
    ast::visit(&parsed, Check)?;
    Ok(parsed)
}

/// The expression with its ASCII classes written out, so that they mean ASCII.
pub(crate) fn with_ascii_classes(text: &str, parsed: &Ast) -> String {
    let mut found = ast::visit(parsed, Perl(Vec::new())).unwrap_or_default();
    found.sort_by_key(|(at, ..)| core::cmp::Reverse(*at));
    let mut out = text.to_owned();
    for (at, end, class) in found {
        out.replace_range(at..end, class);
    }
    out
}

pub(crate) fn place(span: &ast::Span) -> (usize, usize) {
    (span.start.offset, span.end.offset.saturating_sub(span.start.offset))
}

struct Check;

impl Visitor for Check {
    type Output = ();
    type Err = RegexFault;

    fn finish(self) -> Result<(), RegexFault> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), RegexFault> {
        let (message, help) = match ast {
            Ast::Flags(_) => FLAGS,
            Ast::Group(group) if group.flags().is_some_and(|flags| !flags.items.is_empty()) => {
                FLAGS
            }
            Ast::Assertion(one) => match one.kind {
                ast::AssertionKind::StartLine
                | ast::AssertionKind::EndLine
                | ast::AssertionKind::StartText
                | ast::AssertionKind::EndText => return Ok(()),
                _ => ("word boundaries are not taken", "write the characters that may stand there"),
            },
            Ast::ClassUnicode(_) => UNICODE,
            _ => return Ok(()),
        };
        let (at, len) = place(ast.span());
        Err(RegexFault::new(at, len, message, help))
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), RegexFault> {
        if let ClassSetItem::Unicode(class) = item {
            let (at, len) = place(&class.span);
            return Err(RegexFault::new(at, len, UNICODE.0, UNICODE.1));
        }
        Ok(())
    }
}

const FLAGS: (&str, &str) = ("flags are not taken", "write both cases: `[Aa]`");
const UNICODE: (&str, &str) = ("Unicode classes are not taken", "write the characters or ranges");

struct Perl(Vec<(usize, usize, &'static str)>);

impl Perl {
    fn add(&mut self, class: &ClassPerl) {
        let ascii = match (&class.kind, class.negated) {
            (ClassPerlKind::Digit, false) => "[0-9]",
            (ClassPerlKind::Digit, true) => "[^0-9]",
            (ClassPerlKind::Space, false) => r"[\t\n\f\r ]",
            (ClassPerlKind::Space, true) => r"[^\t\n\f\r ]",
            (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
            (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
        };
        self.0.push((class.span.start.offset, class.span.end.offset, ascii));
    }
}

impl Visitor for Perl {
    type Output = Vec<(usize, usize, &'static str)>;
    type Err = core::convert::Infallible;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        if let Ast::ClassPerl(class) = ast {
            self.add(class);
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        if let ClassSetItem::Perl(class) = item {
            self.add(class);
        }
        Ok(())
    }
}
