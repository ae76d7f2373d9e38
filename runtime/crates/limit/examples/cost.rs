//! Prints the nanoseconds a check takes, and the memory of a table.
//!
//! ```console
//! cargo run --release -p meshc-limit --example cost
//! ```

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use meshc_limit::{Charge, Key, Limit, Table, check};

type Failure = Box<dyn std::error::Error>;

const SECOND: u64 = 1_000_000_000;
const ROUNDS: u64 = 5_000_000;

fn nanos(mut one: impl FnMut(u64)) -> f64 {
    let start = Instant::now();
    (0..ROUNDS).for_each(&mut one);
    start.elapsed().as_nanos() as f64 / ROUNDS as f64
}

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "  keys       bytes  one limit ns  with a remainder ns  three limits ns")?;
    for keys in [1, 1_024, 65_536] {
        let table = |count| -> Result<Table, Failure> {
            Ok(Table::new(Limit::new(count, SECOND, 20)?, keys as usize)?)
        };
        let (even, odd) = (table(1_000_000)?, table(999_983)?);
        let charge = |table, at: u64| Charge { table, key: Key::new(at % keys) };
        let single = |table| {
            nanos(|at| {
                let _ = black_box(check(&[charge(table, at)], at * 100));
            })
        };
        let (one, remainder) = (single(&even), single(&odd));
        let several = nanos(|at| {
            let charges = [charge(&even, at), charge(&even, at / 2), charge(&even, at / 3)];
            let _ = black_box(check(&charges, at * 100));
        });
        let bytes = even.memory();
        writeln!(out, "{keys:6} {bytes:11} {one:13.1} {remainder:20.1} {several:16.1}")?;
    }
    Ok(())
}
