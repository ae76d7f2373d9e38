//! What is kept, replaced and dropped, and when: by instants that the tests make up.

use std::collections::BTreeMap;

use meshc_token::JwksFault;

use crate::bed::{ONE_KEY, PRIVATE_KEY, TWO_KEYS};
use crate::board::{Board, Fetched, Next, Now};
use crate::store::Stored;
use crate::{FetchFault, KeysFault, StoreFault, Url, WatchFault};

const HOUR: i64 = 3_600_000;
const REFRESH: u32 = 3600;
/// The age at which keys with that refresh time are dropped.
const MAX_AGE: i64 = 25 * HOUR;
const EPOCH: i64 = 1_790_000_000;

fn now(millis: i64) -> Now {
    Now { millis, unix: EPOCH + millis / 1000 }
}

fn url(name: &str) -> Url {
    Url::parse(&format!("https://{name}.test/")).unwrap()
}

fn wanted(names: &[&str]) -> BTreeMap<Url, u32> {
    names.iter().map(|name| (url(name), REFRESH)).collect()
}

/// A board that watches `a` from instant 0, with nothing stored.
fn board() -> Board {
    let mut board = Board::default();
    board.watch(now(0), &wanted(&["a"]), |_| Ok(None)).unwrap();
    board
}

fn good(board: &mut Board, millis: i64, document: &str) -> bool {
    let fetched = Fetched::read(document.as_bytes());
    assert!(fetched.is_ok());
    board.fetched(now(millis), &url("a"), fetched, 0)
}

fn bad(board: &mut Board, millis: i64, fault: KeysFault) {
    assert!(!board.fetched(now(millis), &url("a"), Err(fault), 0));
}

fn keys(board: &Board) -> Option<(usize, u64)> {
    board.get(&url("a")).map(|(keys, version)| (keys.len(), version))
}

#[test]
fn nothing_is_had_before_the_first_fetch_nor_after_a_failed_one() {
    let mut board = board();
    assert_eq!(board.next(0), Next::Fetch(url("a")));
    assert_eq!(keys(&board), None);
    bad(&mut board, 0, KeysFault::Fetch(FetchFault::Status(503)));
    assert_eq!(keys(&board), None, "there is nothing to fall back on");
    assert_eq!(board.next(0), Next::At(1000));
    assert_eq!(board.next(1000), Next::Fetch(url("a")));
}

#[test]
fn good_keys_outlive_faults_and_give_way_to_good_keys() {
    let mut board = board();
    assert!(good(&mut board, 0, ONE_KEY));
    assert_eq!(keys(&board), Some((1, 1)));
    assert_eq!(board.next(0), Next::At(HOUR));
    let faults = [
        KeysFault::Fetch(FetchFault::TimedOut),
        KeysFault::Fetch(FetchFault::Certificate("expired".to_owned())),
        Fetched::read(PRIVATE_KEY.as_bytes()).unwrap_err(),
        KeysFault::Document(JwksFault::NoUsableKey),
    ];
    for (count, fault) in (1..).zip(faults) {
        bad(&mut board, HOUR, fault.clone());
        assert_eq!(keys(&board), Some((1, 1)));
        let state = board.states(HOUR).remove(0);
        assert_eq!((state.fault, state.failures, state.keys), (Some(fault), count, 1));
        assert_eq!(state.fetched_at, Some(EPOCH), "a fault is no good fetch");
    }
    assert_eq!(board.next(HOUR), Next::At(HOUR + 8000));
    assert!(good(&mut board, HOUR + 8000, TWO_KEYS));
    assert_eq!(keys(&board), Some((2, 2)));
    let state = board.states(HOUR + 8000).remove(0);
    assert_eq!((state.fault, state.failures, state.skipped), (None, 0, 1));
}

#[test]
fn the_same_document_again_is_no_change_but_makes_it_young() {
    let mut board = board();
    assert!(good(&mut board, 0, ONE_KEY));
    assert!(!good(&mut board, HOUR, ONE_KEY));
    assert_eq!((keys(&board), board.generation()), (Some((1, 1)), 1));
    assert!(!board.expire(HOUR + MAX_AGE - 1));
    assert!(board.expire(HOUR + MAX_AGE));
}

#[test]
fn keys_that_grew_too_old_are_dropped_once() {
    let mut board = board();
    assert!(good(&mut board, 0, ONE_KEY));
    let mut at = HOUR;
    while at < MAX_AGE {
        assert!(!board.expire(at));
        bad(&mut board, at, KeysFault::Fetch(FetchFault::TimedOut));
        let Next::At(next) = board.next(at) else { panic!() };
        assert!(next <= MAX_AGE, "it wakes for the end of the keys at the latest");
        at = next;
    }
    assert_eq!(keys(&board), Some((1, 1)));
    assert!(board.expire(MAX_AGE));
    assert!(!board.expire(MAX_AGE));
    assert_eq!((keys(&board), board.generation()), (None, 2));
    assert_eq!(board.states(MAX_AGE).remove(0).expires_in, None);
    assert!(good(&mut board, MAX_AGE, ONE_KEY), "the same document is a change then");
    assert_eq!(keys(&board), Some((1, 3)));
}

fn restarted(document: &str, age_seconds: i64) -> Board {
    let stored = Stored { document: document.into(), fetched_at: EPOCH - age_seconds };
    let mut board = Board::default();
    board.watch(now(0), &wanted(&["a"]), |_| Ok(Some(stored.clone()))).unwrap();
    board
}

#[test]
fn what_was_stored_is_had_at_once_and_still_renewed_at_once() {
    let mut board = restarted(ONE_KEY, 3600);
    assert_eq!((keys(&board), board.generation()), (Some((1, 1)), 1));
    assert_eq!(board.next(0), Next::Fetch(url("a")));
    assert_eq!(board.states(0).remove(0).fetched_at, Some(EPOCH - 3600));
    bad(&mut board, 0, KeysFault::Fetch(FetchFault::TimedOut));
    assert_eq!(keys(&board), Some((1, 1)));
    assert!(!board.expire(MAX_AGE - HOUR - 1), "its age counts from its fetch");
    assert!(board.expire(MAX_AGE - HOUR));
}

#[test]
fn what_was_stored_too_long_ago_or_is_unsound_is_not_had() {
    let max = MAX_AGE / 1000;
    for (document, age, had) in [
        (ONE_KEY, max - 1, true),
        (ONE_KEY, max, false),
        (ONE_KEY, i64::MAX - EPOCH, false),
        // Written by a clock that was ahead of ours: a correction, or nothing to rely on.
        (ONE_KEY, -300, true),
        (ONE_KEY, -301, false),
        (PRIVATE_KEY, 0, false),
        ("", 0, false),
    ] {
        assert_eq!(keys(&restarted(document, age)).is_some(), had, "{age}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_harms_nothing() {
    let fault = StoreFault::Form("x".into());
    let mut board = Board::default();
    board.watch(now(0), &wanted(&["a"]), |_| Err(fault.clone())).unwrap();
    assert_eq!(board.states(0).remove(0).store_fault, Some(fault));
    assert!(good(&mut board, 0, ONE_KEY));
    board.stored(&url("a"), Ok(()));
    assert_eq!(board.states(0).remove(0).store_fault, None);
}

#[test]
fn watching_again_keeps_what_stays_and_drops_what_goes() {
    let mut board = board();
    assert!(good(&mut board, 0, ONE_KEY));
    let unread = |_: &Url| -> Result<Option<Stored>, StoreFault> { panic!("it is known") };
    board.watch(now(5), &wanted(&["a"]), unread).unwrap();
    assert_eq!((keys(&board), board.next(5)), (Some((1, 1)), Next::At(HOUR)));

    board.watch(now(6), &wanted(&["a", "b"]), |_| Ok(None)).unwrap();
    assert_eq!((keys(&board), board.next(6)), (Some((1, 1)), Next::Fetch(url("b"))));
    assert!(board.fetched(now(6), &url("b"), Fetched::read(TWO_KEYS.as_bytes()), 0));
    assert_eq!(keys(&board), Some((1, 1)), "one URL's keys are no other's");

    board.watch(now(7), &wanted(&["b"]), |_| Ok(None)).unwrap();
    assert_eq!((keys(&board), board.generation()), (None, 3));
    assert!(!good(&mut board, 8, TWO_KEYS), "a fetch that ends after its URL went");
    assert_eq!(keys(&board), None);
    board.watch(now(9), &BTreeMap::new(), |_| Ok(None)).unwrap();
    assert_eq!((board.next(9), board.states(9).len()), (Next::Never, 0));
}

#[test]
fn another_refresh_time_moves_the_next_fetch_and_the_greatest_age() {
    let mut board = board();
    assert!(good(&mut board, 0, ONE_KEY));
    let often = BTreeMap::from([(url("a"), 60)]);
    board.watch(now(10), &often, |_| Ok(None)).unwrap();
    assert_eq!(board.next(10), Next::At(60_000));
    assert!(board.expire(24 * HOUR + 60_000));
}

#[test]
fn too_many_urls_are_refused_and_those_before_stay() {
    let mut board = board();
    let names: Vec<_> = (0..65).map(|number| format!("n{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let refused = board.watch(now(0), &wanted(&names), |_| Ok(None));
    assert_eq!(refused, Err(WatchFault::TooMany(65)));
    assert_eq!(board.next(0), Next::Fetch(url("a")));
    board.watch(now(0), &wanted(&names[..64]), |_| Ok(None)).unwrap();
    assert_eq!(board.states(0).len(), 64);
}

#[test]
fn nudges_bring_one_fetch_a_minute() {
    let mut board = board();
    assert!(good(&mut board, 0, ONE_KEY));
    let (mut fetches, mut woken) = (0, 0);
    for at in (1..=600_000).step_by(100) {
        woken += u32::from(board.nudge(at, &url("a")));
        assert!(!board.nudge(at, &url("stranger")));
        if board.next(at) == Next::Fetch(url("a")) {
            fetches += 1;
            good(&mut board, at, ONE_KEY);
        }
    }
    // At once and then each minute; the last was asked for and is still to come.
    assert_eq!((fetches, woken), (10, 11));
}

#[test]
fn whoever_waits_longest_is_fetched_first() {
    let mut board = Board::default();
    board.watch(now(0), &wanted(&["a", "b", "c"]), |_| Ok(None)).unwrap();
    let mut order = Vec::new();
    for at in 0..6 {
        let Next::Fetch(url) = board.next(1000 * at) else { panic!() };
        let fault = KeysFault::Fetch(FetchFault::TimedOut);
        board.fetched(now(1000 * at), &url, Err(fault), 0);
        order.push(url.host().to_owned());
    }
    // One that fails all the time does not keep the others from their turn.
    assert_eq!(order[..3], ["a.test", "b.test", "c.test"]);
    assert_eq!(order[3..], ["a.test", "b.test", "c.test"]);
}
