//! What a bearer value claims to be, before anything of it is trusted.

use core::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::base64url;

/// Collects every `iss` that is text, at the top of the payload.
struct Issuers<'l>(&'l mut Vec<Box<str>>);

/// A value of any type, of which texts are collected.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Text(Box<str>),
    Other(IgnoredAny),
}

/// The issuers that a bearer value names, if it looks like a JWT.
///
/// This is generous where verification is strict, so that what somebody could take for a token of
/// a declared issuer is refused as one: padding, space and stray bits are forgiven, two parts are
/// enough, every repeated `iss` counts, and what stands behind it may be broken.
pub(crate) fn issuers(bearer: &str) -> Vec<Box<str>> {
    let mut found = Vec::new();
    let payload = bearer.split('.').nth(1).and_then(base64url::decode_leniently);
    if let Some(payload) = payload {
        let mut source = serde_json::Deserializer::from_slice(&payload);
        // An error ends the reading; what was found before it counts.
        let _ = Issuers(&mut found).deserialize(&mut source);
    }
    found
}

impl<'de> DeserializeSeed<'de> for Issuers<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Issuers<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        while let Some(name) = source.next_key::<Box<str>>()? {
            if &*name != "iss" {
                source.next_value::<IgnoredAny>()?;
            } else if let Value::Text(text) = source.next_value()? {
                self.0.push(text);
            }
        }
        Ok(())
    }
}
