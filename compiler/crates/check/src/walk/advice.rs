//! What to write instead: the help of findings on fields and shapes.

use std::collections::VecDeque;

use meshc_document::{CoreType, Entry, Kind, NodeId, Style, core_type, yaml11_trap};
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::Walk;
use crate::habits;
use crate::schema::{Additional, Rule, RuleIx, Wants};
use crate::suggest::{did_you_mean, nearest};
use crate::words;

/// Levels of a kind that are looked through for a field that stands elsewhere.
const LEVELS: usize = 6;

impl Walk<'_> {
    /// What to do about a key that is no field: the nearest, another tool's word, where it does
    /// stand, or which fields there are.
    pub(super) fn instead(&self, rule: &Rule, entry: Entry<'_>) -> String {
        let names = || rule.properties.names();
        if let Some(hint) = did_you_mean(&nearest(entry.key, names())) {
            return hint;
        }
        if let Some(long) = names().find(|name| is_short_for(entry.key, name)) {
            return format!("did you mean `{long}`?");
        }
        if let [("regex", _)] = named(rule).as_slice() {
            return "a path is text: `/a` is exactly that, `/a/**` everything below".into();
        }
        let ours = habits::fields(entry.key).filter(|ours| names().any(|name| name == *ours));
        // What the mapping cannot be without is meant before what it may have.
        let needed = |ours: &&str| !rule.required.iter().any(|name| name == ours);
        if let Some(ours) = ours.min_by_key(needed) {
            return format!("did you mean `{ours}`?");
        }
        if let Some(text) = self.operation_in_key(entry) {
            return format!("write `\"{text}\"`, as one text");
        }
        match self.elsewhere(rule, entry.key) {
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

    /// Where a field of this name stands: from the top of the document where the mapping is the
    /// document, its `metadata` or its `spec`, else inside the mapping.
    fn elsewhere(&self, rule: &Rule, key: &str) -> Option<String> {
        let document = self.root.and_then(|root| Some((root, self.schema.rule(root)?)));
        if let Some((root, document)) = document {
            let parts = document.properties.iter().filter_map(|(_, ix)| self.schema.rule(ix));
            let mut near = core::iter::once(document).chain(parts);
            if near.any(|one| core::ptr::eq(one, rule)) {
                return self.shortest(VecDeque::from([(root, String::new(), 0)]), key);
            }
        }
        let inside = rule.properties.iter().map(|(name, ix)| (ix, format!("{name}."), 0));
        self.shortest(inside.collect(), key)
    }

    /// The shortest path to a field of this name that is not refused for now.
    fn shortest(
        &self,
        mut waiting: VecDeque<(RuleIx, String, usize)>,
        key: &str,
    ) -> Option<String> {
        let mut seen: FxHashSet<RuleIx> = FxHashSet::default();
        while let Some((ix, path, level)) = waiting.pop_front() {
            let free = self.schema.not_yet(ix).is_none();
            let rule = self.schema.rule(ix).filter(|_| free && level < LEVELS && seen.insert(ix));
            let Some(rule) = rule else { continue };
            let found = rule.properties.get(key);
            if found.is_some_and(|ix| self.schema.not_yet(ix).is_none()) {
                return Some(format!("{path}{key}"));
            }
            for (name, inner) in rule.properties.iter() {
                waiting.push_back((inner, format!("{path}{name}."), level + 1));
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

    /// How a field that is missing is written, for example.
    pub(super) fn for_example(&self, rule: &Rule, name: &str) -> Option<String> {
        let field = self.schema.rule(rule.properties.get(name)?)?;
        if let [only] = field.choices.as_slice() {
            return Some(format!("write `{name}: {only}`"));
        }
        self.example(field, LEVELS).map(|example| format!("for example `{name}: {example}`"))
    }

    /// An example of a value: the schema's, or a mapping of what is needed in it.
    fn example(&self, rule: &Rule, levels: usize) -> Option<String> {
        if let Some(example) = &rule.example {
            return Some(in_flow(example));
        }
        let levels = levels.checked_sub(1)?;
        let mut forms = rule.any_of.iter().filter_map(|ix| self.schema.rule(*ix));
        if let Some(form) = forms.find_map(|form| self.example(form, levels)) {
            return Some(form);
        }
        if let [choice, ..] = rule.choices.as_slice() {
            return Some(written(choice, Style::DoubleQuoted));
        }
        let needed = rule.required.iter().map(|name| {
            let field = self.schema.rule(rule.properties.get(name)?)?;
            Some(format!("{name}: {}", self.example(field, levels)?))
        });
        let fields = needed.collect::<Option<Vec<_>>>()?;
        (!fields.is_empty()).then(|| format!("{{{}}}", fields.join(", ")))
    }

    /// How to write a value of another shape.
    pub(super) fn reshaped(&self, node: NodeId, rule: &Rule) -> Option<String> {
        match (rule.wants?, self.tree.kind(node)) {
            (Wants::List, Kind::Scalar { text, style }) => {
                match self.as_items(rule.items?, text, style) {
                    Some(items) => Some(format!("write `[{items}]`")),
                    None => Some(format!("for example `{}`", self.example(rule, LEVELS)?)),
                }
            }
            (Wants::List, Kind::Mapping) => Some("each item of a list begins with `- `".into()),
            (Wants::Mapping, Kind::Scalar { text, style }) => {
                let short = self.short_form(rule, text, style);
                short
                    .map(|mapping| format!("write `{mapping}`"))
                    .or_else(|| Some(self.shape_of_mapping(rule)))
            }
            (Wants::Mapping, Kind::Sequence) => {
                let mut items = self.tree.items(node);
                let only = items.next().filter(|_| items.next().is_none());
                let inside = only.is_some_and(|item| {
                    rule.patterned.is_none() && self.tree.kind(item) == Kind::Mapping
                });
                let listed = sole(rule).filter(|field| self.takes(rule, field, Wants::List));
                Some(match listed {
                    _ if inside => "leave the `-` out".into(),
                    Some(field) => format!("write `{{{field}: […]}}`"),
                    None => self.shape_of_mapping(rule),
                })
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
                match super::scalars::alike(text, &rule.choices).first() {
                    Some(choice) => Some(format!("write `{choice}` alone")),
                    None => Some(format!("write `{}` alone", written(text, style))),
                }
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
        match rule.required.as_slice() {
            [first, .., last] => {
                let between =
                    rule.required.iter().skip(1).take(rule.required.len().saturating_sub(2));
                let between: String = between.map(|name| format!(", `{name}`")).collect();
                format!("it needs `{first}`{between} and `{last}`")
            }
            _ => self.fields(rule),
        }
    }

    /// A scalar as the items of a list: one, or those between commas where only these would do.
    fn as_items(&self, items: RuleIx, text: &str, style: Style) -> Option<String> {
        let rule = self.schema.rule(items)?;
        let forms = rule.any_of.iter().filter_map(|ix| self.schema.rule(*ix));
        let takes = |text: &str| {
            let mut forms = core::iter::once(rule).chain(forms.clone());
            forms.any(|form| form.wants == Some(Wants::Text) && words::fits(form, text))
        };
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        if takes(text) || parts.len() < 2 || !parts.iter().all(|part| takes(part)) {
            return self.as_item(items, text, style);
        }
        let parts: Vec<String> = parts.iter().map(|part| written(part, style)).collect();
        Some(parts.join(", "))
    }

    /// A scalar as an item of a list: itself, or the mapping that it is short for.
    fn as_item(&self, items: RuleIx, text: &str, style: Style) -> Option<String> {
        let rule = self.schema.rule(items)?;
        let mut forms = rule.any_of.iter().filter_map(|ix| self.schema.rule(*ix));
        let takes_text =
            rule.wants == Some(Wants::Text) || forms.any(|form| form.wants == Some(Wants::Text));
        if takes_text { Some(written(text, style)) } else { self.short_form(rule, text, style) }
    }

    /// The mapping that a scalar is short for, where its one field would take it.
    fn short_form(&self, rule: &Rule, text: &str, style: Style) -> Option<String> {
        let field = sole(rule)?;
        let inner = self.schema.rule(rule.properties.get(field)?)?;
        let truth = matches!(core_type(text, style), CoreType::Bool(_));
        let value = match inner.wants {
            Some(Wants::List) => format!("[{}]", self.as_item(inner.items?, text, style)?),
            Some(Wants::Text) if inner.choices.is_empty() && !truth => written(text, style),
            None if !inner.any_of.is_empty() && !truth => written(text, style),
            _ => return None,
        };
        (!truth).then(|| format!("{{{field}: {value}}}"))
    }

    fn takes(&self, rule: &Rule, field: &str, wants: Wants) -> bool {
        let found = rule.properties.get(field);
        found.and_then(|ix| self.schema.rule(ix)).is_some_and(|one| one.wants == Some(wants))
    }
}

/// Fields by name.
fn named(rule: &Rule) -> Vec<(&str, RuleIx)> {
    rule.properties.iter().collect()
}

/// Whether a word is the beginning of a name, or the name with another word behind it.
fn is_short_for(word: &str, name: &str) -> bool {
    let longer = word.strip_prefix(name).is_some_and(|more| more.starts_with(char::is_uppercase));
    name.len() > 3 && ((word.len() > 3 && name.starts_with(word)) || longer)
}

/// The one field that a mapping needs, or the only one it has, or plain equality of a condition.
fn sole(rule: &Rule) -> Option<&str> {
    let fields = || rule.properties.names();
    match rule.required.as_slice() {
        [only] => Some(only),
        [] if fields().any(|name| name == "equals") => Some("equals"),
        [] if rule.properties.len() == 1 => fields().next(),
        _ => None,
    }
}

/// A value of the schema as it may stand inside brackets.
fn in_flow(value: &Value) -> String {
    match value {
        Value::String(text) => written(text, Style::DoubleQuoted),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(in_flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", in_flow(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A scalar as it may stand inside brackets.
pub(super) fn written(text: &str, style: Style) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "-._/".contains(one);
    let bare = text.chars().all(plain) && yaml11_trap(text).is_none() && !text.is_empty();
    let number = style == Style::Plain && matches!(core_type(text, style), CoreType::Int);
    if bare || number {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
