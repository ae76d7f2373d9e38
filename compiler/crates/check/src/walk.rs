//! One document against the schema: every mistake once, at its place.

use meshc_document::{
    CoreType, Entry, Kind, NodeId, Span, Style, Trap, Tree, core_type, yaml11_trap,
};
use rustc_hash::FxHashSet;

use crate::finding::Finding;
use crate::schema::{Additional, Rule, RuleIx, Schema, Wants};
use crate::suggest::{did_you_mean, nearest};
use crate::words;

mod forms;

/// What became of one document.
#[derive(Debug, Default)]
pub struct Checked {
    /// Its kind, if it is one that can be enforced.
    pub kind: Option<String>,
    /// Every mistake.
    pub findings: Vec<Finding>,
    bad: FxHashSet<NodeId>,
}

struct Walk<'a> {
    tree: &'a Tree,
    schema: &'a Schema,
    checked: Checked,
    /// Inside something that is refused for now: no part of it is refused once more.
    refused: bool,
}

/// Checks one document.
#[must_use]
pub fn check(tree: &Tree, schema: &Schema) -> Checked {
    let mut walk = Walk { tree, schema, checked: Checked::default(), refused: false };
    if let Some((kind, rule)) = walk.kind() {
        walk.checked.kind = Some(kind);
        walk.node(tree.root(), rule, head(tree, tree.root()));
    }
    walk.checked
}

/// The first line of a document: where to show what the whole of it lacks.
fn head(tree: &Tree, node: NodeId) -> Span {
    tree.entries(node).next().map_or_else(|| tree.span(node), |entry| entry.key_span)
}

impl Checked {
    /// Whether a node was refused, itself and not just something below it.
    #[must_use]
    pub fn is_bad(&self, node: NodeId) -> bool {
        self.bad.contains(&node)
    }
}

impl Walk<'_> {
    fn report(&mut self, node: NodeId, finding: Finding) {
        self.checked.bad.insert(node);
        self.checked.findings.push(finding);
    }

    /// The document's kind and its rule; reports what stands in the way.
    fn kind(&mut self) -> Option<(String, RuleIx)> {
        let root = self.tree.root();
        let span = head(self.tree, root);
        if self.tree.kind(root) != Kind::Mapping {
            let message = "a document is a mapping with `apiVersion`, `kind` and `metadata`";
            self.report(root, Finding::new("MC103", span, message));
            return None;
        }
        let Some(entry) = self.tree.get(root, "kind") else {
            let finding = self.no_kind(span);
            self.report(root, finding);
            return None;
        };
        match self.tree.kind(entry.value) {
            Kind::Scalar { text, .. } => self.known_kind(entry.value, text),
            Kind::Null => {
                self.no_value(entry.value, entry.key_span);
                None
            }
            Kind::Sequence | Kind::Mapping => {
                self.mismatch(entry.value, words::shape(Wants::Text));
                None
            }
        }
    }

    fn known_kind(&mut self, node: NodeId, name: &str) -> Option<(String, RuleIx)> {
        let span = self.tree.span(node);
        if let Some(rule) = self.schema.kind(name) {
            if let Some(why) = self.schema.not_yet(rule) {
                self.refused = true;
                self.report(node, not_yet(span, &format!("kind `{name}`"), why));
            }
            return Some((name.to_owned(), rule));
        }
        let finding = match self.schema.not_yet_kind(name) {
            Some(why) => not_yet(span, &format!("kind `{name}`"), why),
            None => {
                let found = nearest(name, self.schema.kind_names());
                let mut finding = Finding::new("MC104", span, format!("`{name}` is not a kind"));
                finding.help = did_you_mean(&found);
                finding
            }
        };
        self.report(node, finding);
        None
    }

    fn no_kind(&self, head: Span) -> Finding {
        let mut entries = self.tree.entries(self.tree.root());
        let misspelt = entries.find(|entry| !nearest(entry.key, ["kind"].into_iter()).is_empty());
        if let Some(entry) = misspelt {
            let message = format!("`{}` is not a field here", entry.key);
            let finding = Finding::new("MC101", entry.key_span, message);
            return finding.help("did you mean `kind`?");
        }
        let help = format!("every document begins with `apiVersion: {}`", self.schema.api_version);
        Finding::new("MC102", head, "`kind` is missing").help(help)
    }

    /// Checks a node; `place` is where to show that something is missing in it.
    fn node(&mut self, node: NodeId, ix: RuleIx, place: Span) {
        let Some(rule) = self.schema.rule(ix) else { return };
        if !rule.any_of.is_empty() {
            return self.alternatives(node, rule, place);
        }
        let kind = self.tree.kind(node);
        let mapping = rule.wants == Some(Wants::Mapping);
        if rule.json && (kind == Kind::Mapping || !mapping) {
            return self.json(node, place, rule.null);
        }
        if kind == Kind::Null {
            return self.no_value(node, place);
        }
        match rule.wants {
            Some(Wants::Mapping) if kind == Kind::Mapping => self.mapping(node, rule, place),
            Some(Wants::List) if kind == Kind::Sequence => self.list(node, rule),
            Some(Wants::Text | Wants::Integer | Wants::Boolean) => self.scalar(node, rule),
            Some(wants) => self.mismatch(node, words::shape(wants)),
            None => {}
        }
    }

    fn no_value(&mut self, node: NodeId, place: Span) {
        let finding = Finding::new("MC103", place, "no value");
        self.report(node, finding.help("write one, or leave the key out"));
    }

    fn mismatch(&mut self, node: NodeId, wanted: &str) {
        let got = words::found(self.tree.kind(node));
        let message = format!("expected {wanted}, found {got}");
        self.report(node, Finding::new("MC103", self.tree.span(node), message));
    }

    fn mapping(&mut self, node: NodeId, rule: &Rule, place: Span) {
        let (mut count, mut known) = (0, 0);
        let alone = rule.most == Some(1) && rule.least == Some(1);
        for entry in self.tree.entries(node) {
            count += 1;
            known += u32::from(rule.properties.iter().any(|(name, _)| name == entry.key));
            if alone && known == 2 {
                known += 1;
                let message = format!("`{}` beside another: exactly one is wanted", entry.key);
                self.report(node, Finding::new("MC106", entry.key_span, message));
            }
            self.entry(rule, entry);
        }
        if i64::from(count) < rule.least.unwrap_or(0) {
            self.report(
                node,
                Finding::new("MC102", place, "nothing in it").help(self.fields(rule)),
            );
        }
        if rule.most.is_some_and(|most| most > 1 && i64::from(count) > most) {
            let message = format!("more than {} entries", rule.most.unwrap_or(0));
            self.report(node, Finding::new("MC115", place, message));
        }
        for name in &rule.required {
            if self.tree.get(node, name).is_none() && !self.misspelt(node, rule, name) {
                let finding = Finding::new("MC102", place, format!("`{name}` is missing"));
                self.report(node, finding);
            }
        }
        self.combinations(node, rule, place);
    }

    fn entry(&mut self, rule: &Rule, entry: Entry<'_>) {
        let known = rule.properties.iter().find(|(name, _)| name == entry.key);
        if let Some(&(_, ix)) = known {
            if let Some(why) = self.schema.rule(ix).and_then(|rule| rule.never.as_ref()) {
                let message = format!("`{}` is not a field here", entry.key);
                let finding = Finding::new("MC101", entry.key_span, message).help(why);
                return self.report(entry.value, finding);
            }
            let outside = self.refused;
            if let Some(why) = self.schema.not_yet(ix).filter(|_| !outside) {
                let subject = format!("`{}`", entry.key);
                self.report(entry.value, not_yet(entry.key_span, &subject, why));
                self.refused = true;
            }
            self.node(entry.value, ix, entry.key_span);
            self.refused = outside;
            return;
        }
        if let Some(finding) = self.key(rule, entry) {
            return self.report(entry.value, finding);
        }
        if let Some((_, ix)) = &rule.patterned {
            return self.node(entry.value, *ix, entry.key_span);
        }
        match rule.additional {
            Additional::Any => {}
            Additional::Checked(ix) => self.node(entry.value, ix, entry.key_span),
            Additional::Forbidden => {
                let names = rule.properties.iter().map(|(name, _)| name.as_str());
                let message = format!("`{}` is not a field here", entry.key);
                let mut finding = Finding::new("MC101", entry.key_span, message);
                finding.help =
                    did_you_mean(&nearest(entry.key, names)).or_else(|| Some(self.fields(rule)));
                self.report(entry.value, finding);
            }
        }
    }

    /// The fields that can be enforced.
    fn fields(&self, rule: &Rule) -> String {
        let enforceable = |ix: RuleIx| {
            self.schema.rule(ix).is_none_or(|rule| rule.never.is_none())
                && self.schema.not_yet(ix).is_none()
        };
        let fields = rule.properties.iter().filter(|(_, ix)| enforceable(*ix));
        let names: Vec<String> = fields.map(|(name, _)| format!("`{name}`")).collect();
        if names.is_empty() {
            return "write an entry".into();
        }
        format!("fields here: {}", names.join(", "))
    }

    /// Whether a missing field stands there under a name it was mistaken for, which was reported.
    fn misspelt(&mut self, node: NodeId, rule: &Rule, missing: &str) -> bool {
        let known = |key: &str| rule.properties.iter().any(|(name, _)| name == key);
        let open = rule.additional != Additional::Forbidden;
        let names = || rule.properties.iter().map(|(name, _)| name.as_str());
        let found = !open
            && self.tree.entries(node).any(|entry| {
                !known(entry.key) && nearest(entry.key, names()).first() == Some(&missing)
            });
        if found {
            self.checked.bad.insert(node);
        }
        found
    }

    /// What is wrong with a key that people choose.
    fn key(&self, rule: &Rule, entry: Entry<'_>) -> Option<Finding> {
        if rule.patterned.is_none() && !matches!(rule.additional, Additional::Checked(_)) {
            return None;
        }
        if let Some(trap) = key_trap(entry) {
            return Some(trapped(trap, entry.key_span, entry.key));
        }
        let plain = Rule::default();
        let keys = rule.keys.and_then(|ix| self.schema.rule(ix)).unwrap_or(&plain);
        let shaped = rule.patterned.as_ref().is_none_or(|(shape, _)| shape.is_match(entry.key));
        if shaped {
            return words::unfit(keys, entry.key_span, entry.key);
        }
        Some(words::malformed(keys, entry.key_span, entry.key))
    }

    fn list(&mut self, node: NodeId, rule: &Rule) {
        let items: Vec<NodeId> = self.tree.items(node).collect();
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let span = self.tree.span(node);
        if count < rule.least.unwrap_or(0) {
            let finding = Finding::new("MC102", span, "an empty list says nothing");
            self.report(node, finding.help("leave the key out, or write an item"));
        }
        if rule.most.is_some_and(|most| count > most) {
            let message = format!("{count} items, at most {}", rule.most.unwrap_or(0));
            self.report(node, Finding::new("MC115", span, message));
        }
        for (number, &item) in items.iter().enumerate() {
            if let Some(ix) = rule.items {
                self.node(item, ix, head(self.tree, item));
            }
            if rule.named && number > 0 {
                self.item_name(item, rule);
            }
        }
    }

    /// An item after the first is told apart by its name.
    fn item_name(&mut self, item: NodeId, rule: &Rule) {
        let missing =
            self.tree.kind(item) == Kind::Mapping && self.tree.get(item, "name").is_none();
        let fields = rule.items.and_then(|ix| self.schema.rule(ix));
        if missing && !fields.is_some_and(|fields| self.misspelt(item, fields, "name")) {
            let message = "`name` is missing: second and further items need one";
            self.report(item, Finding::new("MC102", head(self.tree, item), message));
        }
    }

    fn scalar(&mut self, node: NodeId, rule: &Rule) {
        let Kind::Scalar { text, style } = self.tree.kind(node) else {
            return self.mismatch(node, rule.wants.map_or("text", words::shape));
        };
        let span = self.tree.span(node);
        match (rule.wants, core_type(text, style)) {
            (Some(Wants::Text), _) => self.text(node, rule, text, style),
            (Some(Wants::Integer), CoreType::Int) => self.number(node, rule, text, span),
            (Some(Wants::Boolean), CoreType::Bool(_)) => {
                self.choice(node, rule, &text.to_ascii_lowercase(), span);
            }
            (Some(wants), _) => {
                let message = format!("expected {}, found `{text}`", words::shape(wants));
                let mut finding = Finding::new("MC103", span, message);
                if wants_bare(wants, text) && style != Style::Plain {
                    finding.help = Some(format!("write {text}, without quotes"));
                }
                self.report(node, finding);
            }
            (None, _) => {}
        }
    }

    fn number(&mut self, node: NodeId, rule: &Rule, text: &str, span: Span) {
        if !is_decimal(text) {
            let message = format!("`{text}` is another number to YAML 1.1");
            let finding = Finding::new("MC004", span, message).help("write it in decimal digits");
            return self.report(node, finding);
        }
        let value = text.parse::<i64>().ok();
        let low = value.is_some_and(|value| rule.least.is_none_or(|least| value >= least));
        let high = value.is_some_and(|value| rule.most.is_none_or(|most| value <= most));
        if !(low && high) {
            let range = words::range(rule.least, rule.most);
            let message = format!("`{text}` is not a whole number {range}");
            return self.report(node, Finding::new("MC112", span, message));
        }
        self.choice(node, rule, text, span);
    }

    fn text(&mut self, node: NodeId, rule: &Rule, text: &str, style: Style) {
        let span = self.tree.span(node);
        if style == Style::Plain
            && let Some(trap) = yaml11_trap(text)
        {
            return self.report(node, trapped(trap, span, text));
        }
        if !self.choice(node, rule, text, span) {
            return;
        }
        if let Some(finding) = words::unfit(rule, span, text) {
            self.report(node, finding);
        }
    }

    /// Whether a value is one of the choices, if there are any; reports what it is if not.
    fn choice(&mut self, node: NodeId, rule: &Rule, text: &str, span: Span) -> bool {
        let later = rule.not_yet_values.iter().find(|(value, _)| value == text);
        if let Some((_, why)) = later.filter(|_| !self.refused) {
            self.report(node, not_yet(span, &format!("`{text}`"), why));
            return true;
        }
        if rule.choices.is_empty() || rule.choices.iter().any(|one| one == text) {
            return true;
        }
        if let Some((_, why)) = rule.refused_values.iter().find(|(value, _)| value == text) {
            let message = format!("`{text}` is never taken: {why}");
            self.report(node, Finding::new("MC104", span, message));
            return false;
        }
        let later = |name: &str| rule.not_yet_values.iter().any(|(value, _)| value == name);
        let names = rule.choices.iter().map(String::as_str).filter(|name| !later(name));
        let mut finding =
            Finding::new("MC104", span, format!("`{text}` is not one of the choices"));
        finding.help = did_you_mean(&nearest(text, rule.choices.iter().map(String::as_str)))
            .or_else(|| {
                let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                Some(format!("write {}", all.join(" or ")))
            });
        self.report(node, finding);
        false
    }
}

/// What another YAML version would make of a key written without quotes. A quoted one covers two
/// bytes more than its text.
pub(crate) fn key_trap(entry: Entry<'_>) -> Option<Trap> {
    let bytes = entry.key_span.end.saturating_sub(entry.key_span.start) as usize;
    yaml11_trap(entry.key).filter(|_| bytes == entry.key.len())
}

/// An integer that every YAML version reads alike: `0`, or digits that begin with none.
pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "0" || (digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0'))
}

fn wants_bare(wants: Wants, text: &str) -> bool {
    match (wants, core_type(text, Style::Plain)) {
        (Wants::Integer, CoreType::Int) => is_decimal(text),
        (Wants::Boolean, CoreType::Bool(_)) => true,
        _ => false,
    }
}

fn trapped(trap: Trap, span: Span, text: &str) -> Finding {
    let (code, message) = match trap {
        Trap::Boolean => ("MC003", format!("`{text}` without quotes is a truth value to YAML 1.1")),
        Trap::Ambiguous => ("MC004", format!("`{text}` without quotes is no text to every reader")),
    };
    Finding::new(code, span, message).help(format!("write \"{text}\""))
}

fn not_yet(span: Span, subject: &str, why: &str) -> Finding {
    Finding::new("MC109", span, format!("{subject} is not yet enforceable: {why}"))
        .help("what nothing carries out is refused, never dropped: leave it out for now")
}
