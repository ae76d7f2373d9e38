use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax as flavour;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::ast::{self, Ast, Visitor};

use crate::fault::RegexFault;
use crate::syntax;

/// A set of texts: those that one regular expression matches as a whole.
#[derive(Clone, Debug)]
pub struct Automaton {
    table: dense::DFA<Vec<u32>>,
    start: StateID,
    /// What every text of the set begins with, as far as it is looked for.
    prefix: Box<[u8]>,
}

/// Bytes of a common beginning that are looked for.
const MAX_PREFIX: usize = 32;

/// Several sets, looked at in one pass.
#[derive(Clone, Debug)]
pub struct Union {
    parts: Vec<Automaton>,
}

/// Bytes that the table of one expression may take.
const BUDGET: usize = 256 * 1024;
/// Bytes that one table for many expressions may take.
const SHARED_BUDGET: usize = 1024 * 1024;

impl Automaton {
    /// Reads an expression; the whole text must match it.
    ///
    /// # Errors
    /// The first fault of its syntax, or the part that needs too large a table.
    pub fn new(text: &str) -> Result<Self, RegexFault> {
        let parsed = syntax::parse(text)?;
        let written = syntax::with_ascii_classes(text, &parsed);
        build(&[written], BUDGET, false).ok_or_else(|| explosion(text, &parsed))
    }

    /// The same set with letters of both cases in place of each letter.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn ignoring_case(text: &str) -> Result<Self, RegexFault> {
        let parsed = syntax::parse(text)?;
        let written = syntax::with_ascii_classes(text, &parsed);
        build(&[written], BUDGET, true).ok_or_else(|| explosion(text, &parsed))
    }

    /// Whether the whole of a text, given byte by byte, is in the set.
    #[must_use]
    pub fn matches(&self, text: impl Iterator<Item = u8>) -> bool {
        self.end(text).is_some_and(|state| self.table.is_match_state(state))
    }

    /// The state at the end of a text; nothing once no further text can match.
    fn end(&self, text: impl Iterator<Item = u8>) -> Option<StateID> {
        let mut state = self.start;
        for byte in text {
            state = self.table.next_state(state, byte);
            if self.table.is_dead_state(state) {
                return None;
            }
        }
        Some(self.table.next_eoi_state(state))
    }

    /// Whether it is plain to see that no text is in both sets: all of one begin otherwise than all
    /// of the other. Where it is not, [`crate::common`] knows.
    #[must_use]
    pub fn begins_apart(&self, other: &Self) -> bool {
        self.prefix.iter().zip(&other.prefix).any(|(one, other)| one != other)
    }

    /// Bytes it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.table.memory_usage()
    }

    pub(crate) const fn first(&self) -> StateID {
        self.start
    }

    pub(crate) fn next(&self, state: StateID, byte: u8) -> StateID {
        self.table.next_state(state, byte)
    }

    pub(crate) fn is_dead(&self, state: StateID) -> bool {
        self.table.is_dead_state(state)
    }

    pub(crate) fn accepts(&self, state: StateID) -> bool {
        self.table.is_match_state(self.table.next_eoi_state(state))
    }

    /// A number below 256 for every byte; bytes of one number are never told apart.
    pub(crate) fn class(&self, byte: u8) -> u8 {
        self.table.byte_classes().get(byte)
    }
}

impl Union {
    /// Puts expressions together that [`Automaton::new`] takes, or, to ignore case,
    /// [`Automaton::ignoring_case`]. Up to a budget they share one table; beyond it each has its own.
    ///
    /// # Errors
    /// The number of the first expression that is none, and why.
    pub fn new(texts: &[&str], ignore_case: bool) -> Result<Self, (usize, RegexFault)> {
        let mut written = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            let parsed = syntax::parse(text).map_err(|fault| (at, fault))?;
            written.push(syntax::with_ascii_classes(text, &parsed));
        }
        if let Some(whole) = build(&written, SHARED_BUDGET, ignore_case) {
            return Ok(Self { parts: vec![whole] });
        }
        let read = if ignore_case { Automaton::ignoring_case } else { Automaton::new };
        let parts = texts.iter().enumerate();
        let parts = parts.map(|(at, text)| read(text).map_err(|fault| (at, fault)));
        Ok(Self { parts: parts.collect::<Result<_, _>>()? })
    }

    /// The first expression, in the order given, that the whole text matches and that is accepted.
    pub fn first(&self, text: &str, mut accept: impl FnMut(usize) -> bool) -> Option<usize> {
        match self.parts.as_slice() {
            [whole] => {
                let state = whole.end(text.bytes())?;
                let is_match = whole.table.is_match_state(state);
                let count = if is_match { whole.table.match_len(state) } else { 0 };
                let found = (0..count).map(|at| whole.table.match_pattern(state, at).as_usize());
                found.filter(|at| accept(*at)).min()
            }
            parts => {
                let mut parts = parts.iter().enumerate();
                parts.find(|(at, one)| one.matches(text.bytes()) && accept(*at)).map(|(at, _)| at)
            }
        }
    }

    /// Bytes it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.parts.iter().map(Automaton::memory).sum()
    }
}

fn build(texts: &[String], budget: usize, ignore_case: bool) -> Option<Automaton> {
    let table = dense::Builder::new()
        .configure(
            dense::Config::new()
                .match_kind(MatchKind::All)
                .start_kind(StartKind::Anchored)
                .dfa_size_limit(Some(budget))
                .determinize_size_limit(Some(budget.saturating_mul(4))),
        )
        .thompson(thompson::Config::new().nfa_size_limit(Some(budget)))
        .syntax(flavour::Config::new().dot_matches_new_line(true).case_insensitive(ignore_case))
        .build_many(texts)
        .ok()?;
    let start = table.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
    let mut automaton = Automaton { table, start, prefix: Box::default() };
    automaton.prefix = prefix(&automaton).into();
    Some(automaton)
}

/// What every text of a set begins with; nothing for the empty set.
fn prefix(of: &Automaton) -> Vec<u8> {
    let mut found = Vec::new();
    let mut state = of.first();
    while found.len() < MAX_PREFIX && !of.accepts(state) {
        let mut ways = (0..=u8::MAX).filter(|byte| !of.is_dead(of.next(state, *byte)));
        let (Some(only), None) = (ways.next(), ways.next()) else { break };
        found.push(only);
        state = of.next(state, only);
    }
    found
}

/// The smallest part of an expression that alone is over the budget.
fn explosion(text: &str, parsed: &Ast) -> RegexFault {
    let parts = ast::visit(parsed, Parts(Vec::new())).unwrap_or_default();
    let smallest = parts.into_iter().filter(|part| is_too_large(text, *part));
    let smallest = smallest.min_by_key(|(_, len)| *len).unwrap_or((0, text.len()));
    let (at, len) = trimmed(text, smallest);
    let message = format!("its table of states is over {} KiB", BUDGET / 1024);
    let help = "count less, or write what may not stand in between";
    RegexFault { over_budget: true, ..RegexFault::new(at, len, message, help) }
}

fn is_too_large(text: &str, (at, len): (usize, usize)) -> bool {
    let part = text.get(at..at.saturating_add(len)).unwrap_or_default();
    let read = syntax::parse(part).map(|parsed| syntax::with_ascii_classes(part, &parsed));
    read.is_ok_and(|written| build(&[written], BUDGET, false).is_none())
}

/// A sequence without what may be left out at its beginning and its end.
fn trimmed(text: &str, (at, len): (usize, usize)) -> (usize, usize) {
    let part = text.get(at..at.saturating_add(len)).unwrap_or_default();
    let Ok(parsed) = syntax::parse(part) else { return (at, len) };
    let Ast::Concat(sequence) = &parsed else { return (at, len) };
    let spans: Vec<_> = sequence.asts.iter().map(|one| syntax::place(one.span())).collect();
    let (mut start, mut end) = (at, at.saturating_add(len));
    for (_, size) in &spans {
        let next = start.saturating_add(*size);
        if next >= end || !is_too_large(text, (next, end - next)) {
            break;
        }
        start = next;
    }
    for (_, size) in spans.iter().rev() {
        let next = end.saturating_sub(*size);
        if next <= start || !is_too_large(text, (start, next - start)) {
            break;
        }
        end = next;
    }
    (start, end - start)
}

struct Parts(Vec<(usize, usize)>);

impl Visitor for Parts {
    type Output = Vec<(usize, usize)>;
    type Err = core::convert::Infallible;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        if matches!(ast, Ast::Repetition(_) | Ast::Alternation(_) | Ast::Group(_) | Ast::Concat(_))
        {
            self.0.push(syntax::place(ast.span()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
