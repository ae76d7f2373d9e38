use core::fmt;

/// What is wrong with a regular expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegexFault {
    /// Byte offset of the part that is to blame.
    pub at: usize,
    /// Length of that part, in bytes.
    pub len: usize,
    /// One clause for a person, without full stop.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// It can be read, but not kept: its table is over the budget.
    pub over_budget: bool,
}

impl RegexFault {
    pub(crate) fn new(
        at: usize,
        len: usize,
        message: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self { at, len, message: message.into(), help, over_budget: false }
    }
}

impl fmt::Display for RegexFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {}); {}", self.message, self.at, self.help)
    }
}

impl core::error::Error for RegexFault {}
