use crate::event::Style;

/// What the YAML 1.2 core schema makes of a scalar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CoreType {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// Text.
    Str,
}

/// What a YAML 1.1 reader would make of a plain scalar that 1.2 reads as text or otherwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trap {
    /// A truth value (`on`, `no`, `Y`, …), or one in both versions (`true`).
    Boolean,
    /// A number, a date, a time or nothing.
    Ambiguous,
}

/// Resolves a scalar by the YAML 1.2 core schema (spec 10.3.2); everything quoted is text.
#[must_use]
pub fn core_type(text: &str, style: Style) -> CoreType {
    if style != Style::Plain {
        return CoreType::Str;
    }
    match text {
        _ if is_null(text, style) => CoreType::Null,
        "true" | "True" | "TRUE" => CoreType::Bool(true),
        "false" | "False" | "FALSE" => CoreType::Bool(false),
        _ if is_integer(text) => CoreType::Int,
        _ if is_float(text) => CoreType::Float,
        _ => CoreType::Str,
    }
}

fn is_integer(text: &str) -> bool {
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|b| matches!(b, b'0'..=b'7'));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    is_digits(text.strip_prefix(['-', '+']).unwrap_or(text))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_float(text: &str) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
        return false;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(text, ".nan" | ".NaN" | ".NAN") || matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let sound = match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, "")) => is_digits(whole),
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(mantissa),
    };
    sound && exponent.is_none_or(|e| is_digits(e.strip_prefix(['-', '+']).unwrap_or(e)))
}

/// Whether [`core_type`] of a scalar is null; asked of every one.
pub(crate) fn is_null(text: &str, style: Style) -> bool {
    style == Style::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether a YAML 1.1 reader (kubectl, kustomize, PyYAML) would read this plain scalar as something
/// other than text. Asked where text is wanted.
#[must_use]
pub fn yaml11_trap(text: &str) -> Option<Trap> {
    // Of what begins with a letter only words of few letters are anything but text.
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return if text.len() > 5 { None } else { word_trap(text) };
    }
    if (text.len() > 5 && text.starts_with('/')) || is_no_number(text) {
        return None;
    }
    let special = matches!(text, "" | "~" | "=" | "<<");
    let number = core_type(text, Style::Plain) != CoreType::Str || is_old_number(text);
    (special || number || is_date(text)).then_some(Trap::Ambiguous)
}

/// What ends as no number does, or has two points and so is an address at most; dates, which end in
/// any way, aside. Most of what begins with a digit.
fn is_no_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = bytes.first().is_some_and(u8::is_ascii_digit);
    if !number || bytes.get(4) == Some(&b'-') {
        return false;
    }
    let end = bytes.last().is_some_and(|last| last.is_ascii_hexdigit() || b"._".contains(last));
    !end || bytes.iter().filter(|byte| **byte == b'.').count() > 1
}

/// The words that are truth values to YAML 1.1, and the one that is nothing; in lower or upper case,
/// or capitalised.
fn word_trap(text: &str) -> Option<Trap> {
    let mut lower = [0; 5];
    for (slot, byte) in lower.iter_mut().zip(text.bytes()) {
        *slot = byte.to_ascii_lowercase();
    }
    let truth = match lower.get(..text.len())? {
        b"y" | b"n" | b"yes" | b"no" | b"on" | b"off" | b"true" | b"false" => true,
        b"null" => false,
        _ => return None,
    };
    let lower = text.bytes().all(|byte| byte.is_ascii_lowercase());
    let upper = text.bytes().all(|byte| byte.is_ascii_uppercase());
    let trap = if truth { Trap::Boolean } else { Trap::Ambiguous };
    (lower || upper || is_capitalised(text)).then_some(trap)
}

fn is_capitalised(text: &str) -> bool {
    let mut letters = text.bytes();
    letters.next().is_some_and(|b| b.is_ascii_uppercase())
        && letters.all(|b| b.is_ascii_lowercase())
}

/// Numbers of YAML 1.1 alone: `1_000`, `0b11`, `-0x1f`, `12:30:45`, `190:20:30.15`.
fn is_old_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    if let Some(binary) = unsigned.strip_prefix("0b") {
        return !binary.is_empty() && binary.bytes().all(|b| matches!(b, b'0' | b'1' | b'_'));
    }
    if let Some(hex) = unsigned.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_');
    }
    if let Some((first, rest)) = unsigned.split_once(':') {
        return is_loose_digits(first) && is_sexagesimal(rest);
    }
    if !unsigned.contains('_') {
        return false;
    }
    let plain = unsigned.replace('_', "");
    is_integer(&plain) || is_float(&plain)
}

/// Digits among which `_` stands for nothing.
fn is_loose_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// What follows the first colon of a number to the base of 60: parts below 60, the last one with or
/// without a fraction.
fn is_sexagesimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let below_60 = |part: &str| match part.as_bytes() {
        [ones] => ones.is_ascii_digit(),
        [tens, ones] => matches!(tens, b'0'..=b'5') && ones.is_ascii_digit(),
        _ => false,
    };
    whole.split(':').all(below_60) && (fraction.is_empty() || is_loose_digits(fraction))
}

/// `2027-03-31` and what follows it in a timestamp.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let after = rest.get(end..).unwrap_or_default();
    year.len() == 4
        && is_digits(year)
        && is_digits(month)
        && month.len() <= 2
        && (1..=2).contains(&end)
        && (after.is_empty() || after.starts_with(['T', 't', ' ']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn what_is_no_number_is_none(text in "[0-9][0-9a-fA-FxoeE:._ tTszn+-]{0,12}") {
            let trap = core_type(&text, Style::Plain) != CoreType::Str
                || is_old_number(&text)
                || is_date(&text);
            prop_assert!(!(is_no_number(&text) && trap), "{}", text);
        }
    }
}
