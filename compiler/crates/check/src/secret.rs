//! Secrets in text: what has the unmistakable form of a key or token (MC810).

use std::sync::LazyLock;

use meshc_document::Span;
use regex::bytes::Regex;

use crate::finding::Finding;

/// Forms of secrets: the group's number, from 1, is the place in [`NAMES`]. Each begins with letters
/// of its own, so that text without them is passed over at the speed of memory.
const FORMS: &str = concat!(
    r"(?-u)(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY)",
    r"|(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,})",
    r"|\b((?:AKIA|ASIA)[0-9A-Z]{16})\b",
    r"|\b(gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{22,})",
    r"|\b(glpat-[\w-]{20,})",
    r"|\b(xox[abeprs]-[\w-]{10,})",
    r"|\b(AIza[\w-]{35})",
    r"|\b([rs]k_live_[0-9A-Za-z]{16,})",
    r"|\b(npm_[0-9A-Za-z]{36})\b",
);
const NAMES: [&str; 9] = [
    "a private key",
    "a signed token (JWT)",
    "an AWS access key",
    "a GitHub token",
    "a GitLab token",
    "a Slack token",
    "a Google API key",
    "a Stripe key",
    "an npm token",
];
/// Most findings of one file.
const MOST: usize = 16;

static SECRETS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(FORMS).ok());

/// What looks like a secret, comments included; a finding says which sort, never what it is.
pub(crate) fn judge(bytes: &[u8], findings: &mut Vec<Finding>) {
    let Some(secrets) = SECRETS.as_ref().filter(|secrets| secrets.is_match(bytes)) else { return };
    for found in secrets.captures_iter(bytes).take(MOST) {
        let groups = found.iter().skip(1).zip(NAMES);
        let Some((place, name)) = groups.into_iter().find_map(|(one, name)| Some((one?, name)))
        else {
            continue;
        };
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span { start: byte(place.start()), end: byte(place.end()) };
        findings.push(Finding::new("MC810", span, format!("this looks like {name}")));
    }
}

/// A line as it may be shown: what looks like a secret becomes `*`, its first four letters aside.
#[must_use]
pub fn masked(line: &str) -> String {
    let Some(secrets) = SECRETS.as_ref() else { return line.to_owned() };
    let mut bytes = line.as_bytes().to_vec();
    for found in secrets.find_iter(line.as_bytes()) {
        if found.as_bytes().starts_with(b"-----") {
            continue; // The key itself stands in the lines below.
        }
        let hidden = found.start().saturating_add(4)..found.end();
        if let Some(part) = bytes.get_mut(hidden) {
            part.fill(b'*');
        }
    }
    // Forms of secrets are ASCII.
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_all_else_is_kept() {
        let key = ["AKIA", "ABCDEFGHIJ234567"].concat();
        assert_eq!(masked(&format!("a: {key} # ö")), format!("a: AKIA{} # ö", "*".repeat(16)));
        assert_eq!(masked("a: AKIA and eyJ"), "a: AKIA and eyJ");
        assert!(SECRETS.is_some(), "the forms are a regular expression");
    }

    #[test]
    fn every_form_is_named() {
        let letters = "0123456789abcdefghijABCDEFGHIJ0123456789";
        let take = |count: usize| letters.get(..count).unwrap();
        let texts = [
            "-----BEGIN EC PRIVATE KEY-----".to_owned(),
            format!("eyJ{0}.eyJ{0}.{0}", take(20)),
            format!("ASIA{}", "ABCDEFGH01234567"),
            format!("ghs_{}", take(36)),
            format!("glpat-{}", take(20)),
            format!("xoxb-{}", take(20)),
            format!("AIza{}", take(35)),
            format!("sk_live_{}", take(24)),
            format!("npm_{}", take(36)),
        ];
        for (text, name) in texts.iter().zip(NAMES) {
            let mut findings = Vec::new();
            judge(format!("owner: {text}\n").as_bytes(), &mut findings);
            assert_eq!(findings.len(), 1, "{text}");
            assert!(findings[0].message.ends_with(name), "{text}: {}", findings[0].message);
            assert!(!findings[0].message.contains(text), "{text}");
        }
    }
}
