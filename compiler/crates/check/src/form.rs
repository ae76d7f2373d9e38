//! Forms of texts: the schema's patterns. Those that nearly every text of an intent has are read
//! by hand, in one pass; the others are compiled when a text first asks for one.

use std::sync::OnceLock;

use regex::Regex;

use crate::schema::SchemaFault;

/// A DNS label, the part most names are made of.
macro_rules! label {
    () => {
        "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    };
}

/// Whether a whole text has a form.
type Told = fn(&str) -> bool;

/// Patterns and what decides the same. A pattern of the schema that is none of these costs time,
/// nothing else.
const KNOWN: [(&str, Told); 13] = [
    (concat!("^", label!(), "$"), is_label),
    (concat!("^((", label!(), "/)?", label!(), "|", label!(), "/\\*)$"), is_caller),
    (concat!("^(", label!(), "/)?", label!(), "$"), is_object),
    (concat!("^(", label!(), "/)?", label!(), "(\\.", label!(), ")?$"), is_reference),
    (
        concat!(
            "^((",
            label!(),
            "/)?",
            label!(),
            "(\\.",
            label!(),
            ")?|\\*/\\*\\.",
            label!(),
            ")$"
        ),
        is_call,
    ),
    (concat!("^", label!(), "(\\.", label!(), ")*$"), is_host),
    (r"^([0-9]{1,5}(h|m|s|ms)){1,4}$", is_duration),
    (r"^[0-9]{1,7}/(s|m|h)$", is_rate),
    (r"^/[^\s]*$", is_path),
    (r"^(ANY|[A-Z]{1,32}(,[A-Z]{1,32}){0,15}) /[^\s]{0,1023}$", is_operation),
    (r"^[A-Z]{1,32}$", is_method),
    (r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$", is_token),
    (r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$", is_address),
];

/// A form that texts have or have not.
#[derive(Debug)]
pub(crate) struct Form(How);

#[derive(Debug)]
enum How {
    Known(fn(&str) -> bool),
    Pattern { text: String, compiled: OnceLock<Option<Regex>> },
}

impl Form {
    /// The form that a pattern gives.
    ///
    /// # Errors
    /// The pattern is no regular expression.
    pub(crate) fn new(pattern: &str) -> Result<Self, SchemaFault> {
        if let Some((_, decide)) = KNOWN.iter().find(|(known, _)| *known == pattern) {
            return Ok(Self(How::Known(*decide)));
        }
        match regex_syntax::parse(pattern) {
            Ok(_) => Ok(Self(How::Pattern { text: pattern.to_owned(), compiled: OnceLock::new() })),
            Err(error) => Err(SchemaFault { message: error.to_string() }),
        }
    }

    /// Whether a text has this form; none has one whose pattern is beyond what can be compiled.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.0 {
            How::Known(decide) => decide(text),
            How::Pattern { text: pattern, compiled } => compiled
                .get_or_init(|| Regex::new(pattern).ok())
                .as_ref()
                .is_some_and(|regex| regex.is_match(text)),
        }
    }
}

fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && bytes.first().is_some_and(|first| *first != b'-')
        && bytes.last() != Some(&b'-')
}

/// What stands before the first byte of ASCII like this and what stands behind it. For names and
/// other short texts: looking at each byte takes less time than what is made for long ones.
#[must_use]
pub fn parted(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

fn is_caller(text: &str) -> bool {
    match parted(text, b'/') {
        Some((namespace, name)) => is_label(namespace) && (name == "*" || is_label(name)),
        None => is_label(text),
    }
}

fn is_object(text: &str) -> bool {
    match parted(text, b'/') {
        Some((namespace, name)) => is_label(namespace) && is_label(name),
        None => is_label(text),
    }
}

fn is_reference(text: &str) -> bool {
    match parted(text, b'.') {
        Some((object, operation)) => is_label(operation) && is_object(object),
        None => is_object(text),
    }
}

fn is_call(text: &str) -> bool {
    match text.strip_prefix("*/*.") {
        Some(operation) => is_label(operation),
        None => is_reference(text),
    }
}

fn is_host(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn is_duration(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let unit = match rest.get(digits..) {
            // What follows `m` can begin no number: it is one unit with it.
            Some([b'm', b's', ..]) => 2,
            Some([b'h' | b'm' | b's', ..]) => 1,
            _ => return false,
        };
        parts += 1;
        if digits == 0 || digits > 5 || parts > 4 {
            return false;
        }
        rest = rest.get(digits.saturating_add(unit)..).unwrap_or_default();
    }
    parts > 0
}

fn is_rate(text: &str) -> bool {
    let Some((count, unit)) = text.split_once('/') else { return false };
    (1..=7).contains(&count.len())
        && count.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(unit, "s" | "m" | "h")
}

fn is_path(text: &str) -> bool {
    // Few paths hold anything but ASCII, or a control character.
    text.starts_with('/')
        && (text.bytes().all(|byte| byte.is_ascii_graphic()) || !text.contains(char::is_whitespace))
}

/// A path of at most 1,024 characters.
fn is_short_path(text: &str) -> bool {
    is_path(text) && (text.len() <= 1024 || text.chars().count() <= 1024)
}

fn is_operation(text: &str) -> bool {
    let Some((methods, path)) = parted(text, b' ') else { return false };
    let mut count = 0;
    methods.as_bytes().split(|byte| *byte == b',').all(|method| {
        count += 1;
        count <= 16 && is_method_word(method)
    }) && is_short_path(path)
}

fn is_method(text: &str) -> bool {
    is_method_word(text.as_bytes())
}

fn is_method_word(word: &[u8]) -> bool {
    (1..=32).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase)
}

fn is_token(text: &str) -> bool {
    let taken = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+.^_`|~-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(taken)
}

fn is_address(text: &str) -> bool {
    let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if let Some((before, behind)) = parted(text, b':') {
        return before.bytes().all(hexadecimal)
            && behind.bytes().all(|byte| hexadecimal(byte) || matches!(byte, b':' | b'.'));
    }
    let mut count = 0;
    text.as_bytes().split(|byte| *byte == b'.').all(|part| {
        count += 1;
        (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
    }) && count == 4
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::strategy::Union;
    use proptest::string::string_regex;

    use super::*;

    /// Letters at the borders of every class, a blank of Unicode and a letter beyond ASCII.
    const LETTERS: &str = "az09AZ-./*:,_ hms\n\u{7f}\u{85}\u{2003}\u{e9}\u{1}~!fgG@`{";

    fn compiled(pattern: &str) -> Regex {
        Regex::new(pattern).expect("a pattern")
    }

    #[test]
    fn every_known_pattern_is_one_of_the_schema() {
        let schema: serde_json::Value =
            serde_json::from_str(crate::tests::GENERATED).expect("JSON");
        fn holds(value: &serde_json::Value, pattern: &str) -> bool {
            match value {
                serde_json::Value::Object(fields) => fields.iter().any(|(key, inner)| {
                    let here = key == "pattern" && inner == pattern;
                    here || (key == "patternProperties" && inner.get(pattern).is_some())
                        || holds(inner, pattern)
                }),
                serde_json::Value::Array(items) => items.iter().any(|one| holds(one, pattern)),
                _ => false,
            }
        }
        for (pattern, _) in KNOWN {
            assert!(holds(&schema, pattern), "{pattern}");
        }
    }

    #[test]
    fn lengths_at_the_bounds() {
        let parts = ["a", "1s", "1", "A,", "A", "/a", "a.", "a/", ".", ":", "1.", "é", "/é"];
        let (starts, ends) = (["", "/", "ANY /", "a/", "1"], ["", "/", " /x", "s", "/s", "*"]);
        for (pattern, decide) in KNOWN {
            let regex = compiled(pattern);
            for part in parts {
                let counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 31, 32, 33, 61, 62, 63, 64];
                let counts = counts.into_iter().chain([126, 127, 128, 129, 1022, 1023, 1024]);
                for (count, start) in counts.flat_map(|count| starts.map(|start| (count, start))) {
                    for end in ends {
                        let text = format!("{start}{}{end}", part.repeat(count));
                        assert_eq!(decide(&text), regex.is_match(&text), "{pattern} {text:?}");
                    }
                }
            }
        }
    }

    fn near(pattern: &'static str) -> impl Strategy<Value = String> {
        let inner = pattern.trim_start_matches('^').trim_end_matches('$');
        let text = string_regex(inner).expect("a pattern that texts can be made of");
        let letters: Vec<char> = LETTERS.chars().collect();
        let edits =
            prop::collection::vec((any::<prop::sample::Index>(), 0..3, select(letters)), 0..3);
        (text, edits).prop_map(|(text, edits)| {
            let mut letters: Vec<char> = text.chars().collect();
            for (at, how, letter) in edits {
                let at = at.index(letters.len() + 1);
                match how {
                    0 => letters.insert(at, letter),
                    1 if at < letters.len() => drop(letters.remove(at)),
                    _ if at < letters.len() => letters[at] = letter,
                    _ => letters.push(letter),
                }
            }
            letters.into_iter().collect()
        })
    }

    /// The number of a pattern and a text that has its form, nearly.
    fn nearly_known() -> impl Strategy<Value = (usize, String)> {
        let each = KNOWN.iter().zip(0..);
        Union::new(
            each.map(|((pattern, _), which)| near(pattern).prop_map(move |text| (which, text))),
        )
    }

    static COMPILED: LazyLock<Vec<Regex>> =
        LazyLock::new(|| KNOWN.iter().map(|(pattern, _)| compiled(pattern)).collect());

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]
        #[test]
        fn known_forms_are_their_patterns(
            (which, text) in nearly_known(),
            other in 0..KNOWN.len(),
        ) {
            for at in [which, other] {
                let (pattern, decide) = KNOWN[at];
                let wanted = COMPILED[at].is_match(&text);
                prop_assert_eq!(decide(&text), wanted, "{} {:?}", pattern, text);
            }
        }
    }
}
