//! base64url of RFC 7515, section 2: no padding, no white space, no stray bits.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Takes bits behind the last byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes, or nothing when the text is not their one spelling.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}

/// The bytes of any spelling that somebody could read; only for recognising, never for verifying.
pub(crate) fn decode_leniently(text: &str) -> Option<Vec<u8>> {
    let padding = |letter: char| letter == '=' || letter.is_ascii_whitespace();
    LENIENT.decode(text.trim_matches(padding)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_one_byte_string() {
        assert_eq!(decode("").as_deref(), Some(&b""[..]));
        assert_eq!(decode("Zg").as_deref(), Some(&b"f"[..]));
        assert_eq!(decode("-_8").as_deref(), Some(&[0xfb, 0xff][..]));
        for other in
            ["Zg==", "Zg=", "Zh", "Z", "+/8", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9vZ", "\u{e4}"]
        {
            assert_eq!(decode(other), None, "{other:?}");
        }
    }

    #[test]
    fn recognising_forgives_padding_space_and_stray_bits() {
        for spelling in ["Zg", "Zg=", "Zg==", "Zg===", " Zg\n", "Zh"] {
            assert_eq!(decode_leniently(spelling).as_deref(), Some(&b"f"[..]), "{spelling}");
        }
    }
}
