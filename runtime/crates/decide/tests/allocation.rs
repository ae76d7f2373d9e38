//! An allowed request costs no allocation: neither its canonical form nor its verdict nor its route.

use meshc_decide::{Asked, ListenerIx, Tables, UnixSeconds};
use meshc_request::{Raw, Scratch, canonicalise};

#[test]
fn an_allowed_request_allocates_nothing() {
    let slice = serde_json::from_slice(include_bytes!("payments.json")).unwrap();
    let tables = Tables::load(slice, None, "worktree".to_owned()).unwrap();
    let peer = tables.peer(Some("spiffe://mesh.test/ns/shop/sa/checkout"), None);
    let fields = vec![("host", "payments.shop"), ("User-Agent", "curl/8"), ("x-canary", "never")];
    let mut scratch = Scratch::new();
    let counted = allocation_counter::measure(|| {
        let raw = |host: &'static str, target: &'static str| Raw {
            method: b"POST",
            target: target.as_bytes(),
            host: Some(host.as_bytes()),
            odd: false,
        };
        let request = canonicalise(raw("payments.shop", "/charges?q=1"), &mut scratch).unwrap();
        let asked = Asked::request(&request, &fields, UnixSeconds(0));
        tables.admit(ListenerIx(0), &peer, &asked).unwrap();
        let request = canonicalise(raw("ledger", "/entries/1"), &mut scratch).unwrap();
        tables.route(&request, &fields, 7).unwrap();
    });
    assert_eq!(counted.count_total, 0);
}
