//! Checked nodes to typed values.

use std::sync::Arc;

use meshc_automaton::Automaton;
use meshc_decide::pattern::{self, Pattern, PatternFault};
use meshc_decide::{Network, NetworkFault, never_met};
use meshc_document::{Kind, NodeId, Span, Tree};
use meshc_snapshot::slice::{Condition, Hours, Match, Test};
use rustc_hash::FxHashMap;

use crate::finding::Finding;
use crate::quantity;
use crate::unit::{At, Label};
use crate::walk::Checked;

/// Reads values out of one document, passing over what the check refused.
pub(crate) struct Rows<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) checked: &'a Checked,
    pub(crate) findings: Vec<Finding>,
    /// What is read belongs to a deny.
    pub(crate) denies: bool,
    pub(crate) known: &'a mut Known,
}

/// What was read before, by its words: most services have the operations of many others.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Alternatives without fault, by their lines.
    matches: FxHashMap<Box<str>, Arc<[Match]>>,
    /// Labels, by a line for each name and each value.
    labels: FxHashMap<Box<str>, Arc<[Label]>>,
    /// The lines that are looked for.
    lines: String,
}

impl Known {
    /// Lists of a sort that are kept.
    const MOST: usize = 4096;
}

impl<'a> Rows<'a> {
    /// A sound value of a mapping.
    pub(crate) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let value = self.tree.get(node, key)?.value;
        let sound = !self.checked.is_bad(value) && !self.tree.is_nothing(value);
        sound.then_some(value)
    }

    pub(crate) fn is_bad(&self, node: NodeId) -> bool {
        self.checked.is_bad(node)
    }

    pub(crate) fn has_bad(&self, node: NodeId) -> bool {
        !self.checked.is_clean()
            && (self.checked.is_bad(node)
                || self.tree.items(node).any(|item| self.has_bad(item))
                || self.tree.entries(node).any(|entry| self.has_bad(entry.value)))
    }

    /// The items of a list that are something; none where there is no list.
    pub(crate) fn items(
        &self,
        node: NodeId,
        key: &str,
    ) -> impl Iterator<Item = NodeId> + Clone + use<'a> {
        let tree = self.tree;
        let list = tree.get(node, key).map(|entry| entry.value);
        let items = list.map(|list| tree.items(list)).into_iter().flatten();
        items.filter(|item| !tree.is_nothing(*item))
    }

    pub(crate) fn at(&self, node: NodeId) -> At<String> {
        At { value: self.tree.text(node).to_owned(), span: self.tree.span(node) }
    }

    pub(crate) fn text(&self, node: NodeId, key: &str) -> Option<At<String>> {
        self.get(node, key).map(|value| self.at(value))
    }

    pub(crate) fn string(&self, node: NodeId, key: &str) -> Option<String> {
        self.get(node, key).map(|value| self.tree.text(value).to_owned())
    }

    pub(crate) fn texts(&self, node: NodeId, key: &str) -> Vec<At<String>> {
        self.optional_texts(node, key).unwrap_or_default()
    }

    /// The texts of a list without their places.
    pub(crate) fn strings(&self, node: NodeId, key: &str) -> Vec<String> {
        let Some(list) = self.tree.get(node, key) else { return Vec::new() };
        self.sound_texts(list.value, |item| self.tree.text(item).to_owned())
    }

    fn sound_texts<T>(&self, list: NodeId, read: impl Fn(NodeId) -> T) -> Vec<T> {
        let sound = |item: &NodeId| {
            !self.checked.is_bad(*item) && matches!(self.tree.kind(*item), Kind::Scalar { .. })
        };
        exactly(self.tree.items(list).filter(sound), |item| Some(read(item)))
    }

    /// The texts of a list, or nothing where the list was not written.
    pub(crate) fn optional_texts(&self, node: NodeId, key: &str) -> Option<Vec<At<String>>> {
        let list = self.tree.get(node, key)?;
        Some(self.sound_texts(list.value, |item| self.at(item)))
    }

    pub(crate) fn number<T: core::str::FromStr>(&self, node: NodeId, key: &str) -> Option<At<T>> {
        let value = self.get(node, key)?;
        Some(At { value: self.tree.text(value).parse().ok()?, span: self.tree.span(value) })
    }

    pub(crate) fn truth(&self, node: NodeId, key: &str) -> Option<At<bool>> {
        let value = self.get(node, key)?;
        let truth = self.tree.text(value).eq_ignore_ascii_case("true");
        Some(At { value: truth, span: self.tree.span(value) })
    }

    /// A list of words that stand for something each, sorted, without repeats.
    pub(crate) fn words<T: Ord>(
        &self,
        node: NodeId,
        key: &str,
        meaning: impl Fn(&str) -> Option<T>,
    ) -> Option<At<Vec<T>>> {
        let list = self.get(node, key)?;
        let words = self.strings(node, key);
        let mut value: Vec<T> = words.iter().filter_map(|word| meaning(word)).collect();
        value.sort_unstable();
        value.dedup();
        Some(At { value, span: self.tree.span(list) })
    }

    pub(crate) fn duration(&mut self, node: NodeId, key: &str) -> Option<At<u32>> {
        let value = self.get(node, key)?;
        let (text, span) = (self.tree.text(value), self.tree.span(value));
        if let Some(value) = quantity::milliseconds(text) {
            return Some(At { value, span });
        }
        let message = format!("`{text}` is not a duration between 1ms and 24 days");
        self.findings.push(Finding::new("MC112", span, message));
        None
    }

    pub(crate) fn day(&mut self, node: NodeId, key: &str) -> Option<i64> {
        let text = self.text(node, key)?;
        let day = quantity::day(&text.value);
        if day.is_none() {
            let message = format!("`{}` is not a day of the calendar", text.value);
            self.findings.push(Finding::new("MC112", text.span, message));
        }
        day
    }

    /// Labels of a mapping, sorted, without the keys named.
    pub(crate) fn labels(&self, node: NodeId, without: &[&str]) -> Vec<(String, String)> {
        let entries = self
            .tree
            .entries(node)
            .filter(|entry| !without.contains(&entry.key) && !self.checked.is_bad(entry.value));
        let mut labels: Vec<(String, String)> = exactly(entries, |entry| {
            Some((entry.key.to_owned(), self.tree.text(entry.value).to_owned()))
        });
        labels.sort_unstable();
        labels
    }

    /// Labels that many rows have.
    pub(crate) fn common_labels(&mut self, node: NodeId, without: &[&str]) -> Arc<[Label]> {
        let tree = self.tree;
        let lines = &mut self.known.lines;
        lines.clear();
        let mut one_line = self.checked.is_clean();
        for entry in tree.entries(node).filter(|entry| !without.contains(&entry.key)) {
            for text in [entry.key, tree.text(entry.value)] {
                one_line &= !text.bytes().any(|byte| byte == b'\n');
                lines.push_str(text);
                lines.push('\n');
            }
        }
        if one_line && let Some(known) = self.known.labels.get(self.known.lines.as_str()) {
            return Arc::clone(known);
        }
        let labels: Arc<[Label]> = self.labels(node, without).into();
        if one_line && self.known.labels.len() < Known::MOST {
            self.known.labels.insert(self.known.lines.as_str().into(), Arc::clone(&labels));
        }
        labels
    }

    /// The alternatives of an operation and the place of each.
    pub(crate) fn alternatives(&mut self, node: NodeId) -> (Arc<[Match]>, Box<[Span]>) {
        let tree = self.tree;
        let items = self.items(node, "match");
        let lines = &mut self.known.lines;
        lines.clear();
        // What the schema takes has no line break; a mapping has no line of its own.
        let written = self.checked.is_clean()
            && items.clone().all(|item| {
                lines.push_str(tree.text(item));
                lines.push('\n');
                matches!(tree.kind(item), Kind::Scalar { .. })
            });
        if written && let Some(known) = self.known.matches.get(self.known.lines.as_str()) {
            return (Arc::clone(known), items.map(|item| tree.span(item)).collect());
        }
        let before = self.findings.len();
        let (values, spans): (Vec<_>, Vec<_>) =
            self.matches(node).into_iter().map(|one| (one.value, one.span)).unzip();
        let matches: Arc<[Match]> = values.into();
        let faultless = self.findings.len() == before;
        if written && faultless && self.known.matches.len() < Known::MOST {
            let lines = self.known.lines.as_str().into();
            self.known.matches.insert(lines, Arc::clone(&matches));
        }
        (matches, spans.into())
    }

    /// The alternatives of `match`.
    pub(crate) fn matches(&mut self, node: NodeId) -> Vec<At<Match>> {
        exactly(self.items(node, "match"), |item| self.one_match(item))
    }

    fn one_match(&mut self, item: NodeId) -> Option<At<Match>> {
        if self.has_bad(item) {
            return None;
        }
        let tree = self.tree;
        let span = tree.span(item);
        if let Kind::Scalar { text, .. } = tree.kind(item) {
            let methods = match pattern::parse_shorthand(text) {
                Ok((methods, _)) => methods,
                Err(fault) => return self.faulty(&fault, text, span),
            };
            let path = text.split_once(' ').map(|(_, path)| path.to_owned())?;
            self.starred_path(text, text.len().saturating_sub(path.len()), span);
            let none = (Vec::new(), Vec::new());
            let (headers, query) = none;
            let value = Match { headers, host: None, methods, path, query, regex: None };
            return Some(At { value, span });
        }
        let mut methods = self.strings(item, "method");
        methods.sort_unstable();
        methods.dedup();
        let regex = match self.get(item, "path").filter(|at| self.tree.kind(*at) == Kind::Mapping) {
            Some(inner) => {
                let text = self.text(inner, "regex")?;
                if !self.is_regex(&text) {
                    return None;
                }
                self.unbounded(&text.value, text.span);
                Some(text.value)
            }
            None => None,
        };
        let path = self.text(item, "path").filter(|_| regex.is_none());
        if let Some(path) = &path
            && let Err(fault) = Pattern::parse(&path.value)
        {
            return self.faulty(&fault, &path.value, path.span);
        }
        if let Some(path) = &path {
            self.starred_path(&path.value, 0, path.span);
        }
        let path = path.map_or_else(|| "/**".to_owned(), |path| path.value);
        let host = self.string(item, "host");
        let headers = self.conditions(item, "headers", true);
        let query = self.conditions(item, "query", false);
        Some(At { value: Match { headers, host, methods, path, query, regex }, span })
    }

    fn faulty(&mut self, fault: &PatternFault, text: &str, span: Span) -> Option<At<Match>> {
        let place = part(span, text, fault.at, text.len().saturating_sub(fault.at));
        let finding = Finding::new("MC307", place, fault.message).help(fault.help);
        self.findings.push(finding);
        None
    }

    /// Whether a text is a regular expression; says why not.
    pub(crate) fn is_regex(&mut self, text: &At<String>) -> bool {
        let Err(fault) = Automaton::new(&text.value) else { return true };
        let code = if fault.over_budget { "MC111" } else { "MC110" };
        let span = part(text.span, &text.value, fault.at, fault.len);
        self.findings.push(Finding::new(code, span, fault.message).help(fault.help));
        false
    }

    /// The networks of a source.
    pub(crate) fn networks(&mut self, source: NodeId) -> Vec<String> {
        let mut all = Vec::new();
        for text in self.texts(source, "cidr") {
            match Network::parse(&text.value) {
                Ok(network) => {
                    if network.is_everything() {
                        let message = format!("`{network}` is every address there is");
                        self.findings.push(Finding::new("MC536", text.span, message));
                    }
                    all.push(network.to_string());
                }
                Err(fault) => {
                    let help = match fault {
                        NetworkFault::Form => "an IPv4 or IPv6 address, `/` and a number of bits",
                        NetworkFault::HostBits(_) => "write the network's own address",
                        NetworkFault::Mapped(_) => "write it as IPv4",
                    };
                    let finding = Finding::new("MC112", text.span, fault.to_string());
                    self.findings.push(finding.help(help));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Times of the week; nothing, and a finding, where they are none.
    pub(crate) fn hours(&mut self, node: NodeId) -> Option<Hours> {
        let (from, to) = (self.text(node, "from")?, self.text(node, "to")?);
        let zone = self.text(node, "zone")?;
        let days = self.words(node, "days", quantity::weekday);
        let (start, end) = (quantity::minutes(&from.value)?, quantity::minutes(&to.value)?);
        if start >= end {
            let message = format!("`{}` is not after `{}`", to.value, from.value);
            let finding = Finding::new("MC112", to.span, message);
            let help = "a range that passes midnight is two: until \"24:00\", and from \"00:00\"";
            self.findings.push(finding.help(help));
            return None;
        }
        let Some(rule) = quantity::zone(&zone.value) else {
            let finding =
                Finding::new("MC112", zone.span, format!("`{}` is no time zone", zone.value));
            self.findings.push(finding.help("an IANA name like `Europe/Berlin`, or `UTC`"));
            return None;
        };
        let days = days.map_or_else(|| (1..=7).collect(), |days| days.value);
        Some(Hours { days, from: start, to: end, zone: rule })
    }

    /// Conditions of a mapping from names to matchers, sorted by name.
    pub(crate) fn conditions(&mut self, node: NodeId, key: &str, fold: bool) -> Vec<Condition> {
        let Some(mapping) = self.get(node, key) else { return Vec::new() };
        let tree = self.tree;
        let mut conditions: Vec<Condition> = Vec::new();
        for entry in tree.entries(mapping) {
            let name = if fold { entry.key.to_ascii_lowercase() } else { entry.key.to_owned() };
            let (not, value) = match self.get(entry.value, "not") {
                Some(inner) => (true, inner),
                None => (false, entry.value),
            };
            let Some(test) = self.test(value) else { continue };
            self.starred_value(&name, value);
            let condition = Condition { name, not, test };
            let vain = if fold { never_met(&condition, self.denies) } else { None };
            if let Some(why) = vain {
                self.vain(value, &condition.name, why);
            }
            conditions.push(condition);
        }
        conditions.sort_by(|a, b| a.name.cmp(&b.name));
        conditions
    }

    /// A condition on a header field that nothing sent can meet.
    fn vain(&mut self, test: NodeId, header: &str, why: &str) {
        let Some(entry) = self.tree.entries(test).next() else { return };
        let what = match self.tree.text(entry.value) {
            "" => "every value".to_owned(),
            text => format!("`{text}`"),
        };
        let message = format!("no value of `{header}` is ever so: {what} {why}");
        let help = "write one value; several are `oneOf`, or conditions of two rules";
        self.findings.push(Finding::new("MC534", self.tree.span(entry.value), message).help(help));
    }

    fn test(&mut self, node: NodeId) -> Option<Test> {
        let entry = self.tree.entries(node).next()?;
        let text = || self.tree.text(entry.value).to_owned();
        match entry.key {
            "equals" => Some(Test::Equals(text())),
            "prefix" => Some(Test::Prefix(text())),
            "suffix" => Some(Test::Suffix(text())),
            "has" => Some(Test::Has(text())),
            "regex" => {
                let text = self.at(entry.value);
                self.is_regex(&text).then_some(Test::Regex(text.value))
            }
            "present" => Some(Test::Present(text().eq_ignore_ascii_case("true"))),
            "oneOf" => {
                let items = self.tree.items(entry.value);
                let mut all: Vec<String> =
                    items.map(|item| self.tree.text(item).to_owned()).collect();
                all.sort_unstable();
                all.dedup();
                Some(Test::OneOf(all))
            }
            _ => None,
        }
    }
}

/// What is made of each, in no more room than it takes: rows stay for as long as the mesh.
pub(crate) fn exactly<I: Iterator + Clone, T>(
    each: I,
    make: impl FnMut(I::Item) -> Option<T>,
) -> Vec<T> {
    let most = each.clone().count();
    let mut all = Vec::with_capacity(most);
    all.extend(each.filter_map(make));
    if all.len() < most {
        all.shrink_to_fit();
    }
    all
}

/// The place of a part of a text: exact where the text stands as it is, with or without quotes
/// around it, else the whole.
pub(crate) fn part(span: Span, text: &str, at: usize, len: usize) -> Span {
    let written = span.end.saturating_sub(span.start) as usize;
    let quote = match written.checked_sub(text.len()) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return span,
    };
    let byte = |at: usize| span.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let found = Span {
        start: byte(at.saturating_add(quote)),
        end: byte(at.saturating_add(len).saturating_add(quote)),
    };
    let end = byte(text.len().saturating_add(quote));
    if found.start < found.end && found.end <= end { found } else { span }
}
