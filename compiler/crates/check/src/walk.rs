//! One document against the schema: every mistake once, at its place.

use meshc_document::{Entry, Kind, NodeId, Span, Trap, Tree, yaml11_trap};
use rustc_hash::FxHashSet;

use crate::fields::Seen;
use crate::finding::Finding;
use crate::schema::{Additional, Rule, RuleIx, Schema, Wants};
use crate::suggest::nearest;
use crate::words;

mod advice;
mod forms;
mod scalars;

pub(crate) use scalars::is_decimal;

/// What became of one document.
#[derive(Debug, Default)]
pub struct Checked {
    /// Its kind, if it is one that can be enforced.
    pub kind: Option<String>,
    /// Every mistake.
    pub findings: Vec<Finding>,
    bad: FxHashSet<NodeId>,
    /// The node of each finding.
    nodes: Vec<NodeId>,
}

struct Walk<'a> {
    tree: &'a Tree,
    schema: &'a Schema,
    checked: Checked,
    /// Inside something that is refused for now: no part of it is refused once more.
    refused: bool,
    /// The rule of the document's kind.
    root: Option<RuleIx>,
}

/// Where to show that a node lacks something; found out when something does.
#[derive(Clone, Copy)]
enum Place {
    /// There.
    At(Span),
    /// At its first line.
    Head,
}

impl Place {
    fn of(self, tree: &Tree, node: NodeId) -> Span {
        match self {
            Self::At(span) => span,
            Self::Head => head(tree, node),
        }
    }
}

/// Checks one document.
#[must_use]
pub fn check(tree: &Tree, schema: &Schema) -> Checked {
    let mut walk = Walk { tree, schema, checked: Checked::default(), refused: false, root: None };
    if let Some((kind, rule)) = walk.kind() {
        walk.checked.kind = Some(kind);
        walk.root = Some(rule);
        walk.node(tree.root(), rule, Place::Head);
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

    /// Whether nothing was refused: most documents.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.bad.is_empty()
    }
}

impl Checked {
    /// Drops findings on places with which the reader found fault: there the text itself is wrong,
    /// and with it whatever it says. Something missing is looked for in the whole of its mapping.
    pub(crate) fn forgive(&mut self, tree: &Tree, was_read_so: impl Fn(&Finding) -> bool) {
        let root = tree.root();
        let forgiven = |finding: &Finding, node: NodeId| {
            let whole = Finding::new("", tree.span(node), "");
            let missing = finding.code == "MC102" && node != root;
            match finding.code {
                "MC103" | "MC105" => was_read_so(finding) || was_read_so(&whole),
                _ => missing && was_read_so(&whole),
            }
        };
        let mut nodes = core::mem::take(&mut self.nodes).into_iter();
        self.findings.retain(|finding| nodes.next().is_none_or(|node| !forgiven(finding, node)));
    }
}

impl Walk<'_> {
    fn report(&mut self, node: NodeId, finding: Finding) {
        self.checked.bad.insert(node);
        self.checked.nodes.push(node);
        self.checked.findings.push(finding);
    }

    /// The document's kind and its rule; reports what stands in the way.
    fn kind(&mut self) -> Option<(String, RuleIx)> {
        let root = self.tree.root();
        let span = head(self.tree, root);
        if self.tree.kind(root) != Kind::Mapping {
            let message = "a document is a mapping with `apiVersion`, `kind` and `metadata`";
            let help = match self.tree.kind(root) {
                Kind::Sequence => "leave the `-` out; documents are parted by a line `---`".into(),
                _ => format!("begin with `apiVersion: {}`", self.schema.api_version),
            };
            let place = self.first_line(root);
            self.report(root, Finding::new("MC103", place, message).help(help));
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
                self.no_value(entry.value, Place::At(entry.key_span));
                None
            }
            Kind::Sequence | Kind::Mapping => {
                self.mismatch(entry.value, words::shape(Wants::Text), None);
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
                let finding = Finding::new("MC104", span, format!("`{name}` is not a kind"));
                finding.help(self.kind_instead(name))
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
    fn node(&mut self, node: NodeId, ix: RuleIx, place: Place) {
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
            Some(Wants::Text | Wants::Integer | Wants::Boolean) => self.scalar(node, rule, kind),
            Some(wants) => {
                self.mismatch(node, words::shape(wants), self.reshaped(node, rule));
            }
            None => {}
        }
    }

    fn no_value(&mut self, node: NodeId, place: Place) {
        let place = place.of(self.tree, node);
        let finding = Finding::new("MC103", place, "no value");
        self.report(node, finding.help("write one, or leave the key out"));
    }

    fn mismatch(&mut self, node: NodeId, wanted: &str, help: Option<String>) {
        let got = words::found(self.tree.kind(node));
        let message = format!("expected {wanted}, found {got}");
        let place = self.first_line(node);
        self.report(node, Finding { help, ..Finding::new("MC103", place, message) });
    }

    /// Whether a collection stands on lines of its own, without brackets.
    fn is_block(&self, node: NodeId) -> bool {
        let first = self.tree.entries(node).next().map(|entry| entry.key_span);
        let first = first.or_else(|| self.tree.items(node).next().map(|item| self.tree.span(item)));
        // A dash and a blank stand before an item; behind a bracket blanks are rare.
        let start = self.tree.span(node).start;
        let gap = if self.tree.kind(node) == Kind::Sequence { 2 } else { 0 };
        first.is_some_and(|first| first.start == start.saturating_add(gap))
    }

    /// The place of a value, or of its beginning where it is of several lines.
    fn first_line(&self, node: NodeId) -> Span {
        let inside = self.tree.items(node).next();
        let first = self.tree.entries(node).next().map(|entry| entry.key_span);
        let whole = self.tree.span(node);
        match first.or_else(|| inside.map(|item| self.first_line(item))) {
            // A flow collection begins with its bracket, on the line it is meant on.
            Some(first) if self.is_block(node) => first,
            _ => whole,
        }
    }

    fn mapping(&mut self, node: NodeId, rule: &Rule, place: Place) {
        let (mut count, mut known) = (0, 0);
        let (tree, schema) = (self.tree, self.schema);
        let empty = tree.has_null();
        let fallen = if empty { emptied(tree, schema, node, rule) } else { None };
        let mut told = false;
        let alone = rule.most == Some(1) && rule.least == Some(1);
        let mut seen = Seen::default();
        for entry in self.tree.entries(node) {
            count += 1;
            let field = rule.properties.find(entry.key);
            if let Some((number, _)) = field {
                known += 1;
                seen.add(number);
            }
            if alone && known == 2 {
                known += 1;
                let message = format!("`{}` beside another: exactly one is wanted", entry.key);
                self.report(node, Finding::new("MC106", entry.key_span, message));
            }
            match fallen {
                Some((above, _)) if above == entry.key => {
                    self.checked.bad.insert(entry.value);
                }
                Some((above, inner)) if field.is_none() && inner.properties.has(entry.key) => {
                    self.fallen(entry, above, &mut told);
                }
                _ => self.entry(rule, entry, field.map(|(_, ix)| ix)),
            }
        }
        if i64::from(count) < rule.least.unwrap_or(0) {
            let finding = Finding::new("MC102", place.of(tree, node), "nothing in it");
            self.report(node, finding.help(self.fields(rule)));
        }
        if rule.most.is_some_and(|most| most > 1 && i64::from(count) > most) {
            let message = format!("more than {} entries", rule.most.unwrap_or(0));
            self.report(node, Finding::new("MC115", place.of(tree, node), message));
        }
        let complete = rule.needs.is_some_and(|needs| seen.holds(needs));
        for name in rule.required.iter().filter(|_| !complete) {
            if self.tree.get(node, name).is_none() && !self.misspelt(node, rule, name) {
                let message = format!("`{name}` is missing");
                let finding = Finding::new("MC102", place.of(tree, node), message);
                self.report(node, Finding { help: self.for_example(rule, name), ..finding });
            }
        }
        if rule.combines {
            self.combinations(node, rule, place.of(tree, node));
        }
    }

    /// The first of the fields that stand beside what they belong into; the others are one mistake
    /// with it.
    fn fallen(&mut self, entry: Entry<'_>, above: &str, told: &mut bool) {
        let message = format!("`{}` is not a field here", entry.key);
        let finding = Finding::new("MC101", entry.key_span, message)
            .help(format!("indent it, and what follows it, below `{above}`"));
        if core::mem::replace(told, true) {
            self.checked.bad.insert(entry.value);
        } else {
            self.report(entry.value, finding);
        }
    }

    fn entry(&mut self, rule: &Rule, entry: Entry<'_>, field: Option<RuleIx>) {
        if let Some(ix) = field {
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
            self.node(entry.value, ix, Place::At(entry.key_span));
            self.refused = outside;
            return;
        }
        if let Some(finding) = self.key(rule, entry) {
            return self.report(entry.value, finding);
        }
        if let Some((_, ix)) = &rule.patterned {
            return self.node(entry.value, *ix, Place::At(entry.key_span));
        }
        match rule.additional {
            Additional::Any => {}
            Additional::Checked(ix) => self.node(entry.value, ix, Place::At(entry.key_span)),
            Additional::Forbidden => {
                let message = format!("`{}` is not a field here", entry.key);
                let finding = Finding::new("MC101", entry.key_span, message);
                self.report(entry.value, finding.help(self.instead(rule, entry)));
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

    /// Whether a missing field stands there under another name, which was reported: a name near to
    /// it, or one near to none.
    fn misspelt(&mut self, node: NodeId, rule: &Rule, missing: &str) -> bool {
        let open = rule.additional != Additional::Forbidden;
        let found = !open
            && self.tree.entries(node).any(|entry| {
                // Nearly every key is known: only for others are the nearest looked for.
                !rule.properties.has(entry.key) && {
                    let near = nearest(entry.key, rule.properties.names());
                    near.is_empty() || near.contains(&missing)
                }
            });
        let strayed = !open && self.strayed(node, rule, missing);
        if found || strayed {
            self.checked.bad.insert(node);
        }
        found || strayed
    }

    /// Whether a missing field stands one level deeper, where it is none and was reported.
    fn strayed(&self, node: NodeId, rule: &Rule, missing: &str) -> bool {
        self.tree.entries(node).any(|entry| {
            let field = rule.properties.get(entry.key);
            let inner = field.and_then(|ix| self.schema.rule(ix));
            inner.is_some_and(|inner| {
                inner.additional == Additional::Forbidden
                    && !inner.properties.has(missing)
                    && self.tree.get(entry.value, missing).is_some()
            })
        })
    }

    /// What is wrong with a key that people choose.
    fn key(&self, rule: &Rule, entry: Entry<'_>) -> Option<Finding> {
        if rule.patterned.is_none() && !matches!(rule.additional, Additional::Checked(_)) {
            return None;
        }
        if let Some(trap) = key_trap(entry) {
            return Some(trapped(trap, entry.key_span, entry.key));
        }
        let keys = rule.keys.and_then(|ix| self.schema.rule(ix));
        let keys = keys.unwrap_or_else(|| self.schema.anything());
        let shaped = rule.patterned.as_ref().is_none_or(|(shape, _)| shape.is_match(entry.key));
        if shaped {
            return words::unfit(keys, entry.key_span, entry.key);
        }
        Some(words::malformed(keys, entry.key_span, entry.key))
    }

    fn list(&mut self, node: NodeId, rule: &Rule) {
        let items = self.tree.items(node);
        let count = i64::try_from(items.clone().count()).unwrap_or(i64::MAX);
        let span = self.tree.span(node);
        if count < rule.least.unwrap_or(0) {
            let finding = Finding::new("MC102", span, "an empty list says nothing");
            self.report(node, finding.help("leave the key out, or write an item"));
        }
        if rule.most.is_some_and(|most| count > most) {
            let message = format!("{count} items, at most {}", rule.most.unwrap_or(0));
            self.report(node, Finding::new("MC115", span, message));
        }
        for (number, item) in items.enumerate() {
            if let Some(ix) = rule.items {
                self.node(item, ix, Place::Head);
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
}

/// A field without a value whose own fields stand beside it: they were not indented.
fn emptied<'a>(
    tree: &'a Tree,
    schema: &'a Schema,
    node: NodeId,
    rule: &Rule,
) -> Option<(&'a str, &'a Rule)> {
    let mut empty = tree.entries(node).filter(|entry| tree.kind(entry.value) == Kind::Null);
    empty.find_map(|entry| {
        let inner = schema.rule(rule.properties.get(entry.key)?)?;
        let mut beside = tree.entries(node).filter(|other| !rule.properties.has(other.key));
        beside.any(|other| inner.properties.has(other.key)).then_some((entry.key, inner))
    })
}

/// What another YAML version would make of a key written without quotes. A quoted one covers two
/// bytes more than its text.
pub(crate) fn key_trap(entry: Entry<'_>) -> Option<Trap> {
    let bytes = entry.key_span.end.saturating_sub(entry.key_span.start) as usize;
    yaml11_trap(entry.key).filter(|_| bytes == entry.key.len())
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
