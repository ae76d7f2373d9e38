//! JSON, read strictly and within bounds.
//!
//! A name that stands twice in one object is refused, where RFC 7515 and 7519, each in section 4,
//! would let the last one count; so are deep nesting and many values. What one number means is
//! settled here too.

use core::cell::Cell;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// One value.
pub(crate) enum Json {
    Null,
    Boolean(bool),
    /// An integer written as one.
    Integer(i64),
    /// A number written with a fraction or an exponent; finite, and exact as far as integers go.
    Float(f64),
    /// A number too large to be told from its neighbours.
    Huge,
    Text(Box<str>),
    List(Box<[Self]>),
    Object(Object),
}

/// Members sorted by name; no name stands twice.
#[derive(Default)]
pub(crate) struct Object(Box<[(Box<str>, Json)]>);

/// Up to here, every integer has an `f64` of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How deep lists and objects may nest.
const MAX_DEPTH: u32 = 16;

struct Reader<'b> {
    depth: u32,
    /// How many values may still come.
    values: &'b Cell<u32>,
}

impl Object {
    /// Reads one object of at most `values` values, itself included. `None` for everything else.
    pub(crate) fn read(bytes: &[u8], values: u32) -> Option<Self> {
        let values = Cell::new(values);
        let mut source = serde_json::Deserializer::from_slice(bytes);
        let json = Reader { depth: 0, values: &values }.deserialize(&mut source).ok()?;
        source.end().ok()?;
        match json {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        let at = self.0.binary_search_by(|(each, _)| (**each).cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The member of that name, when it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::text)
    }
}

impl Json {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// A reader for what stands inside.
    fn inside<E: Error>(&self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("nested too deep"));
        }
        Ok(Self { depth: self.depth + 1, values: self.values })
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Json, D::Error> {
        let left = self.values.get().checked_sub(1);
        self.values.set(left.ok_or_else(|| D::Error::custom("too many values"))?);
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or(Json::Huge, Json::Integer))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Ok(if value.abs() < EXACT { Json::Float(value) } else { Json::Huge })
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(self.inside()?)? {
            items.push(item);
        }
        Ok(Json::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut members: Vec<(Box<str>, Json)> = Vec::new();
        while let Some(name) = source.next_key::<Box<str>>()? {
            members.push((name, source.next_value_seed(self.inside()?)?));
        }
        members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if members.array_windows().any(|[(a, _), (b, _)]| a == b) {
            return Err(A::Error::custom("a name stands twice"));
        }
        Ok(Json::Object(Object(members.into())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sound(text: &str) -> bool {
        Object::read(text.as_bytes(), 100).is_some()
    }

    #[test]
    fn only_whole_objects_are_read() {
        for text in ["{}", r#" {"a":{"a":1},"b":[{"a":1},{"a":2}]} "#, r#"{"\u0061":1,"A":2}"#] {
            assert!(sound(text), "{text}");
        }
        for text in ["", "[]", "1", "{", "{}{}", "{} x", "{'a':1}", "{\"a\":1,}", "\u{feff}{}"] {
            assert!(!sound(text), "{text}");
        }
        assert!(!sound(r#"{"a":NaN}"#) && !sound(r#"{"a":1e400}"#) && !sound(r#"{"a":01}"#));
        assert!(Object::read(b"{\"a\":\"\xff\"}", 100).is_none());
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        assert!(!sound(r#"{"a":1,"a":1}"#));
        assert!(!sound(r#"{"a":1,"b":2,"\u0061":1}"#));
        assert!(!sound(r#"{"x":[{"y":{"a":1,"a":2}}]}"#));
    }

    #[test]
    fn bombs_are_refused() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(sound(&nested(15)));
        assert!(!sound(&nested(17)));
        assert!(!sound(&nested(100_000)));
        let wide = |items: usize| format!("{{\"a\":[{}]}}", vec!["0"; items].join(","));
        assert!(sound(&wide(98)));
        assert!(!sound(&wide(99)));
    }

    #[test]
    fn numbers_that_cannot_be_told_apart_are_no_numbers() {
        let read = |text: &str| Object::read(format!("{{\"a\":{text}}}").as_bytes(), 2).unwrap();
        let number = |text: &str| match read(text).get("a") {
            Some(Json::Integer(value)) => format!("integer {value}"),
            Some(Json::Float(value)) => format!("float {value}"),
            Some(Json::Huge) => "huge".to_owned(),
            _ => panic!("{text} is a number"),
        };
        assert_eq!(number("9223372036854775807"), "integer 9223372036854775807");
        assert_eq!(number("-9223372036854775808"), "integer -9223372036854775808");
        assert_eq!(number("9223372036854775808"), "huge");
        assert_eq!(number("18446744073709551616"), "huge");
        assert_eq!(number("1.5"), "float 1.5");
        assert_eq!(number("1e3"), "float 1000");
        assert_eq!(number("9007199254740993.0"), "huge");
        assert_eq!(number("1e300"), "huge");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Object::read(&bytes, 10);
        }

        #[test]
        fn what_was_written_is_found(
            members in proptest::collection::btree_map("[a-z~/]{0,4}", any::<i64>(), 0..20)
        ) {
            let text = serde_json::to_string(&members).unwrap();
            let object = Object::read(text.as_bytes(), 100).unwrap();
            for (name, value) in &members {
                let found = object.get(name);
                prop_assert!(matches!(found, Some(Json::Integer(found)) if found == value));
            }
            prop_assert!(object.get("not there").is_none());
        }
    }
}
