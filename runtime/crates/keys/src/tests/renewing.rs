//! The thread: what it fetches, tells, keeps on disk and takes from there.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use meshc_token::JwksFault;

use crate::bed::{Folder, HOST, ONE_KEY, PATIENCE, TRUSTED, TWO_KEYS, answering, good, serve, url};
use crate::store::{Store, Stored};
use crate::{FetchFault, Keys, KeysFault, MAX_AGE_BEYOND_REFRESH, Url};

/// Keys in a folder and what hears of their changes.
fn start(folder: &Folder) -> (Keys, Receiver<()>) {
    let (sender, changes) = channel();
    let changed = move || {
        // The test may have seen enough.
        let _ = sender.send(());
    };
    (Keys::start(folder.fetcher(), changed).unwrap(), changes)
}

fn watch(keys: &Keys, ports: &[u16]) {
    let wanted: BTreeMap<Url, u32> = ports.iter().map(|&port| (url(port), 300)).collect();
    keys.watch(&wanted).unwrap();
}

/// A server whose n-th answer is the n-th of these, the last one ever after.
fn script(answers: Vec<String>) -> (u16, Receiver<String>) {
    serve(TRUSTED.server(HOST, 2060), move |number, peer| {
        peer.send(answers[number.min(answers.len() - 1)].as_bytes());
    })
}

#[test]
fn keys_are_fetched_told_and_kept_over_a_restart_without_their_issuer() {
    let folder = Folder::new();
    let (port, _) = script(vec![good(TWO_KEYS), "HTTP/1.1 503 Down\r\n\r\n".to_owned()]);
    {
        let (keys, changes) = start(&folder);
        assert!(keys.get(&url(port)).is_none());
        watch(&keys, &[port]);
        changes.recv_timeout(PATIENCE).unwrap();
        let current = keys.get(&url(port)).unwrap();
        assert_eq!((current.keys.len(), current.version, keys.generation()), (2, 1, 1));
        let state = keys.states().remove(0);
        assert_eq!((state.keys, state.skipped, state.fault), (2, 1, None));
        assert!(state.fetched_at.is_some() && state.store_fault.is_none());
    }
    let (keys, _changes) = start(&folder);
    watch(&keys, &[port]);
    assert_eq!(keys.get(&url(port)).unwrap().keys.len(), 2, "before anything is fetched");
}

#[test]
fn stored_keys_outlive_an_issuer_that_answers_with_something_else() {
    let folder = Folder::new();
    let bad = vec![good(TWO_KEYS), good("<html>"), "HTTP/1.1 500 Oops\r\n\r\n".to_owned()];
    let (port, requests) = script(bad);
    {
        let (keys, changes) = start(&folder);
        watch(&keys, &[port]);
        changes.recv_timeout(PATIENCE).unwrap();
        requests.recv_timeout(PATIENCE).unwrap();
    }
    let (keys, changes) = start(&folder);
    watch(&keys, &[port]);
    requests.recv_timeout(PATIENCE).unwrap();
    // The second request after the restart comes when the first one's fault has been noted.
    requests.recv_timeout(PATIENCE).unwrap();
    let state = keys.states().remove(0);
    assert!(state.failures >= 1 && state.keys == 2, "{state:?}");
    assert!(matches!(
        state.fault,
        Some(KeysFault::Document(JwksFault::Malformed) | KeysFault::Fetch(FetchFault::Status(500)))
    ));
    assert!(changes.try_recv().is_err());
}

#[test]
fn keys_that_grow_too_old_are_dropped_and_that_is_told() {
    let folder = Folder::new();
    let down = answering("HTTP/1.1 503 Down\r\n\r\n");
    let refresh = Duration::from_secs(300);
    // Three seconds of their time are left.
    let age = refresh + MAX_AGE_BEYOND_REFRESH - Duration::from_secs(3);
    let fetched_at = (SystemTime::now() - age).duration_since(UNIX_EPOCH).unwrap().as_secs();
    let stored = Stored { document: ONE_KEY.into(), fetched_at: fetched_at as i64 };
    Store::open(&folder.0.join("keys")).unwrap().keep(&url(down), &stored).unwrap();
    let (keys, changes) = start(&folder);
    watch(&keys, &[down]);
    assert!(keys.get(&url(down)).is_some());
    changes.recv_timeout(PATIENCE).unwrap();
    assert!(keys.get(&url(down)).is_none());
    assert_eq!((keys.generation(), keys.states()[0].keys), (2, 0));
}

#[test]
fn a_nudge_brings_a_key_that_came_after_the_last_fetch() {
    let folder = Folder::new();
    let (port, requests) = script(vec![good(ONE_KEY), good(TWO_KEYS), good(ONE_KEY)]);
    let (keys, changes) = start(&folder);
    watch(&keys, &[port]);
    changes.recv_timeout(PATIENCE).unwrap();
    keys.nudge(&url(port));
    changes.recv_timeout(PATIENCE).unwrap();
    let current = keys.get(&url(port)).unwrap();
    assert_eq!((current.keys.len(), current.version), (2, 2));
    keys.nudge(&url(port));
    assert_eq!(requests.try_iter().count(), 2);
    assert!(keys.states()[0].next_in > Duration::from_secs(1), "the budget is a fetch a minute");
}

#[test]
fn a_fault_is_tried_again_until_keys_are_there() {
    let folder = Folder::new();
    let (port, requests) = script(vec![good("{}"), good(ONE_KEY)]);
    let (keys, changes) = start(&folder);
    watch(&keys, &[port]);
    changes.recv_timeout(PATIENCE).unwrap();
    assert_eq!(keys.get(&url(port)).unwrap().keys.len(), 1);
    assert_eq!(requests.try_iter().count(), 2);
}

#[test]
fn one_issuer_that_is_down_does_not_keep_another_from_its_keys() {
    let folder = Folder::new();
    let (down, up) = (answering("HTTP/1.1 503 Down\r\n\r\n"), answering(good(ONE_KEY)));
    let (keys, changes) = start(&folder);
    watch(&keys, &[down]);
    watch(&keys, &[down, up]);
    changes.recv_timeout(PATIENCE).unwrap();
    assert!(keys.get(&url(up)).is_some());
    assert!(keys.get(&url(down)).is_none(), "there is nothing to fall back on");
    watch(&keys, &[]);
    assert!(keys.get(&url(up)).is_none());
    watch(&keys, &[up]);
    assert!(keys.get(&url(up)).is_some(), "what was kept on disk comes back");
}

#[test]
fn the_thread_ends_when_nobody_needs_it() {
    let folder = Folder::new();
    let (keys, changes) = start(&folder);
    drop(keys);
    // The thread owned the other end.
    assert!(changes.recv_timeout(PATIENCE).is_err());
    let (sender, changes) = channel::<()>();
    drop(Keys::start(folder.fetcher(), move || drop(sender.clone())).unwrap());
    assert_eq!(
        changes.recv_timeout(PATIENCE),
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
    );
}
