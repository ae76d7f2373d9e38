//! What was found about a workload, as bytes. There is one for each of them, and most hold little: what
//! is empty takes a bit.

use super::codec::{Reader, Stored, put_words};
use crate::mesh::Told;

const OWN: u8 = 1;
const CALLS: u8 = 1 << 1;
const JUDGED: u8 = 1 << 2;
const UNKNOWN: u8 = 1 << 3;
const EVERYWHERE: u8 = 1 << 4;
const UNRESOLVED: u8 = 1 << 5;
const NAMED: u8 = 1 << 6;
const TRIES: u8 = 1 << 7;

impl Stored for Told {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { own, calls, judged, unknown, everywhere, unresolved, named, tries } = self;
        let bits = [
            (!own.is_empty(), OWN),
            (!calls.is_empty(), CALLS),
            (!judged.is_empty(), JUDGED),
            (*unknown, UNKNOWN),
            (*everywhere, EVERYWHERE),
            (unresolved.is_some(), UNRESOLVED),
            (!named.is_empty(), NAMED),
            (!tries.is_empty(), TRIES),
        ];
        let set = bits.iter().filter(|(set, _)| *set);
        out.push(set.fold(0, |all, (_, bit)| all | bit));
        for list in [own, calls, judged].into_iter().filter(|list| !list.is_empty()) {
            list.put(out);
        }
        unresolved.iter().for_each(|one| one.put(out));
        if !named.is_empty() {
            put_words(named.iter().copied(), out);
        }
        if !tries.is_empty() {
            tries.put(out);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let [bits] = *from.bytes(1)? else { return None };
        let mut told = Self {
            unknown: bits & UNKNOWN != 0,
            everywhere: bits & EVERYWHERE != 0,
            ..Self::default()
        };
        for (bit, list) in
            [(OWN, &mut told.own), (CALLS, &mut told.calls), (JUDGED, &mut told.judged)]
        {
            if bits & bit != 0 {
                *list = from.value()?;
            }
        }
        if bits & UNRESOLVED != 0 {
            told.unresolved = Some(from.value()?);
        }
        if bits & NAMED != 0 {
            told.named = from.words()?.collect();
        }
        if bits & TRIES != 0 {
            told.tries = from.value()?;
        }
        Some(told)
    }
}
