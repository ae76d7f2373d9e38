//! Canonical JSON: RFC 8785, restricted to integers and ASCII keys so that no number formatting and
//! no UTF-16 sorting is ever needed.

use core::fmt;

use serde::Serialize;
use serde_json::Value;

/// A value outside the restricted form.
#[derive(Debug)]
pub enum NotCanonical {
    /// A number that is no integer of at most 53 bits (RFC 8785, appendix D), at this path.
    Number(String),
    /// A key that is not ASCII, at this path.
    Key(String),
    /// The type cannot be written as JSON.
    Json(serde_json::Error),
}

const LARGEST: u64 = (1 << 53) - 1;

/// The canonical bytes of a value: keys sorted, no white space, shortest escapes.
///
/// # Errors
/// A float, an integer beyond 53 bits, or a key that is not ASCII, with its path.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(value).map_err(NotCanonical::Json)?;
    check(&value, &mut String::new())?;
    // serde_json keeps objects in a BTreeMap: for ASCII keys its order is that of RFC 8785, and its
    // string escapes are those of RFC 8785 (3.2.2.2).
    serde_json::to_vec(&value).map_err(NotCanonical::Json)
}

fn check(value: &Value, path: &mut String) -> Result<(), NotCanonical> {
    let length = path.len();
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if size.is_none_or(|size| size > LARGEST) {
                return Err(NotCanonical::Number(path.clone()));
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push_str(&format!("[{at}]"));
                check(item, path)?;
                path.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields {
                path.push_str(&format!(".{key}"));
                if !key.is_ascii() {
                    return Err(NotCanonical::Key(path.clone()));
                }
                check(item, path)?;
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
    Ok(())
}

impl fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(path) => write!(f, "the number at `{path}` is no integer of 53 bits"),
            Self::Key(path) => write!(f, "the key at `{path}` is not ASCII"),
            Self::Json(error) => write!(f, "no JSON: {error}"),
        }
    }
}

impl core::error::Error for NotCanonical {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_text_is_escaped_as_rfc_8785_says() {
        let value = json!({"b": [1, -2, null, true], "a": {"z": "\u{20ac}$\u{f}\n\"\\/", "Z": 0}});
        let text = String::from_utf8(canonical(&value).unwrap()).unwrap();
        let wanted =
            "{\"a\":{\"Z\":0,\"z\":\"\u{20ac}$\\u000f\\n\\\"\\\\/\"},\"b\":[1,-2,null,true]}";
        assert_eq!(text, wanted);
    }

    #[test]
    fn what_has_no_restricted_form_is_refused_with_its_path() {
        let path = |value: Value| canonical(&value).unwrap_err().to_string();
        assert!(path(json!({"a": [0, 1.5]})).contains("`.a[1]`"));
        assert!(path(json!({"a": 1.0})).contains("`.a`"));
        assert!(path(json!({"a": 1_u64 << 53})).contains("`.a`"));
        assert!(path(json!({"é": 1})).contains("`.é`"));
    }

    proptest! {
        #[test]
        fn reading_back_and_writing_again_changes_nothing(text in ".*", number in -9_007_199_254_740_991_i64..=9_007_199_254_740_991) {
            let bytes = canonical(&json!({"n": number, "t": text, "l": [text]})).unwrap();
            let again: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(canonical(&again).unwrap(), bytes);
        }
    }
}
