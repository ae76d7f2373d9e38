//! The laws of a limit, on one thread.

use std::collections::{HashMap, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Charge, Decision, Key, Limit, LimitFault, Nanos, Table, check};

const SECOND: Nanos = 1_000_000_000;

/// One limit and one key.
struct Bed {
    table: Table,
}

impl Bed {
    fn new(count: u32, period: Nanos, burst: u32) -> Self {
        let limit = Limit::new(count, period, burst).unwrap();
        Self { table: Table::new(limit, 1).unwrap() }
    }

    fn at(&self, now: Nanos) -> Decision {
        check(&[Charge { table: &self.table, key: Key::EVERYBODY }], now)
    }

    fn admits(&self, now: Nanos) -> bool {
        self.at(now) == Decision::Admitted
    }

    /// How many requests are admitted at once.
    fn burst_at(&self, now: Nanos) -> usize {
        (0..).take_while(|_| self.admits(now)).count()
    }
}

/// Rates from one a day to one a nanosecond, with and without a remainder.
fn rates() -> impl Strategy<Value = (u32, Nanos)> {
    let periods = prop_oneof![
        Just(SECOND),
        Just(60 * SECOND),
        Just(3_600 * SECOND),
        Just(86_400 * SECOND),
        1..20_000_000_000_u64,
    ];
    (prop_oneof![1..20_u32, 1..2_000_000_u32], periods)
        .prop_map(|(count, period)| (count.min(u32::try_from(period).unwrap_or(count)), period))
}

/// Moments that follow each other by about the interval of a rate, or by none.
fn moments((count, period): (u32, Nanos), steps: &[u64]) -> Vec<Nanos> {
    let interval = period / u64::from(count);
    let step = |at: &mut Nanos, step: &u64| {
        *at += (u128::from(interval) * u128::from(*step) / 64) as u64;
        Some(*at)
    };
    steps.iter().scan(0, step).collect()
}

#[test]
fn a_burst_and_then_the_rate() {
    let bed = Bed::new(10, SECOND, 3);
    assert_eq!(bed.burst_at(SECOND), 3);
    assert_eq!(bed.at(SECOND), Decision::Limited { by: 0, retry_after: 1 });
    assert!(!bed.admits(SECOND + 99_999_999));
    assert!(bed.admits(SECOND + 100_000_000));
    assert!(!bed.admits(SECOND + 100_000_000));
    assert_eq!(bed.burst_at(60 * SECOND), 3);
}

#[test]
fn waiting_is_said_in_whole_seconds() {
    let bed = Bed::new(1, 60 * SECOND, 1);
    assert!(bed.admits(0));
    for (now, retry_after) in
        [(0, 60), (1, 60), (SECOND, 59), (59 * SECOND, 1), (60 * SECOND - 1, 1)]
    {
        assert_eq!(bed.at(now), Decision::Limited { by: 0, retry_after }, "{now}");
    }
    assert!(bed.admits(60 * SECOND));
}

#[test]
fn limits_have_bounds() {
    let of = |count, period, burst| Limit::new(count, period, burst).err();
    assert_eq!(of(1, 1, 1), None);
    assert_eq!(of(u32::MAX, 86_400 * SECOND, u32::MAX), None);
    assert_eq!(of(0, SECOND, 1), Some(LimitFault::Rate));
    assert_eq!(of(1_001, 1_000, 1), Some(LimitFault::Rate));
    assert_eq!(of(1, 0, 1), Some(LimitFault::Period));
    assert_eq!(of(1, 86_400 * SECOND + 1, 1), Some(LimitFault::Period));
    assert_eq!(of(1, SECOND, 0), Some(LimitFault::Burst));
    assert_eq!(of(1, 86_400 * SECOND, u32::MAX), Some(LimitFault::Burst));
    let limit = Limit::new(1, SECOND, 1).unwrap();
    for keys in [0, Table::MAX_KEYS + 1, usize::MAX] {
        assert_eq!(Table::new(limit, keys).err(), Some(LimitFault::Keys), "{keys}");
    }
}

#[test]
fn a_burst_comes_back_within_thirty_years() {
    let of = |days: u32| Limit::new(1, 86_400 * SECOND, days + 1).err();
    assert_eq!(of(30 * 365), None);
    assert_eq!(of(30 * 365 + 1), Some(LimitFault::Burst));
}

#[test]
fn faults_have_sentences_of_their_own() {
    let faults = [LimitFault::Rate, LimitFault::Period, LimitFault::Burst, LimitFault::Keys];
    let sentences: HashSet<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(sentences.len(), faults.len());
    assert!(!sentences.contains(""));
}

/// The first number that SplitMix64 gives from 0, published with it.
#[test]
fn keys_are_mixed_as_published() {
    assert_eq!(Key::new(0x9e37_79b9_7f4a_7c15).get(), 0xe220_a839_7b1d_cdaf);
    assert_eq!(Key::new(0), Key::EVERYBODY);
}

#[test]
fn neighbouring_keys_spread_over_the_table() {
    let limit = Limit::new(1, SECOND, 1).unwrap();
    for first in [0, 1 << 20, 1 << 40, u64::MAX - 2_047] {
        let table = Table::new(limit, 32_768).unwrap();
        let at = |key| check(&[Charge { table: &table, key: Key::new(key) }], SECOND);
        for round in 0..2 {
            let admitted = (0..2_048).filter(|key| at(first + key) == Decision::Admitted).count();
            assert_eq!(admitted, if round == 0 { 2_048 } else { 0 }, "from {first}");
        }
    }
}

/// The second look at one allowance finds what the first one charged, as if another thread had
/// been faster, and gives back what all before it took.
#[test]
fn a_refusal_that_comes_late_gives_everything_back() {
    let [wide, narrow] =
        [3, 1].map(|burst| Table::new(Limit::new(10, SECOND, burst).unwrap(), 1).unwrap());
    let charge = |table| Charge { table, key: Key::EVERYBODY };
    let all = [charge(&wide), charge(&narrow), charge(&wide), charge(&narrow)];
    assert_eq!(check(&all, SECOND), Decision::Limited { by: 3, retry_after: 1 });
    let left =
        |table| (0..).take_while(|_| check(&[charge(table)], SECOND) == Decision::Admitted).count();
    assert_eq!((left(&wide), left(&narrow)), (3, 1));
    assert_eq!(wide.limit(), Limit::new(10, SECOND, 3).unwrap());
}

#[test]
fn memory_is_what_it_says() {
    let limit = Limit::new(1, SECOND, 1).unwrap();
    for (keys, capacity) in [(1, 8), (8, 8), (9, 16), (1_000, 1_024), (1 << 20, 1 << 20)] {
        let table = Table::new(limit, keys).unwrap();
        assert_eq!(table.capacity(), capacity);
        assert_eq!(table.memory(), size_of::<Table>() + 16 * capacity);
        assert!(format!("{table:?}").starts_with(&format!("Table for {capacity} keys in ")));
    }
}

#[test]
fn without_limits_everything_is_admitted() {
    assert_eq!(check(&[], 0), Decision::Admitted);
}

#[test]
fn the_limit_that_waits_longest_is_named() {
    let [second, minute] = [SECOND, 60 * SECOND].map(|period| Bed::new(1, period, 1));
    assert!(second.admits(0) && minute.admits(0));
    let charge = |bed: &'static Bed| Charge { table: &bed.table, key: Key::EVERYBODY };
    let [second, minute] = [second, minute].map(|bed| charge(Box::leak(Box::new(bed))));
    let free = charge(Box::leak(Box::new(Bed::new(9, SECOND, 9))));
    assert_eq!(check(&[second, minute], 0), Decision::Limited { by: 1, retry_after: 60 });
    assert_eq!(check(&[minute, free, second], 0), Decision::Limited { by: 0, retry_after: 60 });
    assert_eq!(check(&[free, second, second], 0), Decision::Limited { by: 1, retry_after: 1 });
}

#[test]
fn the_end_of_time_grants_nothing() {
    let bed = Bed::new(3, SECOND, 2);
    for now in [u64::MAX / 4, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
        assert!(bed.burst_at(now) <= 2, "{now}");
        assert!(!bed.admits(now));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_stretch_admits_at_most_burst_and_rate(
        rate in rates(), burst in 1..6_u32, steps in vec(0..150_u64, 1..80)
    ) {
        let bed = Bed::new(rate.0, rate.1, burst);
        let times = moments(rate, &steps);
        let admitted: Vec<_> = times.into_iter().filter(|now| bed.admits(*now)).collect();
        let (count, period) = (u128::from(rate.0), u128::from(rate.1));
        // Where the interval is a whole number of nanoseconds there is nothing to round.
        let tick = u64::from(!rate.1.is_multiple_of(u64::from(rate.0)));
        for (i, from) in admitted.iter().enumerate() {
            for (j, to) in admitted.iter().enumerate().skip(i) {
                let more = (j - i + 1).saturating_sub(burst as usize) as u128;
                prop_assert!(more * period <= u128::from(to - from + tick) * count);
            }
        }
    }

    #[test]
    fn who_leaves_the_interval_is_never_refused(
        rate in rates(), burst in 1..4_u32, start in 0..u64::MAX / 8, more in vec(0..3_u64, 200)
    ) {
        let bed = Bed::new(rate.0, rate.1, burst);
        let mut now = start;
        for (request, more) in more.into_iter().enumerate() {
            prop_assert!(bed.admits(now), "request {request}");
            now += rate.1.div_ceil(u64::from(rate.0)) + more;
        }
    }

    #[test]
    fn who_sends_at_the_rate_but_late_is_never_refused(
        rate in rates(), burst in 2..5_u32, start in 0..u64::MAX / 8, late in vec(0..=64_u64, 200)
    ) {
        let bed = Bed::new(rate.0, rate.1, burst);
        // Two nanoseconds are lost to rounding: of the time itself, and of a tick.
        let most = (rate.1 / u64::from(rate.0) * u64::from(burst - 1)).saturating_sub(2);
        let mut now = 0;
        for (request, late) in late.into_iter().enumerate() {
            let due = (request as u128 * u128::from(rate.1)).div_ceil(u128::from(rate.0)) as u64;
            now = now.max(start + due + (u128::from(most) * u128::from(late) / 64) as u64);
            prop_assert!(bed.admits(now), "request {request}");
        }
    }

    #[test]
    fn refusing_charges_nothing(
        rate in rates(), burst in 1..6_u32, steps in vec(0..150_u64, 1..60), more in 1..5_u8
    ) {
        let (patient, pushy) = (Bed::new(rate.0, rate.1, burst), Bed::new(rate.0, rate.1, burst));
        for now in moments(rate, &steps) {
            let decision = patient.at(now);
            prop_assert_eq!(pushy.at(now), decision);
            if decision != Decision::Admitted {
                for _ in 0..more {
                    prop_assert_eq!(pushy.at(now), decision);
                }
            }
        }
    }

    #[test]
    fn waiting_as_told_is_enough_and_not_too_long(
        rate in rates(), burst in 1..6_u32, steps in vec(0..70_u64, 1..60)
    ) {
        let bed = Bed::new(rate.0, rate.1, burst);
        for now in moments(rate, &steps) {
            let Decision::Limited { retry_after, .. } = bed.at(now) else { continue };
            prop_assert!(retry_after >= 1);
            if retry_after > 1 {
                // A nanosecond may be lost to rounding.
                prop_assert!(!bed.admits(now + (retry_after - 1) * SECOND - 1));
            }
            prop_assert!(bed.admits(now + retry_after * SECOND));
            break;
        }
    }

    #[test]
    fn a_clock_that_goes_back_grants_no_more(
        rate in rates(), burst in 1..6_u32, times in vec(0..20_000_000_000_u64, 1..80)
    ) {
        let bed = Bed::new(rate.0, rate.1, burst);
        let span = times.iter().max().unwrap() - times.iter().min().unwrap();
        let admitted = times.iter().filter(|now| bed.admits(**now)).count();
        let more = admitted.saturating_sub(burst as usize) as u128;
        prop_assert!(more * u128::from(rate.1) <= (u128::from(span) + 1) * u128::from(rate.0));
    }

    #[test]
    fn any_limit_and_any_clock_is_safe(
        count: u32, period: u64, burst: u32, times in vec(any::<u64>(), 1..20)
    ) {
        for period in [period, period % (86_400 * SECOND)] {
            let Ok(limit) = Limit::new(count, period, burst) else { continue };
            let table = Table::new(limit, 1).unwrap();
            for now in &times {
                let _ = check(&[Charge { table: &table, key: Key::new(*now) }], *now);
            }
        }
    }

    /// The oracle keeps every key's time, in exact fractions of a nanosecond, and never forgets.
    #[test]
    fn several_limits_admit_together_or_not_at_all(
        limits in vec((1..12_u32, 1..4_u32), 1..4),
        requests in vec((0..400_000_000_u64, vec(0..5_u64, 4)), 1..60),
    ) {
        let table = |(count, burst): &(u32, u32)| {
            Table::new(Limit::new(*count, SECOND, *burst).unwrap(), 64).unwrap()
        };
        let tables: Vec<_> = limits.iter().map(table).collect();
        let mut free: HashMap<(usize, u64), u128> = HashMap::new();
        let mut now = 0;
        for (step, keys) in requests {
            now += step;
            let charges: Vec<_> = tables
                .iter()
                .zip(&keys)
                .map(|(table, key)| Charge { table, key: Key::new(*key) })
                .collect();
            let decision = check(&charges, now);
            // In units of 1 / (count * SECOND) seconds, an interval takes SECOND of them.
            let exact = |at: usize| u128::from(now) * u128::from(limits[at].0);
            let ahead = |free: &HashMap<_, u128>, at: usize| {
                free.get(&(at, keys[at])).copied().unwrap_or(0).saturating_sub(exact(at))
            };
            // A tick early is in time: at most a nanosecond, so `count` units.
            let allowed = |at: usize| u128::from(limits[at].1 - 1) * u128::from(SECOND);
            let slack = |at: usize| u128::from(limits[at].0);
            match decision {
                Decision::Admitted => for (at, key) in keys.iter().enumerate().take(limits.len()) {
                    prop_assert!(ahead(&free, at) <= allowed(at) + slack(at));
                    let own = free.entry((at, *key)).or_insert(0);
                    *own = (*own).max(exact(at)) + u128::from(SECOND);
                },
                Decision::Limited { by, .. } => {
                    prop_assert!(ahead(&free, by) + slack(by) > allowed(by));
                }
            }
        }
    }

    /// A table that is far too small: against an oracle that is charged whatever the table admits
    /// and forgets nothing, it refuses nothing that the oracle admits.
    #[test]
    fn a_full_table_only_forgets(
        burst in 1..4_u32, requests in vec((0..50_000_000_u64, 0..40_u64), 1..200)
    ) {
        let limit = Limit::new(10, SECOND, burst).unwrap();
        let table = Table::new(limit, 8).unwrap();
        let mut free: HashMap<u64, Nanos> = HashMap::new();
        let (mut now, interval) = (0, SECOND / 10);
        for (step, key) in requests {
            now += step;
            let own = free.entry(key).or_insert(0);
            let due = own.saturating_sub(now) <= u64::from(burst - 1) * interval;
            let admitted = check(&[Charge { table: &table, key: Key::new(key) }], now);
            if admitted == Decision::Admitted {
                *own = (*own).max(now) + interval;
            }
            prop_assert!(!due || admitted == Decision::Admitted);
        }
    }

    /// With no more keys than slots, keys do not touch each other.
    #[test]
    fn keys_have_allowances_of_their_own(
        burst in 1..4_u32, requests in vec((0..50_000_000_u64, 0..8_u64), 1..200)
    ) {
        let limit = Limit::new(10, SECOND, burst).unwrap();
        let shared = Table::new(limit, 8).unwrap();
        let alone: Vec<_> = (0..8).map(|_| Bed::new(10, SECOND, burst)).collect();
        let mut now = 0;
        for (step, key) in requests {
            now += step;
            let found = check(&[Charge { table: &shared, key: Key::new(key) }], now);
            prop_assert_eq!(found, alone[key as usize].at(now));
        }
    }
}
