//! `mutants COUNT SEED FILE…`: the law on mutants of files; prints disagreements and a summary.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "an example for the terminal")]

use std::collections::BTreeMap;

use meshc_judge::{Mutator, Verdict, agree};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let seed: u64 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let read = |path: String| std::fs::read_to_string(path).expect("a file");
    let texts: Vec<String> = arguments.map(read).collect();
    let mut mutator = Mutator::new(seed);
    let (mut taken, mut refused, mut wrong) = (0_u64, 0_u64, 0_u64);
    let mut stricter: BTreeMap<String, u64> = BTreeMap::new();
    for _ in 0..count {
        let text = mutator.mutant(&texts);
        match agree(&text) {
            Ok(Verdict::Taken) => taken += 1,
            Ok(Verdict::Refused) => refused += 1,
            Ok(Verdict::Stricter(problem)) => {
                *stricter.entry(format!("{problem:?}")).or_default() += 1
            }
            Err(why) => {
                wrong += 1;
                if wrong <= 12 {
                    println!("{text:?}\n{why}\n");
                }
            }
        }
    }
    println!(
        "{taken} taken, {refused} refused by both, stricter {stricter:?}, {wrong} disagreements"
    );
}
