//! Values of several forms: unions, any JSON, mappings that want one field of several.

use meshc_document::{CoreType, Kind, NodeId, Span, core_type};

use super::{Walk, key_trap, trapped};
use crate::finding::Finding;
use crate::schema::{Rule, Wants};
use crate::words;

/// The largest whole number that every reader of JSON keeps (RFC 8259, section 6).
const EXACT: i64 = (1 << 53) - 1;

impl Walk<'_> {
    /// A union is told apart by shape; a scalar without quotes by its type, and where no form is of
    /// that type it is taken for text. A form that is not yet enforceable stands for all others.
    pub(super) fn alternatives(&mut self, node: NodeId, rule: &Rule, place: Span) {
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
        let unenforceable = || shapes().find(|(_, wants)| wants.is_none());
        if let Some((ix, _)) = chosen.or_else(unenforceable) {
            return self.node(node, ix, place);
        }
        let names: Vec<&str> = shapes().filter_map(|(_, wants)| wants.map(words::shape)).collect();
        self.mismatch(node, &names.join(" or "));
    }

    /// Any JSON. A scalar without quotes must be of one type to every reader; `null` may stand only
    /// where it removes something.
    pub(super) fn json(&mut self, node: NodeId, place: Span, null: bool) {
        match self.tree.kind(node) {
            Kind::Null if null && !self.tree.text(node).is_empty() => {}
            Kind::Null => self.no_value(node, place),
            Kind::Sequence => {
                let items: Vec<NodeId> = self.tree.items(node).collect();
                items.into_iter().for_each(|item| self.json(item, self.tree.span(item), null));
            }
            Kind::Mapping => {
                let tree = self.tree;
                for entry in tree.entries(node) {
                    match key_trap(entry) {
                        Some(trap) => {
                            self.report(entry.value, trapped(trap, entry.key_span, entry.key));
                        }
                        None => self.json(entry.value, entry.key_span, null),
                    }
                }
            }
            Kind::Scalar { text, style } => match core_type(text, style) {
                CoreType::Int => {
                    let exact = Rule { least: Some(-EXACT), most: Some(EXACT), ..Rule::default() };
                    self.number(node, &exact, text, self.tree.span(node));
                }
                CoreType::Bool(_) => {}
                _ => self.text(node, &Rule::default(), text, style),
            },
        }
    }

    /// Fields of which exactly one is wanted, and one that says nothing without another.
    pub(super) fn sources(&mut self, node: NodeId, rule: &Rule, place: Span) {
        let mut written = rule.one_of.iter().filter_map(|name| self.tree.get(node, name));
        let (first, second) = (written.next(), written.next());
        if let (Some(_), Some(other)) = (first, second) {
            let message = format!("`{}` beside another: exactly one is wanted", other.key);
            self.report(node, Finding::new("MC106", other.key_span, message));
        }
        let misspelt = rule.one_of.iter().any(|name| self.misspelt(node, rule, name));
        if first.is_none() && !rule.one_of.is_empty() && !misspelt {
            let names: Vec<String> = rule.one_of.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("one of {} is missing", names.join(", "));
            self.report(node, Finding::new("MC102", place, message));
        }
        if let [field, other] = rule.only_with.as_slice()
            && let Some(entry) = self.tree.get(node, field)
            && first.is_some()
            && self.tree.get(node, other).is_none()
        {
            let message = format!("`{field}` goes with `{other}` only");
            self.report(node, Finding::new("MC106", entry.key_span, message));
        }
    }
}
