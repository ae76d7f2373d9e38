//! Canonical JSON (RFC 8785) put at the end of a buffer, key by key.
//!
//! Nothing is sorted: whoever writes an object names its keys in the order of RFC 8785, which a debug
//! build asserts. What serde writes here are types of `meshc-snapshot`, whose fields are declared in
//! that order.

use core::ops::Range;

use serde::Serialize;

/// A key as it stands in an object, behind the comma that the first does without. Such texts are in
/// the order of the keys themselves, as no letter is before a quotation mark.
macro_rules! key {
    ($key:literal) => {
        concat!(",\"", $key, "\":")
    };
}

pub(crate) use key;

/// JSON that grows. What serde could not write is kept until [`Json::fault`] is asked.
#[derive(Debug, Default)]
pub(crate) struct Json {
    bytes: Vec<u8>,
    fault: Option<serde_json::Error>,
}

/// An object that is being written.
pub(crate) struct Object<'a> {
    to: &'a mut Json,
    last: &'static str,
}

impl Json {
    /// An empty one with room for some bytes.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), fault: None }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes there are.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Where stands what is written now.
    pub(crate) fn written(&mut self, write: impl FnOnce(&mut Self)) -> Range<usize> {
        let start = self.bytes.len();
        write(self);
        start..self.bytes.len()
    }

    /// Empties it and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What could not be written since it was last asked; a mistake of ours.
    pub(crate) fn fault(&mut self) -> Result<(), serde_json::Error> {
        self.fault.take().map_or(Ok(()), Err)
    }

    /// What is JSON already.
    pub(crate) fn raw(&mut self, json: &[u8]) {
        self.bytes.extend_from_slice(json);
    }

    pub(crate) fn text(&mut self, text: &str) {
        if has_escaped(text.as_bytes()) {
            return self.value(text);
        }
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(b'"');
    }

    pub(crate) fn number(&mut self, number: u32) {
        let (mut digits, mut rest) = ([0; 10], number); // 2^32 has ten
        let mut used = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            (used, rest) = (used + 1, rest / 10);
            if rest == 0 {
                break;
            }
        }
        let first = digits.len() - used;
        self.raw(digits.get(first..).unwrap_or_default());
    }

    pub(crate) fn truth(&mut self, truth: bool) {
        self.raw(if truth { b"true" } else { b"false" });
    }

    pub(crate) fn null(&mut self) {
        self.raw(b"null");
    }

    /// A value of a type whose own form is canonical.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        if let Err(fault) = serde_json::to_writer(&mut self.bytes, value) {
            self.fault.get_or_insert(fault);
        }
    }

    /// A list of such values; most of them are empty.
    pub(crate) fn values<T: Serialize>(&mut self, values: &[T]) {
        if values.is_empty() { self.raw(b"[]") } else { self.value(values) }
    }

    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.bytes.push(b'[');
        let start = self.bytes.len();
        for item in items {
            if self.bytes.len() > start {
                self.bytes.push(b',');
            }
            write(self, item);
        }
        self.bytes.push(b']');
    }

    pub(crate) fn texts<'t>(&mut self, items: impl IntoIterator<Item = &'t str>) {
        self.list(items, Self::text);
    }

    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Object<'_>)) {
        self.bytes.push(b'{');
        self.rest_of_object("", write);
    }

    /// What is behind the field `last` of an object, up to its end.
    pub(crate) fn rest_of_object(
        &mut self,
        last: &'static str,
        write: impl FnOnce(&mut Object<'_>),
    ) {
        let mut object = Object { to: self, last };
        write(&mut object);
        self.bytes.push(b'}');
    }
}

impl Object<'_> {
    /// Names the next field, whose value the caller writes at once; see [`key`].
    pub(crate) fn key(&mut self, key: &'static str) -> &mut Json {
        debug_assert!(self.last < key, "`{key}` behind `{}`", self.last);
        let bare = if self.last.is_empty() { key.get(1..).unwrap_or(key) } else { key };
        self.last = key;
        self.to.bytes.extend_from_slice(bare.as_bytes());
        self.to
    }

    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        value: Option<T>,
        write: impl FnOnce(&mut Json, T),
    ) {
        let json = self.key(key);
        match value {
            Some(value) => write(json, value),
            None => json.null(),
        }
    }
}

/// Whether JSON escapes a byte of a text.
fn has_escaped(text: &[u8]) -> bool {
    let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    let Some(last) = text.last_chunk() else { return text.iter().any(|byte| escaped(*byte)) };
    let (eights, _) = text.as_chunks();
    eights.iter().chain([last]).any(|eight| any_of_eight(*eight))
}

/// Whether JSON escapes one of eight bytes, which are seen as one number: where one is below `n`,
/// what is left without `n` borrows, and its highest bit becomes one.
fn any_of_eight(bytes: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let word = u64::from_le_bytes(bytes);
    let quote = word ^ (ONES * u64::from(b'"'));
    let backslash = word ^ (ONES * u64::from(b'\\'));
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    (below(word, 0x20) | below(quote, 1) | below(backslash, 1)) != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::default();
        write(&mut json);
        json.fault().expect("written");
        String::from_utf8(json.bytes().to_vec()).expect("text")
    }

    #[test]
    fn objects_and_lists_have_their_commas() {
        let text = written(|json| {
            json.object(|object| {
                object.key(key!("a")).list([1, 20, 300], |json, number| json.number(number));
                object.key(key!("b")).object(|_| ());
                object.optional(key!("c"), None::<&str>, Json::text);
                object.key(key!("d")).texts([]);
            });
        });
        assert_eq!(text, r#"{"a":[1,20,300],"b":{},"c":null,"d":[]}"#);
    }

    #[test]
    #[cfg_attr(not(debug_assertions), ignore = "asserted where it costs nothing")]
    #[should_panic(expected = "`,\"a\":` behind `,\"b\":`")]
    fn keys_out_of_order_are_noticed() {
        written(|json| {
            json.object(|object| {
                object.key(key!("b")).null();
                object.key(key!("a")).null();
            });
        });
    }

    #[test]
    fn every_byte_that_json_escapes_is_seen_wherever_it_stands() {
        for length in 1..20 {
            for at in 0..length {
                for byte in 0..0x80 {
                    let mut bytes = vec![b'~'; length];
                    bytes[at] = byte;
                    let text = String::from_utf8(bytes).expect("ASCII");
                    let canonical = meshc_snapshot::canonical(&text).expect("canonical");
                    assert_eq!(written(|json| json.text(&text)).as_bytes(), canonical);
                }
            }
        }
        assert!(!has_escaped("é\u{20ac}\u{1f600}\u{80}\u{ff}".as_bytes()));
    }

    proptest! {
        #[test]
        fn text_and_numbers_are_written_as_everywhere(text in "(?s).{0,40}", number: u32) {
            let canonical = |value: serde_json::Value| {
                String::from_utf8(meshc_snapshot::canonical(&value).unwrap()).unwrap()
            };
            prop_assert_eq!(written(|json| json.text(&text)), canonical(text.into()));
            prop_assert_eq!(written(|json| json.number(number)), canonical(number.into()));
        }
    }
}
