use proptest::prelude::*;

use super::*;

/// Canonical path, plain reading, matrix reading.
fn read(target: &str) -> Result<[String; 3], BadRequestKind> {
    let raw = Raw { method: b"GET", target: target.as_bytes(), host: Some(b"h"), odd: false };
    let mut scratch = Scratch::new();
    let request = canonicalise(raw, &mut scratch).map_err(BadRequest::kind)?;
    let matrix = request.matrix().unwrap_or(request.plain());
    Ok([request.path(), request.plain(), matrix].map(str::to_owned))
}

fn path(target: &str) -> Result<String, BadRequestKind> {
    read(target).map(|[path, ..]| path)
}

fn whole(
    method: &str,
    target: &str,
    host: Option<&str>,
) -> Result<(String, Option<u16>, String), BadRequestKind> {
    let host = host.map(str::as_bytes);
    let raw = Raw { method: method.as_bytes(), target: target.as_bytes(), host, odd: true };
    let mut scratch = Scratch::new();
    let request = canonicalise(raw, &mut scratch).map_err(BadRequest::kind)?;
    let Authority { host, port } = request.authority();
    Ok((host.to_owned(), port, request.path().to_owned()))
}

#[test]
fn one_spelling_for_one_path() {
    for (target, wanted) in [
        ("/", "/"),
        ("/admin", "/admin"),
        ("//admin", "/admin"),
        ("/./admin", "/admin"),
        ("/x/../admin", "/admin"),
        ("/x/%2e%2e/admin", "/admin"),
        ("/x/.%2e/admin", "/admin"),
        ("/.//admin", "/admin"),
        ("/%2e/admin", "/admin"),
        ("/%61dmin", "/admin"),
        ("/x/..", "/"),
        ("/x/.", "/x/"),
        ("/x/y/..", "/x/"),
        ("/x//", "/x/"),
        ("/a//../b", "/b"),
        ("/public%23/../admin", "/admin"),
        ("/admin%20", "/admin%20"),
        ("/%c3%a9", "/%C3%A9"),
        ("/%EF%BC%8Fadmin", "/%EF%BC%8Fadmin"),
        ("/50%25", "/50%25"),
        ("/50%254x/%25x4", "/50%254x/%25x4"),
        ("/.well-known/x", "/.well-known/x"),
        ("/.../x..", "/.../x.."),
        ("/a;b=%2e", "/a;b=."),
        ("/a?b=../%2F", "/a"),
    ] {
        assert_eq!(path(target).as_deref(), Ok(wanted), "{target}");
    }
}

#[test]
fn what_has_no_single_meaning_is_refused() {
    use BadRequestKind::{
        AboveRoot, DotsBeforeParameter, DoubleEncoding, EncodedControl, EncodedSeparator, Escape,
        NotUtf8, RawByte,
    };
    for (target, kind) in [
        ("/x/..%2fadmin", EncodedSeparator),
        ("/x%5C..%5cadmin", EncodedSeparator),
        ("/x\\admin", RawByte),
        ("/public#/../admin", RawByte),
        ("/a b", RawByte),
        ("/é", RawByte),
        ("/a?b=é", RawByte),
        ("/a?b#c", RawByte),
        ("/%c0%afadmin", NotUtf8),
        ("/admin%00", EncodedControl),
        ("/%09admin", EncodedControl),
        ("/%7F", EncodedControl),
        ("/x/%252e%252e/admin", DoubleEncoding),
        ("/%25%36%31", DoubleEncoding),
        ("/%u0061dmin", Escape),
        ("/%", Escape),
        ("/x/..;/admin", DotsBeforeParameter),
        ("/x/..;a=b/admin", DotsBeforeParameter),
        ("/%2e;x", DotsBeforeParameter),
        ("/..", AboveRoot),
        ("/a/../../b", AboveRoot),
    ] {
        assert_eq!(path(target), Err(kind), "{target}");
    }
}

#[test]
fn readings() {
    for (target, plain, matrix) in [
        ("/admin;a=b", "/admin;a=b", "/admin"),
        ("/a;x/b;y/c", "/a;x/b;y/c", "/a/b/c"),
        ("/a/;x/b", "/a/;x/b", "/a/b"),
        ("/a/;x", "/a/;x", "/a/"),
        ("/;x", "/;x", "/"),
        ("/a%3Bx", "/a;x", "/a;x"),
        ("/%C3%A9;%C3%A9", "/é;é", "/é"),
    ] {
        let [_, found_plain, found_matrix] = read(target).unwrap();
        assert_eq!((found_plain.as_str(), found_matrix.as_str()), (plain, matrix), "{target}");
    }
}

#[test]
fn forms_of_targets() {
    use BadRequestKind::{
        AsteriskForm, AuthoritiesDiffer, AuthorityForm, Method, NoAuthority, TargetForm,
    };
    let ok = |host: &str, port, path: &str| Ok((host.to_owned(), port, path.to_owned()));
    assert_eq!(whole("GET", "http://B.test//admin", None), ok("b.test", None, "/admin"));
    assert_eq!(whole("GET", "HTTP://b.test:80?q", Some("b.test")), ok("b.test", Some(80), "/"));
    assert_eq!(whole("OPTIONS", "*", Some("h")), ok("h", None, "*"));
    assert_eq!(whole("OPTIONS", "http://h", Some("h")), ok("h", None, "*"));
    for (method, target, host, kind) in [
        ("GET", "http://a.test/", Some("b.test"), AuthoritiesDiffer),
        ("GET", "https://a.test/", Some("a.test:80"), AuthoritiesDiffer),
        ("GET", "http:///x", Some("h"), BadRequestKind::Host),
        ("GET", "ftp://h/", Some("h"), TargetForm),
        ("GET", "", Some("h"), TargetForm),
        ("GET", "h:80", Some("h"), AuthorityForm),
        ("CONNECT", "h:80", Some("h:80"), AuthorityForm),
        ("GET", "*", Some("h"), AsteriskForm),
        ("GET", "/", None, NoAuthority),
        ("G T", "/", Some("h"), Method),
        ("", "/", Some("h"), Method),
    ] {
        assert_eq!(whole(method, target, host), Err(kind), "{method} {target}");
    }
}

#[test]
fn a_plain_request_is_borrowed() {
    let target = b"/orders/1?x=1";
    let raw = Raw { method: b"GET", target, host: Some(b"pay.shop:80"), odd: false };
    let mut scratch = Scratch::new();
    let request = canonicalise(raw, &mut scratch).unwrap();
    assert_eq!(request.path().as_ptr(), target.as_ptr());
    assert_eq!(request.query(), Some("x=1"));
    assert_eq!(scratch.path.capacity() + scratch.host.capacity(), 0);
}

#[test]
fn a_request_for_the_whole_server() {
    let raw = |method, target| Raw { method, target, host: Some(&b"h:80"[..]), odd: false };
    let (mut scratch, mut other) = (Scratch::new(), Scratch::new());
    let asterisk = canonicalise(raw(b"OPTIONS", b"*"), &mut scratch).unwrap();
    let path = canonicalise(raw(b"PATCH", b"/*"), &mut other).unwrap();
    assert!(asterisk.is_asterisk() && !path.is_asterisk());
    assert_eq!((asterisk.method(), path.method()), ("OPTIONS", "PATCH"));
    let sent_on = path.addressed_to("cart.shop");
    assert_eq!(sent_on.authority(), Authority { host: "cart.shop", port: None });
    assert_eq!((sent_on.method(), sent_on.path()), ("PATCH", "/*"));
}

#[test]
fn every_refusal_has_its_own_word_and_sentence() {
    let refused = [
        ("G T", "/", Some("h")),
        ("CONNECT", "h:80", Some("h")),
        ("GET", "*", Some("h")),
        ("GET", "ftp://h/", Some("h")),
        ("GET", "/a b", Some("h")),
        ("GET", "/%", Some("h")),
        ("GET", "/%2f", Some("h")),
        ("GET", "/%00", Some("h")),
        ("GET", "/%ff", Some("h")),
        ("GET", "/%2541", Some("h")),
        ("GET", "/..;", Some("h")),
        ("GET", "/..", Some("h")),
        ("GET", "/", None),
        ("GET", "/", Some("u@h")),
        ("GET", "/", Some("")),
        ("GET", "/", Some("h:x")),
        ("GET", "http://a/", Some("b")),
    ];
    let (mut words, mut sentences) = (Vec::new(), Vec::new());
    for (method, target, host) in refused {
        let raw = Raw {
            method: method.as_bytes(),
            target: target.as_bytes(),
            host: host.map(str::as_bytes),
            odd: false,
        };
        let bad = canonicalise(raw, &mut Scratch::new()).unwrap_err();
        assert!(
            bad.kind()
                .word()
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"-8".contains(&byte))
        );
        assert!(bad.to_string().contains(' '));
        words.push(bad.kind().word());
        sentences.push(bad.to_string());
    }
    words.sort_unstable();
    words.dedup();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!((words.len(), sentences.len()), (refused.len(), refused.len()));
}

/// Paths made of what matters to the form.
fn odd_paths() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "/", "/", "/", ".", "..", "%2e", "%2F", "%25", "2e", "%", ";", "a", "b", "%61", "%c3%a9",
        "%C3", "%20", "\\", "~", "%7e", "*", "?", "=",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

proptest! {
    #[test]
    fn any_bytes_are_survived(method: Vec<u8>, target: Vec<u8>, host: Option<Vec<u8>>, odd: bool) {
        let slashed = [b"/", target.as_slice()].concat();
        for method in [b"GET", method.as_slice()] {
            for target in [&target, &slashed] {
                for host in [Some(&b"h"[..]), host.as_deref()] {
                    let _ = canonicalise(Raw { method, target, host, odd }, &mut Scratch::new());
                }
            }
        }
    }

    #[test]
    fn the_canonical_form_is_its_own(target in odd_paths()) {
        if let Ok([once, plain, matrix]) = read(&target) {
            prop_assert_eq!(read(&once), Ok([once, plain, matrix]));
        }
    }

    #[test]
    fn nothing_is_left_to_interpret(target in odd_paths()) {
        let Ok([once, _, matrix]) = read(&target) else { return Ok(()) };
        prop_assert!(once.starts_with('/') && !once.contains("//") && !matrix.contains("//"));
        prop_assert!(once.split('/').chain(matrix.split('/')).all(|one| one != "." && one != ".."));
        for (at, _) in once.match_indices('%') {
            let digits = once.get(at + 1..at + 3).unwrap();
            let byte = u8::from_str_radix(digits, 16).unwrap();
            prop_assert!(!crate::bytes::is_unreserved(byte) && !byte.is_ascii_control());
            prop_assert!(byte != b'/' && byte != b'\\');
            prop_assert_eq!(digits.to_ascii_uppercase(), digits);
        }
    }

    #[test]
    fn the_hint_changes_nothing(target in odd_paths()) {
        let path = |odd| {
            let raw = Raw { method: b"GET", target: target.as_bytes(), host: Some(b"h"), odd };
            let mut scratch = Scratch::new();
            canonicalise(raw, &mut scratch).map(|one| one.path().to_owned())
        };
        prop_assert_eq!(path(true), path(false));
    }
}
