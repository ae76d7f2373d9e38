/// A range of bytes in the file, end excluded.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
}

/// Codes of what this crate reports (the rule catalogue's group MC0).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Code {
    /// MC001: text that is no YAML, or YAML that intents do not use.
    YamlSyntax,
    /// MC002: a key twice.
    DuplicateKey,
    /// MC005: `<<`.
    MergeKey,
    /// MC006: a tab as indentation.
    TabIndent,
    /// MC007: a budget exceeded, or an anchor inside itself.
    Budget,
    /// MC008: the mark of a template that was never rendered.
    TemplateResidue,
}

/// One mistake: what, where, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// The place to show.
    pub span: Span,
    /// One line, lower-case start, no full stop, the user's text in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Another place, and what it has to do with this one.
    pub secondary: Option<(Span, String)>,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: fit(start), end: fit(end.max(start)) }
    }

    /// The span as a range of indices.
    #[must_use]
    pub const fn range(self) -> core::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Code {
    /// The code as people read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::YamlSyntax => "MC001",
            Self::DuplicateKey => "MC002",
            Self::MergeKey => "MC005",
            Self::TabIndent => "MC006",
            Self::Budget => "MC007",
            Self::TemplateResidue => "MC008",
        }
    }

    /// The rule's name in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::YamlSyntax => "yaml-syntax",
            Self::DuplicateKey => "duplicate-key",
            Self::MergeKey => "merge-key",
            Self::TabIndent => "tab-indent",
            Self::Budget => "alias-bomb",
            Self::TemplateResidue => "template-residue",
        }
    }
}

impl Finding {
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None, secondary: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
