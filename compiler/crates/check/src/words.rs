//! What shapes and formats are called.

use meshc_document::{Kind, Span};

use crate::finding::Finding;
use crate::schema::Wants;

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

/// Text that does not have the form its place wants.
pub(crate) fn malformed(format: &str, span: Span, text: &str, example: Option<&str>) -> Finding {
    let (code, what, hint) = match format {
        "dns-label" => ("MC105", "a name", "lower-case letters, digits and `-`, at most 63"),
        "reference" => ("MC105", "a reference", "[namespace/]name[.operation]"),
        "caller" => ("MC105", "a caller", "[namespace/]name, namespace/*, anyone or anonymous"),
        "host" => ("MC105", "a host", "DNS labels in lower case, without port"),
        "trust-domain" => {
            ("MC105", "a trust domain", "lower-case letters, digits, `.`, `_` and `-`")
        }
        "duration" => ("MC112", "a duration", "whole numbers with h, m, s or ms"),
        "date" => ("MC112", "a day", "YYYY-MM-DD in quotes"),
        "address" => ("MC112", "an IP address", "an IPv4 or IPv6 address"),
        "method" => ("MC113", "a method", "capital letters"),
        "header-name" => ("MC113", "a header name", "letters, digits and `-`"),
        "path" => ("MC307", "a path", "it begins with `/` and holds no blank"),
        "operation-match" => ("MC113", "an operation match", "METHOD[,METHOD] PATH or ANY PATH"),
        _ => ("MC103", "a fitting text", "it is empty or too long"),
    };
    let shown: String = text.chars().take(60).collect();
    let help = match example {
        Some(example) => format!("{hint}, such as `{example}`"),
        None => hint.to_owned(),
    };
    Finding::new(code, span, format!("`{shown}` is not {what}")).help(help)
}
