//! Host patterns: exact, or `*.` and a suffix for one or more further labels.

/// Whether `host` is one that `pattern` means; both lower case.
pub(crate) fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => pattern == host,
    }
}

/// Whether every host of `pattern` is one of `wider` too.
pub(crate) fn is_within(pattern: &str, wider: &str) -> bool {
    pattern == wider
        || match pattern.strip_prefix('*') {
            Some(suffix) => {
                wider.strip_prefix('*').is_some_and(|wide_suffix| suffix.ends_with(wide_suffix))
            }
            None => matches(wider, pattern),
        }
}

/// A host that both patterns mean.
pub(crate) fn common(one: &str, other: &str) -> Option<String> {
    let narrow = if is_within(one, other) {
        one
    } else if is_within(other, one) {
        other
    } else {
        return None;
    };
    Some(narrow.replacen('*', "x", 1))
}

/// What is behind each dot of a host, longest first: the suffixes under which wildcards are kept.
pub(crate) fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    core::iter::successors(host.split_once('.'), |(_, suffix)| suffix.split_once('.'))
        .map(|(_, suffix)| suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_one_or_more_labels() {
        assert!(matches("*.b.test", "a.b.test"));
        assert!(matches("*.b.test", "x.a.b.test"));
        assert!(!matches("*.b.test", "b.test"));
        assert!(!matches("*.b.test", "ab.test"));
        assert!(!matches("*.b.test", ".b.test") && !matches("*.b.test", "x.a.test"));
        assert!(is_within("*.a.test", "*.test") && !is_within("*.test", "*.a.test"));
        assert_eq!(common("*.test", "*.a.test").as_deref(), Some("x.a.test"));
        assert_eq!(suffixes("a.b.c").collect::<Vec<_>>(), ["b.c", "c"]);
    }
}
