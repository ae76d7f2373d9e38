//! Values of several forms: unions, any JSON, mappings that want one field of several.

use meshc_document::{CoreType, Kind, NodeId, Span, core_type};

use super::{Place, Walk, key_trap, trapped};
use crate::finding::Finding;
use crate::schema::{Rule, Wants};
use crate::words;

/// The largest whole number that every reader of JSON keeps (RFC 8259, section 6).
const EXACT: i64 = (1 << 53) - 1;

impl Walk<'_> {
    /// A union is told apart by shape; a scalar without quotes by its type, and where no form is of
    /// that type it is taken for text.
    pub(super) fn alternatives(&mut self, node: NodeId, rule: &Rule, place: Place) {
        let schema = self.schema;
        let shapes = || rule.any_of.iter().filter_map(|ix| Some((*ix, schema.rule(*ix)?.wants)));
        let of = |wants: Wants| shapes().find(|(_, one)| *one == Some(wants));
        let chosen = match self.tree.kind(node) {
            Kind::Null => return self.no_value(node, place),
            Kind::Sequence => of(Wants::List),
            Kind::Mapping => of(Wants::Mapping),
            Kind::Scalar { text, style } => match core_type(text, style) {
                CoreType::Int => of(Wants::Integer),
                CoreType::Bool(_) => of(Wants::Boolean),
                _ => None,
            }
            .or_else(|| of(Wants::Text)),
        };
        if let Some((ix, _)) = chosen {
            return self.node(node, ix, place);
        }
        let names: Vec<&str> = shapes().filter_map(|(_, wants)| wants.map(words::shape)).collect();
        let help = rule.any_of.iter().find_map(|ix| self.reshaped(node, self.schema.rule(*ix)?));
        self.mismatch(node, &names.join(" or "), help);
    }

    /// Any JSON. A scalar without quotes must be of one type to every reader; `null` may stand only
    /// where it removes something.
    pub(super) fn json(&mut self, node: NodeId, place: Place, null: bool) {
        match self.tree.kind(node) {
            Kind::Null if null && !self.tree.text(node).is_empty() => {}
            Kind::Null => self.no_value(node, place),
            Kind::Sequence => {
                let tree = self.tree;
                for item in tree.items(node) {
                    self.json(item, Place::At(tree.span(item)), null);
                }
            }
            Kind::Mapping => {
                let tree = self.tree;
                for entry in tree.entries(node) {
                    match key_trap(entry) {
                        Some(trap) => {
                            self.report(entry.value, trapped(trap, entry.key_span, entry.key));
                        }
                        None => self.json(entry.value, Place::At(entry.key_span), null),
                    }
                }
            }
            Kind::Scalar { text, style } => match core_type(text, style) {
                CoreType::Int => {
                    let exact = Rule { least: Some(-EXACT), most: Some(EXACT), ..Rule::default() };
                    self.number(node, &exact, text, self.tree.span(node));
                }
                CoreType::Bool(_) => {}
                _ => self.text(node, self.schema.anything(), text, style),
            },
        }
    }

    /// What the fields of one mapping have to do with each other.
    pub(super) fn combinations(&mut self, node: NodeId, rule: &Rule, place: Span) {
        for [first, second] in &rule.exclusive {
            if self.tree.get(node, first).is_some()
                && let Some(other) = self.tree.get(node, second)
            {
                let message = format!("`{first}` and `{second}` say the same thing twice");
                self.report(node, Finding::new("MC106", other.key_span, message).help("keep one"));
            }
        }
        for group in &rule.goes_with {
            self.company(node, rule, group, place);
        }
        self.sources(node, rule, place);
    }

    /// A field that stands exactly where another has one value.
    fn company(&mut self, node: NodeId, rule: &Rule, group: &[String; 3], place: Span) {
        let [field, other, value] = group;
        let written = self.tree.get(node, field);
        let fits = match self.tree.get(node, other) {
            Some(entry) if self.is_choice(rule, other, entry.value) => {
                Some(self.tree.text(entry.value) == value)
            }
            Some(_) => None,
            // Without the other its default holds, which no field of ours goes with.
            None if self.misspelt(node, rule, other) => None,
            None => (!rule.required.contains(other)).then_some(false),
        };
        match (written, fits) {
            (Some(entry), Some(false)) => {
                let message = format!("`{field}` goes with `{other}: {value}` only");
                self.report(node, Finding::new("MC106", entry.key_span, message));
            }
            (None, Some(true)) if !self.misspelt(node, rule, field) => {
                let message = format!("`{field}` is missing: `{other}` is `{value}`");
                self.report(node, Finding::new("MC102", place, message));
            }
            _ => {}
        }
    }

    /// Whether a node is one of the choices of a field, even one that is refused for now.
    fn is_choice(&self, rule: &Rule, field: &str, node: NodeId) -> bool {
        let field = rule.properties.get(field);
        let choices = field.and_then(|ix| self.schema.rule(ix)).map(|rule| &rule.choices);
        let Kind::Scalar { text, .. } = self.tree.kind(node) else { return false };
        choices.is_some_and(|choices| choices.iter().any(|choice| choice == text))
    }

    /// Fields of which exactly one is wanted, and one that says nothing without another.
    fn sources(&mut self, node: NodeId, rule: &Rule, place: Span) {
        let mut written = rule.one_of.iter().filter_map(|name| self.tree.get(node, name));
        let (first, second) = (written.next(), written.next());
        if let (Some(_), Some(other)) = (first, second) {
            let message = format!("`{}` beside another: exactly one is wanted", other.key);
            self.report(node, Finding::new("MC106", other.key_span, message));
        }
        let misspelt = rule.one_of.iter().any(|name| self.misspelt(node, rule, name));
        if first.is_none() && !rule.one_of.is_empty() && !misspelt {
            self.report(node, Finding::new("MC102", place, self.one_missing(rule)));
        }
        for [field, other] in &rule.only_with {
            if let Some(entry) = self.tree.get(node, field)
                && first.is_some()
                && self.tree.get(node, other).is_none()
            {
                let message = format!("`{field}` goes with `{other}` only");
                self.report(node, Finding::new("MC106", entry.key_span, message));
            }
        }
    }

    /// Says which fields are missing, of which exactly one is wanted: those not refused for now.
    fn one_missing(&self, rule: &Rule) -> String {
        let taken = |name: &&String| {
            let field = rule.properties.get(name);
            field.is_some_and(|ix| self.schema.not_yet(ix).is_none())
        };
        let names: Vec<String> =
            rule.one_of.iter().filter(taken).map(|name| format!("`{name}`")).collect();
        match names.as_slice() {
            [only] => format!("{only} is missing"),
            _ => format!("one of {} is missing", names.join(", ")),
        }
    }
}
