//! Wildcards that are none: `*` where it stands for itself (MC520), and regular expressions that go
//! on inside a segment (MC509).

use meshc_automaton::Automaton;
use meshc_document::{Kind, NodeId, Span};

use crate::finding::Finding;
use crate::rows::{Rows, part};

/// Header fields whose values hold a `*` of their own: media ranges, entity tags, origins.
const OWN: [&str; 5] = ["accept", "access-control-", "content-", "if-", "vary"];

impl Rows<'_> {
    /// A `*` in a path pattern that is not its `/**`: it would be met by a `*` alone. `text` is what
    /// was written at `span`; the path in it begins at `at`.
    pub(crate) fn starred_path(&mut self, text: &str, at: usize, span: Span) {
        let path = text.get(at..).unwrap_or_default();
        let path = path.strip_suffix("/**").unwrap_or(path);
        let Some(offset) = path.find('*') else { return };
        let place = part(span, text, at.saturating_add(offset), 1);
        let message = "`*` inside a segment stands for itself";
        let help = "write `{name}` for any text there, as in `/files/{name}.html`";
        self.findings.push(Finding::new("MC520", place, message).help(help));
    }

    /// A value that begins or ends with `*`, which compares as any other character.
    pub(crate) fn starred_value(&mut self, name: &str, matcher: NodeId) {
        if OWN.iter().any(|own| name.starts_with(own)) {
            return;
        }
        let tree = self.tree;
        let Some(entry) = tree.entries(matcher).next() else { return };
        if !matches!(entry.key, "equals" | "oneOf" | "prefix" | "suffix" | "has") {
            return;
        }
        let values: Vec<NodeId> = match tree.kind(entry.value) {
            Kind::Sequence => tree.items(entry.value).collect(),
            _ => vec![entry.value],
        };
        for value in values {
            let text = tree.text(value);
            if !text.starts_with('*') && !text.ends_with('*') {
                continue;
            }
            let shown: String = text.chars().take(60).collect();
            let message =
                format!("`*` stands for itself: only `{shown}`, letter by letter, is met");
            let help = match text.trim_matches('*') {
                "" => "write `present: true` for any value".to_owned(),
                inner if text.starts_with('*') && text.ends_with('*') => {
                    format!("write `regex: \".*{inner}.*\"` for any text around it")
                }
                inner if text.ends_with('*') => format!("write `prefix: {inner}`"),
                inner => format!("write `suffix: {inner}`"),
            };
            let finding = Finding::new("MC520", tree.span(value), message);
            self.findings.push(finding.help(help));
        }
    }

    /// A regular expression of paths that begins with literal text and goes on with anything: it
    /// matches `/administrator` where `/admin` was meant.
    pub(crate) fn unbounded(&mut self, text: &str, span: Span) {
        let literal = |each: char| each.is_ascii_alphanumeric() || matches!(each, '/' | '-' | '_');
        let end = text.find(|each| !literal(each)).unwrap_or(text.len());
        let (prefix, rest) = text.split_at_checked(end).unwrap_or_default();
        let goes_on = rest.starts_with(".*") || rest.starts_with(".+");
        let inside = prefix.ends_with(|each: char| each.is_ascii_alphanumeric());
        if !goes_on || !inside || !prefix.starts_with('/') {
            return;
        }
        let Ok(all) = Automaton::new(text) else { return };
        let (below, beside) = (format!("{prefix}/x"), format!("{prefix}x"));
        if !all.matches(below.bytes()) || !all.matches(beside.bytes()) {
            return;
        }
        let message = format!("`{beside}` is matched too: `.` is any character, not a new segment");
        let help = format!("write the path as `{prefix}/**`, which ends at segments");
        let finding = Finding::new("MC509", part(span, text, end, 2), message);
        self.findings.push(finding.help(help));
    }
}
