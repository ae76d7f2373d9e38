//! The examples of RFC 7515, 7520 and 8037, read from `vectors/vectors.json`.

use serde::Deserialize;
use serde_json::Value;

use crate::bed::key_set;
use crate::jws::Compact;
use crate::{Algorithm, TokenFault};

#[derive(Deserialize)]
struct Vector {
    name: String,
    source: String,
    key: Value,
    token: String,
    /// `verified` or the word of a fault.
    want: String,
}

fn vectors() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/vectors.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn verify(token: &str, key: &Value) -> Result<Vec<u8>, TokenFault> {
    Compact::read(token, &Algorithm::ALL)?.verify(&key_set(std::slice::from_ref(key)))
}

#[test]
fn examples_of_the_rfcs() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 10);
    for Vector { name, source, key, token, want } in vectors {
        let found = verify(&token, &key);
        let word = found.as_ref().map_or_else(|fault| fault.word(), |_| "verified");
        assert_eq!(word, want, "{name} ({source})");
    }
}

#[test]
fn examples_with_any_letter_changed_are_refused() {
    for Vector { name, key, token, .. } in vectors().into_iter().filter(|v| v.want == "verified") {
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verify(&changed, &key).is_err(), "{name} at {at}");
        }
    }
}
