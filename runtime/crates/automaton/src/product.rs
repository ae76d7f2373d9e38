//! Exact questions about several sets at once: a search through the states they reach together.

use std::collections::{HashMap, VecDeque};

use regex_automata::util::primitives::StateID;

use crate::automaton::Automaton;

/// A set, or everything outside of it.
#[derive(Clone, Copy, Debug)]
pub enum Side<'a> {
    /// The texts of the set.
    In(&'a Automaton),
    /// All other texts.
    Out(&'a Automaton),
}

/// The answer to a question about sets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// There is such a text; this is a shortest one.
    Text(String),
    /// There is none.
    Nothing,
    /// The search would go through too many states to say.
    TooMany,
}

/// States a search may go through.
const BUDGET: usize = 200_000;

/// A text that lies on all the sides given. With no side, the empty text.
#[must_use]
pub fn common(sides: &[Side<'_>]) -> Found {
    let start: Vec<StateID> = sides.iter().map(|side| side.automaton().first()).collect();
    let bytes = representatives(sides);
    let mut reached: Vec<(Vec<StateID>, usize, u8)> = vec![(start.clone(), 0, 0)];
    let mut known = HashMap::from([(start, 0_usize)]);
    let mut open = VecDeque::from([0_usize]);
    while let Some(at) = open.pop_front() {
        let Some((states, _, _)) = reached.get(at).cloned() else { break };
        if sides.iter().zip(&states).all(|(side, state)| side.accepts(*state)) {
            return path(&reached, at);
        }
        for byte in &bytes {
            let next: Vec<StateID> = sides
                .iter()
                .zip(&states)
                .map(|(side, state)| side.automaton().next(*state, *byte))
                .collect();
            let hopeless = sides.iter().zip(&next).any(|(side, state)| side.is_hopeless(*state));
            if hopeless || known.contains_key(&next) {
                continue;
            }
            if reached.len() >= BUDGET {
                return Found::TooMany;
            }
            known.insert(next.clone(), reached.len());
            open.push_back(reached.len());
            reached.push((next, at, *byte));
        }
    }
    Found::Nothing
}

impl<'a> Side<'a> {
    const fn automaton(&self) -> &'a Automaton {
        match self {
            Self::In(one) | Self::Out(one) => one,
        }
    }

    fn accepts(&self, state: StateID) -> bool {
        match self {
            Self::In(one) => one.accepts(state),
            Self::Out(one) => !one.accepts(state),
        }
    }

    fn is_hopeless(&self, state: StateID) -> bool {
        matches!(self, Self::In(one) if one.is_dead(state))
    }
}

/// One byte for each way in which bytes are told apart, such as people like to read first.
fn representatives(sides: &[Side<'_>]) -> Vec<u8> {
    let letters = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z');
    let order = core::iter::once(b'x')
        .chain(letters)
        .chain(*b"/-_.~")
        .chain(b' '..=b'~')
        .chain(0..=u8::MAX);
    let mut seen = std::collections::HashSet::new();
    let class =
        |byte: u8| -> Vec<u8> { sides.iter().map(|side| side.automaton().class(byte)).collect() };
    order.filter(|byte| seen.insert(class(*byte))).collect()
}

fn path(reached: &[(Vec<StateID>, usize, u8)], mut at: usize) -> Found {
    let mut bytes = Vec::new();
    while at != 0 {
        let Some((_, before, byte)) = reached.get(at) else { break };
        bytes.push(*byte);
        at = *before;
    }
    bytes.reverse();
    String::from_utf8(bytes).map_or(Found::TooMany, Found::Text)
}
