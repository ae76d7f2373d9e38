//! Single values: texts, numbers, choices.

use meshc_document::{CoreType, Kind, NodeId, Span, Style, core_type, yaml11_trap};

use super::{Walk, not_yet, trapped};
use crate::finding::Finding;
use crate::schema::{Rule, Wants};
use crate::suggest::{did_you_mean, nearest};
use crate::words;

impl Walk<'_> {
    /// Anything where one value is wanted.
    pub(super) fn scalar(&mut self, node: NodeId, rule: &Rule, kind: Kind<'_>) {
        let Kind::Scalar { text, style } = kind else {
            let help = self.reshaped(node, rule);
            return self.mismatch(node, rule.wants.map_or("text", words::shape), help);
        };
        if rule.wants == Some(Wants::Text) {
            return self.text(node, rule, text, style);
        }
        let span = self.tree.span(node);
        match (rule.wants, core_type(text, style)) {
            (Some(Wants::Integer), CoreType::Int) => self.number(node, rule, text, span),
            (Some(Wants::Boolean), CoreType::Bool(_)) => {
                self.choice(node, rule, &text.to_ascii_lowercase(), span);
            }
            (Some(wants), _) => {
                let message = format!("expected {}, found `{text}`", words::shape(wants));
                let mut finding = Finding::new("MC103", span, message);
                finding.help = bare(wants, text, style);
                self.report(node, finding);
            }
            (None, _) => {}
        }
    }

    pub(super) fn number(&mut self, node: NodeId, rule: &Rule, text: &str, span: Span) {
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

    pub(super) fn text(&mut self, node: NodeId, rule: &Rule, text: &str, style: Style) {
        let span = self.tree.span(node);
        // Quotes help only where the text would then be taken.
        let taken = rule.choices.is_empty() || rule.choices.iter().any(|one| one == text);
        if style == Style::Plain
            && let Some(trap) = yaml11_trap(text)
            && taken
            && words::fits(rule, text)
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
        finding.help = did_you_mean(&alike(text, &rule.choices)).or_else(|| {
            let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            Some(format!("write {}", all.join(" or ")))
        });
        self.report(node, finding);
        false
    }
}

/// Choices that a word is like: but for case and dashes, by its beginning, or by few letters.
pub(super) fn alike<'a>(text: &str, choices: &'a [String]) -> Vec<&'a str> {
    let plain = text.to_ascii_lowercase().replace('_', "-");
    let all = || choices.iter().map(String::as_str);
    if let Some(same) = all().find(|choice| *choice == plain) {
        return vec![same];
    }
    for word in [text, &plain] {
        let found = nearest(word, all());
        if !found.is_empty() {
            return found;
        }
    }
    let begins = |one: &&str| one.len() > 2 && (plain.starts_with(one) || one.starts_with(&plain));
    all().filter(|one| plain.len() > 2 && begins(one)).collect()
}

/// An integer that every YAML version reads alike: `0`, or digits that begin with none.
pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "0" || (digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0'))
}

/// How a number or a truth value is written that stands there in another way.
fn bare(wants: Wants, text: &str, style: Style) -> Option<String> {
    let quoted = style != Style::Plain;
    match (wants, core_type(text, Style::Plain)) {
        (Wants::Integer, CoreType::Int) if is_decimal(text) && quoted => {
            Some(format!("write {text}, without quotes"))
        }
        (Wants::Boolean, CoreType::Bool(_)) => Some(format!("write {text}, without quotes")),
        (Wants::Integer, _) => {
            let digits = text.trim_end_matches('%').replace('_', "");
            is_decimal(&digits).then(|| format!("write {digits}")).filter(|_| !digits.is_empty())
        }
        (Wants::Boolean, _) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" => Some("write true".into()),
            "no" | "off" | "n" => Some("write false".into()),
            _ => None,
        },
        _ => None,
    }
}
