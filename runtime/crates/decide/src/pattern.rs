//! Path patterns as people write them.

/// A parsed path pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern {
    text: String,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PatternFault {
    /// Byte offset into the pattern.
    pub at: usize,
    /// One clause for a person, without full stop.
    pub message: &'static str,
    /// What to do.
    pub help: &'static str,
}

impl Pattern {
    /// Reads a pattern (language reference, section 4).
    ///
    /// # Errors
    /// The first fault; a pattern that no canonical path can match is one.
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        if !text.starts_with('/') {
            return Err(PatternFault {
                at: 0,
                message: "a path starts with `/`",
                help: "put a `/` in front",
            });
        }
        Ok(Self { text: text.to_owned() })
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Reads `METHOD[,METHOD] PATH` or `ANY PATH`; methods come sorted, none for `ANY`. Offsets of a
/// fault count from the start of `text`.
///
/// # Errors
/// The first fault of methods or path.
pub fn parse_shorthand(text: &str) -> Result<(Vec<String>, Pattern), PatternFault> {
    let (methods, path) = text.split_once(' ').ok_or(PatternFault {
        at: 0,
        message: "a match is a method, a space and a path",
        help: "write it like `GET /orders/{id}` or `ANY /orders/**`",
    })?;
    let methods =
        if methods == "ANY" { Vec::new() } else { methods.split(',').map(str::to_owned).collect() };
    Ok((methods, Pattern::parse(path)?))
}
