//! What to write instead: the help of findings on fields and shapes.

use std::collections::VecDeque;

use meshc_document::{CoreType, Entry, Kind, NodeId, Style, core_type, yaml11_trap};
use rustc_hash::FxHashSet;

use super::Walk;
use crate::habits;
use crate::schema::{Additional, Rule, RuleIx, Wants};
use crate::suggest::{did_you_mean, nearest};

/// Levels of a kind that are looked through for a field that stands elsewhere.
const LEVELS: usize = 6;

impl Walk<'_> {
    /// What to do about a key that is no field: the nearest, another tool's word, where it does
    /// stand, or which fields there are.
    pub(super) fn instead(&self, rule: &Rule, entry: Entry<'_>) -> String {
        let names = || rule.properties.iter().map(|(name, _)| name.as_str());
        if let Some(hint) = did_you_mean(&nearest(entry.key, names())) {
            return hint;
        }
        if let Some(long) = names().find(|name| is_short_for(entry.key, name)) {
            return format!("did you mean `{long}`?");
        }
        let ours = habits::field(entry.key).filter(|ours| names().any(|name| name == *ours));
        if let Some(ours) = ours {
            return format!("did you mean `{ours}`?");
        }
        if let Some(text) = self.operation_in_key(entry) {
            return format!("write `\"{text}\"`, as one text");
        }
        match self.elsewhere(entry.key) {
            Some(path) => format!("it stands at `{path}`"),
            None => self.fields(rule),
        }
    }

    /// What to do about a name that is no kind.
    pub(super) fn kind_instead(&self, name: &str) -> String {
        if let Some(ours) = habits::kind(name) {
            return format!("here that is {ours}; keep what is meant for other tools elsewhere");
        }
        if let Some(hint) = did_you_mean(&nearest(name, self.schema.kind_names())) {
            return hint;
        }
        let root = self.tree.root();
        let version = self.tree.get(root, "apiVersion").map(|entry| self.tree.text(entry.value));
        if version.is_some_and(|version| version != self.schema.api_version) {
            return "keep what is meant for other tools out of the folders that are read".into();
        }
        let mut kinds: Vec<&str> = self.schema.kind_names().collect();
        kinds.sort_unstable();
        format!("kinds are {}", kinds.join(", "))
    }

    /// `- GET: /carts`, where the text `GET /carts` was meant.
    fn operation_in_key(&self, entry: Entry<'_>) -> Option<String> {
        let Kind::Scalar { text, .. } = self.tree.kind(entry.value) else { return None };
        let method = entry.key.bytes().all(|byte| byte.is_ascii_uppercase());
        (method && text.starts_with('/')).then(|| format!("{} {text}", entry.key))
    }

    /// The shortest path of this kind to a field of this name.
    fn elsewhere(&self, key: &str) -> Option<String> {
        let mut waiting = VecDeque::from([(self.root?, String::new(), 0)]);
        let mut seen: FxHashSet<RuleIx> = FxHashSet::default();
        while let Some((ix, path, level)) = waiting.pop_front() {
            let Some(rule) = self.schema.rule(ix).filter(|_| level < LEVELS && seen.insert(ix))
            else {
                continue;
            };
            for (name, inner) in &rule.properties {
                let free = self.schema.not_yet(*inner).is_none();
                if name == key && free && !path.is_empty() {
                    return Some(format!("{path}{name}"));
                }
            }
            for (name, inner) in &rule.properties {
                waiting.push_back((*inner, format!("{path}{name}."), level + 1));
            }
            let below = path.trim_end_matches('.');
            if let Some(items) = rule.items {
                waiting.push_back((items, format!("{below}[]."), level));
            }
            if let Some((_, inner)) = &rule.patterned {
                waiting.push_back((*inner, format!("{path}NAME."), level));
            }
            for form in &rule.any_of {
                waiting.push_back((*form, path.clone(), level));
            }
        }
        None
    }

    /// How to write a value of another shape.
    pub(super) fn reshaped(&self, node: NodeId, rule: &Rule) -> Option<String> {
        match (rule.wants?, self.tree.kind(node)) {
            (Wants::List, Kind::Scalar { text, style }) => {
                let item = self.as_item(rule.items?, &written(text, style))?;
                Some(format!("write `[{item}]`"))
            }
            (Wants::List, Kind::Mapping) => Some("each item of a list begins with `- `".into()),
            (Wants::Mapping, Kind::Scalar { text, style }) => {
                let text = written(text, style);
                match sole(rule) {
                    Some(field) => Some(format!("write `{{{field}: {text}}}`")),
                    None => Some(self.shape_of_mapping(rule)),
                }
            }
            (Wants::Mapping, Kind::Sequence) => {
                let mut items = self.tree.items(node);
                let only = items.next().filter(|_| items.next().is_none());
                let inside = only.is_some_and(|item| {
                    rule.patterned.is_none() && self.tree.kind(item) == Kind::Mapping
                });
                Some(if inside { "leave the `-` out".into() } else { self.shape_of_mapping(rule) })
            }
            (Wants::Text, Kind::Sequence) => {
                let mut items = self.tree.items(node);
                let only = items.next().filter(|_| items.next().is_none());
                let Some(Kind::Scalar { text, style }) = only.map(|item| self.tree.kind(item))
                else {
                    return Some("write one".into());
                };
                Some(format!("write `{}`, without brackets", written(text, style)))
            }
            (Wants::Text, Kind::Mapping) => {
                let mut entries = self.tree.entries(node);
                let only = entries.next().filter(|_| entries.next().is_none())?;
                let Kind::Scalar { text, style } = self.tree.kind(only.value) else { return None };
                Some(format!("write `{}` alone", written(text, style)))
            }
            _ => None,
        }
    }

    /// A mapping whose keys people choose, or one with fields.
    fn shape_of_mapping(&self, rule: &Rule) -> String {
        let free = rule.patterned.is_some() || matches!(rule.additional, Additional::Checked(_));
        if free && rule.properties.is_empty() {
            return "write `NAME: …` for each, without `-`".into();
        }
        self.fields(rule)
    }

    /// A scalar as an item of a list: itself, or the mapping that it is short for.
    fn as_item(&self, items: RuleIx, text: &str) -> Option<String> {
        let rule = self.schema.rule(items)?;
        let forms = || rule.any_of.iter().filter_map(|ix| self.schema.rule(*ix));
        let takes_text =
            rule.wants == Some(Wants::Text) || forms().any(|form| form.wants == Some(Wants::Text));
        if takes_text {
            return Some(text.to_owned());
        }
        sole(rule).map(|field| format!("{{{field}: {text}}}"))
    }
}

/// Whether a word is the beginning of a name, or the name with more behind it.
fn is_short_for(word: &str, name: &str) -> bool {
    let (word, name) = (word.to_ascii_lowercase(), name.to_ascii_lowercase());
    word.len() > 3 && name.len() > 3 && (name.starts_with(&word) || word.starts_with(&name))
}

/// The one field that a mapping needs, or the only one it has, or plain equality of a condition.
fn sole(rule: &Rule) -> Option<&str> {
    let fields = || rule.properties.iter().map(|(name, _)| name.as_str());
    match rule.required.as_slice() {
        [only] => Some(only),
        [] if fields().any(|name| name == "equals") => Some("equals"),
        [] if rule.properties.len() == 1 => fields().next(),
        _ => None,
    }
}

/// A scalar as it may stand inside brackets.
pub(super) fn written(text: &str, style: Style) -> String {
    let special =
        text.contains([',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '%', '@', ':', '"']);
    let bare = !special && yaml11_trap(text).is_none() && !text.is_empty();
    let number = style == Style::Plain && matches!(core_type(text, style), CoreType::Int);
    if bare || number { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\\\"")) }
}
