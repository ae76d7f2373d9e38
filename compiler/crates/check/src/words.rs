//! What shapes and formats are called.

use meshc_document::{Kind, Span};
use meshc_svid::{SpiffeId, SpiffeIdFault};

use crate::finding::Finding;
use crate::intended;
use crate::quantity;
use crate::schema::{Rule, StandsFor, Wants};

pub(crate) const fn shape(wants: Wants) -> &'static str {
    match wants {
        Wants::Text => "text",
        Wants::Integer => "a whole number",
        Wants::Boolean => "`true` or `false`",
        Wants::List => "a list",
        Wants::Mapping => "a mapping",
    }
}

pub(crate) fn found(kind: Kind<'_>) -> String {
    match kind {
        Kind::Null => "nothing".into(),
        Kind::Scalar { text, .. } if text.len() <= 40 => format!("`{text}`"),
        Kind::Scalar { .. } => "text".into(),
        Kind::Sequence => "a list".into(),
        Kind::Mapping => "a mapping".into(),
    }
}

pub(crate) fn range(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("from {least} on"),
        (None, Some(most)) => format!("up to {most}"),
        (None, None) => "that fits in 64 bits".into(),
    }
}

/// What is wrong with a text: its length, its form, what it stands for, or that it is reserved.
pub(crate) fn unfit(rule: &Rule, span: Span, text: &str) -> Option<Finding> {
    if !fits(rule, text) {
        return Some(malformed(rule, span, text));
    }
    if !rule.reserved.iter().any(|one| one == text) {
        return None;
    }
    let finding = Finding::new("MC105", span, format!("`{text}` is a reserved name"));
    Some(finding.help("the language gives it a meaning of its own; choose another"))
}

/// Whether a text has the length and the form its place wants.
pub(crate) fn fits(rule: &Rule, text: &str) -> bool {
    let length = || i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    // A character is a byte or more: most texts need no counting.
    let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let short = rule.least.is_some_and(|least| bytes < least || (least > 1 && length() < least));
    let long = rule.most.is_some_and(|most| bytes > most && length() > most);
    let shaped = || rule.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    !short && !long && shaped() && rule.stands_for.is_none_or(|what| means(what, text))
}

/// What a pattern cannot say: days of the calendar, sums of durations, addresses.
fn means(what: StandsFor, text: &str) -> bool {
    match what {
        StandsFor::Day => quantity::day(text).is_some(),
        StandsFor::Duration => quantity::milliseconds(text).is_some(),
        StandsFor::Rate => quantity::rate(text).is_some(),
        StandsFor::Sender => !text.starts_with("spiffe://") || SpiffeId::parse(text).is_ok(),
        StandsFor::Identity => names_workloads(text),
        StandsFor::Address => text.parse::<core::net::IpAddr>().is_ok(),
    }
}

/// Whether a text is the SPIFFE ID of a workload, or one that ends in `/*` for all of them below it.
fn names_workloads(text: &str) -> bool {
    match text.strip_suffix("/*") {
        Some(above) => SpiffeId::parse(above).is_ok(),
        None => SpiffeId::parse(text).is_ok_and(|id| !id.path().is_empty()),
    }
}

/// What keeps a text from being such an ID.
fn spiffe_fault(text: &str) -> &'static str {
    match SpiffeId::parse(text.strip_suffix("/*").unwrap_or(text)) {
        Ok(_) => "it names a whole trust domain",
        Err(SpiffeIdFault::TooLong) => "it is longer than 2048 bytes",
        Err(SpiffeIdFault::Scheme) => "it does not begin with `spiffe://`",
        Err(SpiffeIdFault::TrustDomain) => {
            "its trust domain is not 1 to 255 lower-case letters, digits, `.`, `_` and `-`"
        }
        Err(SpiffeIdFault::Segment) => "a segment of its path is empty, `.` or `..`",
        Err(SpiffeIdFault::PathByte) => {
            "its path holds something other than letters, digits, `.`, `_` and `-`"
        }
    }
}

/// A method, or the methods in front of a path, in small letters: nothing else is wrong with it.
fn lower_case(rule: &Rule, span: Span, text: &str) -> Option<Finding> {
    let format = rule.format.as_deref()?;
    let methods = match format {
        "method" => text,
        "operation-match" => text.split_once(' ')?.0,
        _ => return None,
    };
    let capitals = methods.to_ascii_uppercase();
    let fitting = format!("{capitals}{}", text.get(methods.len()..)?);
    if capitals == methods || !rule.pattern.as_ref()?.is_match(&fitting) {
        return None;
    }
    let place = crate::rows::part(span, text, 0, methods.len());
    let message = format!("`{methods}` matches no request: methods are case-sensitive");
    Some(Finding::new("MC508", place, message).help(format!("write `{capitals}`")))
}

/// Text that does not have the form its place wants.
pub(crate) fn malformed(rule: &Rule, span: Span, text: &str) -> Finding {
    if let Some(finding) = lower_case(rule, span, text) {
        return finding;
    }
    let (code, what, hint) = match rule.format.as_deref().unwrap_or_default() {
        "dns-label" => ("MC105", "a name", "lower-case letters, digits and `-`, at most 63"),
        "reference" => ("MC105", "a reference", "[namespace/]name[.operation]"),
        "object" => ("MC105", "an object's name", "[namespace/]name"),
        "code" => ("MC105", "the code of a finding", "MC and three digits"),
        "percentage" => ("MC112", "a percentage", "0% to 100%, at most two decimals"),
        "origin" => ("MC105", "an origin", "a scheme, a host and a port where it is not the usual"),
        "grpc-name" => ("MC105", "a gRPC name", "letters, digits and `_`, a package with dots"),
        "caller" => (
            "MC105",
            "a caller",
            "[namespace/]name, namespace/*, anyone, anonymous or {identity: …}",
        ),
        "host" => ("MC105", "a host", "DNS labels in lower case, without port"),
        "trust-domain" => {
            ("MC105", "a trust domain", "lower-case letters, digits, `.`, `_` and `-`")
        }
        "duration" => ("MC112", "a duration", "whole numbers with h, m, s or ms, up to 24 days"),
        "rate" => ("MC112", "a rate", "1 to 1000000 in a second, minute or hour"),
        "date" => ("MC112", "a day of the calendar", "YYYY-MM-DD in quotes"),
        "instant" => ("MC112", "an instant", "RFC 3339 in quotes"),
        "spiffe-id" => ("MC105", "a workload's SPIFFE ID", spiffe_fault(text)),
        "sender" => ("MC105", "a workload", "[namespace/]name, a SPIFFE ID or anonymous"),
        "address" => ("MC112", "an IP address", "an IPv4 or IPv6 address"),
        "network" => ("MC112", "a network", "an address and a length, like `10.0.0.0/8`"),
        "clock" => ("MC112", "a time of day", "HH:MM in quotes, 00:00 to 24:00"),
        "zone" => ("MC112", "a time zone", "an IANA name like `Europe/Berlin`"),
        "method" => ("MC113", "a method", "capital letters"),
        "header-name" => ("MC113", "a header name", "letters, digits and `-`"),
        "key-url" => ("MC410", "a URL of keys", "https, without blanks"),
        "path" => ("MC307", "a path", "it begins with `/` and holds no blank"),
        "path-pattern" => ("MC307", "a path", "it begins with `/` and holds no controls"),
        "operation-match" => (
            "MC113",
            "an operation match",
            "METHOD[,METHOD] PATH or ANY PATH; a path with a blank goes into `{path: …}`",
        ),
        _ => ("MC103", "a fitting text", "it is empty or too long"),
    };
    let shown: String = text.chars().take(60).collect();
    let hint = match rule.example.as_ref().and_then(serde_json::Value::as_str) {
        Some(example) => format!("{hint}, such as `{example}`"),
        None => hint.to_owned(),
    };
    let format = rule.format.as_deref().unwrap_or_default();
    let meant = intended::candidates(format, text).into_iter().find(|one| fits(rule, one));
    let advice = intended::advice(format, text);
    let help = match (meant, advice) {
        (Some(meant), None) => format!("did you mean `{meant}`?"),
        (Some(meant), Some(advice)) => format!("did you mean `{meant}`?; {advice}"),
        (None, Some(advice)) => advice,
        (None, None) => hint,
    };
    Finding::new(code, span, format!("`{shown}` is not {what}")).help(help)
}
