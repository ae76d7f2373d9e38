/// Why a parser could not go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// Byte at which it stopped.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a text that is no YAML, as its writer would say it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Problem {
    /// A tab where indentation is counted.
    Tab,
    /// Collections within collections, beyond what the parser follows.
    Depth,
    /// A character that cannot stand there, or in YAML at all.
    Character(char),
    /// A quote without its other half.
    OpenQuote,
    /// A quote that goes on in a line that is not indented.
    QuotedLine,
    /// A bracket without its other half.
    OpenBracket(char),
    /// A bracket closed by the other kind.
    WrongBracket {
        /// As opened.
        open: char,
        /// As closed.
        close: char,
    },
    /// A closing bracket that nothing opened.
    StrayBracket,
    /// A list or mapping in brackets without a comma between two of its parts.
    Comma,
    /// A line that begins in a column where nothing is open.
    Indentation,
    /// A word where a key and its colon are wanted.
    Colon,
    /// A second colon on the line, or one that no key stands before.
    Value,
    /// A key that spans lines or is too long.
    Key,
    /// A list item where none can be.
    Dash,
    /// An escape that double quotes do not know.
    Escape,
    /// More text behind a closing quote.
    AfterQuote,
    /// The mark of a document inside quotes.
    MarkInQuotes,
    /// More text on the line that ends a document.
    AfterDocument,
    /// A line that begins with `%`.
    Directive,
    /// A tag that cannot be read.
    Tag,
    /// An anchor or alias that cannot be read, or too many.
    Anchor,
    /// A `|` or `>` whose header or lines do not fit.
    Block,
    /// A comment too close to what stands before it, or in the middle of a text.
    Comment,
    /// A value or key that does not come.
    End,
    /// A byte order mark that is not at the start.
    ByteOrderMark,
    /// A character that YAML 1.1 takes for the end of a line, and 1.2 does not.
    LineSeparator(char),
    /// A `?` that begins a key.
    ExplicitKey,
    /// A list or mapping as a key.
    CollectionKey,
    /// A colon without a key before it.
    NoKey,
    /// Two anchors or two tags of one node, or one of an alias.
    Properties,
    /// More text behind a closing bracket.
    AfterBracket,
    /// More text behind the end of the document's only node.
    AfterNode,
    /// A comma with nothing before it.
    StrayComma,
    /// Whatever a newer parser may come to refuse.
    Other,
}

impl Problem {
    /// Whether text with this problem may be YAML that intents have no use for: the closed list of
    /// what the reader refuses although the language has it.
    #[must_use]
    pub const fn is_stricter(self) -> bool {
        matches!(
            self,
            Self::Tab
                | Self::Depth
                | Self::Directive
                | Self::Tag
                | Self::Anchor
                | Self::Properties
                | Self::ExplicitKey
                | Self::CollectionKey
                | Self::NoKey
                | Self::Comment
                | Self::LineSeparator(_)
                | Self::ByteOrderMark
        )
    }

    /// One line for the writer, and what to do about it.
    #[must_use]
    pub fn words(self) -> (String, &'static str) {
        match self {
            Self::Character(c) => character(c),
            Self::LineSeparator(c) => (
                format!(
                    "character U+{:04X}, which older readers take for the end of a line",
                    u32::from(c)
                ),
                "remove it, or write it as an escape in double quotes",
            ),
            Self::OpenBracket(open) => {
                (format!("`{open}` is opened and never closed"), "close it, or quote the text")
            }
            Self::WrongBracket { open, close } => (
                format!("`{open}` is closed by `{close}`"),
                "`[` goes with `]` and `{` goes with `}`",
            ),
            fixed => {
                let (claim, help) = fixed.fixed_words();
                (claim.to_owned(), help)
            }
        }
    }

    const fn fixed_words(self) -> (&'static str, &'static str) {
        match self {
            Self::Tab => ("a tab as indentation", "indent with spaces"),
            Self::Depth => ("nested too deep", "flatten it; intents nest eight deep"),
            Self::OpenQuote => ("a quote is opened and never closed", "close the quote"),
            Self::QuotedLine => (
                "a quote is still open at a line that is not indented",
                "close the quote before it, or indent the line",
            ),
            Self::StrayBracket => ("a bracket that nothing opened", "remove it, or quote the text"),
            Self::Comma => ("a comma or the closing bracket is missing", "write one of the two"),
            Self::Indentation => (
                "this line begins in a column where nothing is open",
                "indent it like the line it belongs beside",
            ),
            Self::Colon => ("a key without its `:`", "write `key: value`"),
            Self::Value => (
                "a `:` where no value can begin",
                "quote the text if the colon is meant, or begin a new line",
            ),
            Self::Key => ("a key must stand on one line, at most 1024 long", "shorten the key"),
            Self::Dash => ("a list item where none can be", "give each `-` a line of its own"),
            Self::Escape => {
                ("no escape that double quotes know", "double the backslash, or use single quotes")
            }
            Self::AfterQuote => {
                ("more text behind the closing quote", "put all of it in the quotes")
            }
            Self::MarkInQuotes => ("a quote runs into the next document", "close the quote"),
            Self::AfterDocument => ("more text behind `...`", "begin a new line"),
            Self::Directive => ("a line that begins with `%`", "leave it out, or quote the text"),
            Self::Tag => ("a tag that cannot be read", "leave it out, or quote the text"),
            Self::Anchor => ("an anchor or alias that cannot be read", "quote the text"),
            Self::Block => (
                "a `|` or `>` whose lines do not fit",
                "indent all of its lines more than its key, alike, with spaces",
            ),
            Self::Comment => ("a comment that cannot stand here", "put a space before the `#`"),
            Self::End => ("a value is missing", "write one"),
            Self::ByteOrderMark => ("a byte order mark inside the text", "remove it"),
            Self::ExplicitKey => {
                ("a `?` that begins a key", "write `key: value`, or quote the text")
            }
            Self::CollectionKey => ("a key must be a word, not a collection", "write `key: value`"),
            Self::NoKey => {
                ("a `:` without a key before it", "write `key: value`, or quote the text")
            }
            Self::Properties => (
                "more than one anchor or tag for one value",
                "keep one, on the line of what it belongs to",
            ),
            Self::AfterBracket => (
                "more text behind the closing bracket",
                "put it in the brackets, or on its own line",
            ),
            Self::AfterNode => (
                "more text behind the end of the document's content",
                "begin a new document with `---`, or indent it like what it belongs to",
            ),
            Self::StrayComma => ("a comma with nothing before it", "remove it"),
            _ => ("not YAML", "check brackets, quotes and indentation"),
        }
    }
}

fn character(c: char) -> (String, &'static str) {
    if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') {
        let message = format!("control character U+{:04X}", u32::from(c));
        return (message, "remove it, or write it as an escape in double quotes");
    }
    (format!("`{c}` cannot begin a value"), "put the value in quotes")
}
