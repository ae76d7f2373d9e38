use meshc_document::Span;

/// What a stage of the compiler has to say about a place in one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Stable code from the rule catalogue, such as `MC101`.
    pub code: &'static str,
    /// The place to show.
    pub span: Span,
    /// One line, lower-case start, no full stop, the user's text in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places of the same file, and what they have to do with this one.
    pub related: Vec<(Span, String)>,
}

impl Finding {
    /// A finding without help.
    #[must_use]
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None, related: Vec::new() }
    }

    /// The same with a sentence of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<meshc_document::Finding> for Finding {
    fn from(theirs: meshc_document::Finding) -> Self {
        let meshc_document::Finding { code, span, message, help, secondary } = theirs;
        Self { code: code.as_str(), span, message, help, related: secondary.into_iter().collect() }
    }
}
