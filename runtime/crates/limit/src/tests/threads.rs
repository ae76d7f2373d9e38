//! One table, several threads.

use std::sync::{Arc, Barrier};
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Charge, Decision, Key, Limit, Nanos, Table, check};

const SECOND: Nanos = 1_000_000_000;
const THREADS: usize = 4;

fn table(count: u32, burst: u32, keys: usize) -> Table {
    Table::new(Limit::new(count, SECOND, burst).unwrap(), keys).unwrap()
}

/// Runs `request` so often on each thread, all starting together; gives how many were admitted.
fn race(times: usize, request: impl Fn(usize, usize) -> Decision + Sync) -> usize {
    let start = Barrier::new(THREADS);
    let run = |thread: usize| {
        start.wait();
        (0..times).filter(|at| request(thread, *at) == Decision::Admitted).count()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|at| scope.spawn(move || run(at))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

#[test]
fn tables_are_shared_behind_an_arc() {
    fn shareable<T: Send + Sync + 'static>(_: &T) {}
    shareable(&Arc::new(table(1, 1, 1)));
}

#[test]
fn all_threads_together_get_one_burst() {
    for round in 0..1_000 {
        let table = table(10, 7, 1);
        let charges = [Charge { table: &table, key: Key::new(round) }];
        assert_eq!(race(20, |_, _| check(&charges, SECOND)), 7, "round {round}");
    }
}

#[test]
fn keys_that_appear_on_all_threads_at_once_are_counted_once() {
    for round in 0..1_000 {
        let table = table(10, 2, 8);
        let request = |thread: usize, at: usize| {
            let key = Key::new(round * 8 + ((thread + at) % 8) as u64);
            check(&[Charge { table: &table, key }], SECOND)
        };
        assert_eq!(race(64, request), 16, "round {round}");
    }
}

#[test]
fn all_threads_together_keep_to_the_rate() {
    let table = table(1_000, 5, 1);
    let charges = [Charge { table: &table, key: Key::EVERYBODY }];
    // Every thread lives through the same second.
    let admitted = race(10_000, |_, at| check(&charges, SECOND + at as u64 * 100_000));
    assert!((1_000..=1_005).contains(&admitted), "{admitted}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What a later limit refuses is given back to the earlier ones, to the last request.
    #[test]
    fn several_limits_lose_nothing_between_threads(bursts in vec(1..30_u32, 2..4)) {
        let tables: Vec<_> = bursts.iter().map(|burst| table(10, *burst, 1)).collect();
        let charge = |table| Charge { table, key: Key::EVERYBODY };
        let charges: Vec<_> = tables.iter().map(charge).collect();
        let raced = race(30, |_, _| check(&charges, SECOND));
        let least = *bursts.iter().min().unwrap() as usize;
        prop_assert!(raced <= least);
        let rest = (0..).take_while(|_| check(&charges, SECOND) == Decision::Admitted).count();
        prop_assert_eq!(raced + rest, least);
        for (charge, burst) in charges.iter().zip(&bursts) {
            let left = (0..).take_while(|_| check(&[*charge], SECOND) == Decision::Admitted);
            prop_assert_eq!(left.count(), *burst as usize - least);
        }
    }

    /// Many keys on few slots: no panic, no endless loop, and every key gets at least its burst.
    #[test]
    fn threads_that_make_room_for_each_other_come_to_an_end(seed: u64) {
        let table = table(10, 1, 8);
        let request = |thread: usize, at: usize| {
            let key = Key::new(seed.wrapping_add((thread * 100_000 + at) as u64));
            check(&[Charge { table: &table, key }], SECOND)
        };
        // Each key asks once and is new; only a charge left by another could refuse it.
        prop_assert!(race(200, request) > 0);
    }
}
