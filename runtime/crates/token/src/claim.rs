use core::fmt;

use crate::json::{Json, Object};

/// What a claim holds. Formatting it gives only the type, never the value.
#[derive(Clone, Copy, PartialEq)]
pub enum Claim<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number, also one written as `5.0` or `5e0`.
    Integer(i64),
    /// A number with a fraction; finite.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A list.
    List(ClaimList<'a>),
    /// `null`: nothing is there, and no rule can compare it.
    Null,
    /// Something no rule can compare: an object, or a number that is no `i64` and too large
    /// to be told from its neighbours. A type mismatch, whatever it is compared with.
    Other,
}

/// The members of a claim that is a list, or the words of a `scope`.
#[derive(Clone, Copy)]
pub struct ClaimList<'a> {
    items: &'a [Json],
    /// Parted by spaces; empty when there are items.
    words: &'a str,
}

/// Where a claim stands: names of JSON members, from the outside in.
///
/// Written as the names with `/` between them, as `realm_access/roles`. As in RFC 6901, a `/` in a
/// name is written `~1` and a `~` is written `~0`. There is no `/` in front and no step into lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Box<[Box<str>]>);

/// Why a text is no path of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimPathFault {
    /// The path, or one of its names, is empty.
    EmptyName,
    /// A `~` without a `0` or `1` behind it.
    Escape,
    /// More names than claims may be nested: 16.
    TooDeep,
}

/// As deep as JSON is read.
const MAX_NAMES: usize = 16;

impl ClaimPath {
    /// Reads a path.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, ClaimPathFault> {
        let names: Vec<_> = text.split('/').map(name).collect::<Result<_, _>>()?;
        if names.len() > MAX_NAMES {
            return Err(ClaimPathFault::TooDeep);
        }
        Ok(Self(names.into()))
    }

    /// What stands there. A `scope` at the top that is text is a list of its words, which spaces
    /// part (RFC 8693, 4.2).
    pub(crate) fn find<'a>(&self, mut object: &'a Object) -> Option<Claim<'a>> {
        let (last, above) = self.0.split_last()?;
        if let ("scope", []) = (&**last, above)
            && let Some(words) = object.text(last)
        {
            return Some(Claim::List(ClaimList { items: &[], words }));
        }
        for name in above {
            let Json::Object(inside) = object.get(name)? else { return None };
            object = inside;
        }
        object.get(last).map(Claim::of)
    }
}

impl<'a> Claim<'a> {
    fn of(json: &'a Json) -> Self {
        match json {
            Json::Text(text) => Self::Text(text),
            Json::Integer(value) => Self::Integer(*value),
            Json::Float(value) => Self::number(*value),
            Json::Boolean(value) => Self::Boolean(*value),
            Json::List(items) => Self::List(ClaimList { items, words: "" }),
            Json::Null => Self::Null,
            Json::Object(_) | Json::Huge => Self::Other,
        }
    }

    /// JSON has one type of number: `5.0` is 5. Below 2^53, as all are here, the cast is exact.
    fn number(value: f64) -> Self {
        if value.fract() == 0.0 { Self::Integer(value as i64) } else { Self::Float(value) }
    }
}

impl<'a> ClaimList<'a> {
    /// The members, in their order.
    pub fn iter(self) -> impl Iterator<Item = Claim<'a>> {
        let words = self.words.split(' ').filter(|word| !word.is_empty());
        self.items.iter().map(Claim::of).chain(words.map(Claim::Text))
    }
}

impl PartialEq for ClaimList<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::Boolean(_) => "boolean",
            Self::List(_) => "list",
            Self::Null => "null",
            Self::Other => "other",
        })
    }
}

impl fmt::Debug for ClaimList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "list of {}", self.iter().count())
    }
}

impl fmt::Display for ClaimPathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyName => "a claim is named by names with `/` between them, none empty",
            Self::Escape => "a `~` in a claim's name is written `~0`, a `/` is written `~1`",
            Self::TooDeep => "a claim is named by at most 16 names",
        })
    }
}

impl core::error::Error for ClaimPathFault {}

fn name(text: &str) -> Result<Box<str>, ClaimPathFault> {
    if text.is_empty() {
        return Err(ClaimPathFault::EmptyName);
    }
    let mut pieces = text.split('~');
    let mut name = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (letter, rest) = match piece.as_bytes().first() {
            Some(b'0') => ('~', piece.strip_prefix('0')),
            Some(b'1') => ('/', piece.strip_prefix('1')),
            _ => return Err(ClaimPathFault::Escape),
        };
        name.push(letter);
        name.push_str(rest.unwrap_or_default());
    }
    Ok(name.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at<'a>(object: &'a Object, path: &str) -> Option<Claim<'a>> {
        ClaimPath::parse(path).unwrap().find(object)
    }

    #[test]
    fn claims_are_found_by_their_names() {
        let text =
            br#"{"a":{"b":"x","c/d":{"~e":true}},"https://x.test/r":["p",1,null],"":1,"~":2,"empty":[]}"#;
        let object = Object::read(text, 100).unwrap();
        assert_eq!(at(&object, "a/b"), Some(Claim::Text("x")));
        assert_eq!(at(&object, "a/c~1d/~0e"), Some(Claim::Boolean(true)));
        assert_eq!(at(&object, "~0"), Some(Claim::Integer(2)));
        assert_eq!(at(&object, "a"), Some(Claim::Other));
        assert_eq!(at(&object, "a/x"), None);
        assert_eq!(at(&object, "a/b/x"), None);
        let Some(Claim::List(list)) = at(&object, "https:~1~1x.test~1r") else { panic!("a list") };
        assert_eq!(at(&object, "https:~1~1x.test~1r"), Some(Claim::List(list)));
        assert_ne!(at(&object, "empty"), Some(Claim::List(list)));
        let members: Vec<_> = list.iter().collect();
        assert_eq!(members, [Claim::Text("p"), Claim::Integer(1), Claim::Null]);
    }

    #[test]
    fn numbers_are_whole_however_they_are_written() {
        let text = br#"{"a":5,"b":5.0,"c":50e-1,"d":5.5,"e":-0.0,"f":1e99}"#;
        let object = Object::read(text, 100).unwrap();
        for name in ["a", "b", "c"] {
            assert_eq!(at(&object, name), Some(Claim::Integer(5)), "{name}");
        }
        assert_eq!(at(&object, "d"), Some(Claim::Float(5.5)));
        assert_eq!(at(&object, "e"), Some(Claim::Integer(0)));
        assert_eq!(at(&object, "f"), Some(Claim::Other));
    }

    #[test]
    fn other_paths_are_refused() {
        for text in ["", "/a", "a/", "a//b"] {
            assert_eq!(ClaimPath::parse(text), Err(ClaimPathFault::EmptyName), "{text}");
        }
        for text in ["~", "a~", "a~2", "~~0", "a/~b"] {
            assert_eq!(ClaimPath::parse(text), Err(ClaimPathFault::Escape), "{text}");
        }
        assert!(ClaimPath::parse(&["a"; 16].join("/")).is_ok());
        assert_eq!(ClaimPath::parse(&["a"; 17].join("/")), Err(ClaimPathFault::TooDeep));
    }

    #[test]
    fn formatting_tells_no_value() {
        let object = Object::read(br#"{"a":"secret","b":["secret",4711]}"#, 9).unwrap();
        assert_eq!(
            format!("{:?} {:?}", at(&object, "a"), at(&object, "b")),
            "Some(text) Some(list)"
        );
    }

    proptest! {
        #[test]
        fn every_name_can_be_written(one in "\\PC{1,8}", other in "[~/01]{1,8}") {
            let text = serde_json::json!({ &one: { &other: 7 } }).to_string();
            let object = Object::read(text.as_bytes(), 9).unwrap();
            let written = |name: &str| name.replace('~', "~0").replace('/', "~1");
            let path = format!("{}/{}", written(&one), written(&other));
            prop_assert_eq!(at(&object, &path), Some(Claim::Integer(7)));
        }
    }
}
