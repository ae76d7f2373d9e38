use super::*;
use crate::worth_parsing;

fn parsed(line: &str) -> (Head, String) {
    let text = format!("{line} HTTP/1.1\r\nHost: a.test\r\n\r\n");
    let mut head = Head::new();
    let whole = Parse::Complete { head_len: text.len() };
    assert_eq!(parse_request(text.as_bytes(), &mut head, &Limits::default()), Ok(whole));
    (head, text)
}

#[test]
fn odd_paths_are_told_from_plain_ones() {
    for plain in ["/", "/a/b.c", "/a:b@c!$&'()*+,=~-_", "/a?b=%41;//c/../\\", "/a/?/.", "/a."] {
        assert!(!parsed(&format!("GET {plain}")).0.path_is_odd(), "{plain}");
    }
    for odd in [
        "/%41",
        "/a\\b",
        "/a;b",
        "//",
        "/a//b?c",
        "/.",
        "/a/../b",
        "/a/.well-known",
        "/a|b",
        "/\"",
        "/a^b",
        "/[a]",
        "/<a>",
        "/{a}",
        "/`",
        "http://a.test/a/../b",
    ] {
        assert!(parsed(&format!("GET {odd}")).0.path_is_odd(), "{odd}");
    }
}

#[test]
fn targets_have_their_parts() {
    for (line, form, path) in [
        ("GET /a?b", TargetForm::Origin, "/a?b"),
        ("GET http://a.test/a?b", TargetForm::Absolute, "/a?b"),
        ("GET HTTPS://A.TEST", TargetForm::Absolute, "/"),
        ("OPTIONS *", TargetForm::Asterisk, "*"),
        ("CONNECT a.test:443", TargetForm::Authority, ""),
    ] {
        let (head, text) = parsed(line);
        assert_eq!(head.target_form(), form, "{line}");
        assert_eq!(head.path_and_query(text.as_bytes()), path.as_bytes(), "{line}");
        assert_eq!(head.host(text.as_bytes()), Some(&b"a.test"[..]), "{line}");
    }
}

#[test]
fn an_absolute_target_gives_the_host_in_http_1_0() {
    let text = b"GET http://b.test:8080/x HTTP/1.0\r\n\r\n";
    let mut head = Head::new();
    assert!(parse_request(text, &mut head, &Limits::default()).is_ok());
    assert_eq!(head.host(text), Some(&b"b.test:8080"[..]));
    assert_eq!((head.minor_version(), head.keep_alive()), (0, false));
}

#[test]
fn limits_are_inclusive() {
    let text = b"GET /abc HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    let tight =
        Limits { head_bytes: text.len() as u32, target_bytes: 4, fields: 2, ..Limits::default() };
    let kind =
        |limits: Limits| parse_request(text, &mut Head::new(), &limits).map_err(|fault| fault.kind);
    assert_eq!(kind(tight), Ok(Parse::Complete { head_len: text.len() }));
    let head_bytes = tight.head_bytes - 1;
    assert_eq!(kind(Limits { head_bytes, ..tight }), Err(FaultKind::HeadTooLong));
    assert_eq!(kind(Limits { target_bytes: 3, ..tight }), Err(FaultKind::TargetTooLong));
    assert_eq!(kind(Limits { fields: 1, ..tight }), Err(FaultKind::TooManyFields));
}

#[test]
fn a_head_without_line_ends_is_looked_at_again_at_its_limit() {
    let limits = Limits { head_bytes: 64, ..Limits::default() };
    let text = [b'a'; 64];
    assert!(worth_parsing(&text, 0, &limits));
    assert!(!worth_parsing(&text[..63], 62, &limits));
    assert!(worth_parsing(&text, 63, &limits));
    assert!(worth_parsing(b"ab\n", 2, &limits));
    assert!(!worth_parsing(b"ab\nc", 3, &limits));
}

#[test]
fn faults_say_what_was_wrong() {
    for (fields, kind) in [
        ("A: b\r\n c\r\n", FaultKind::Fold),
        ("A : b\r\n", FaultKind::BlankBeforeColon),
        ("A_b: c\r\n", FaultKind::Underscore),
        ("A: b\n", FaultKind::LineEnd),
        ("A: b\0\r\n", FaultKind::ValueByte),
        ("A\r\n", FaultKind::LineEnd),
        ("(: b\r\n", FaultKind::NameByte),
        ("Host: a\r\n", FaultKind::HostRepeated),
        ("Content-Length: 1\r\nContent-Length: 1\r\n", FaultKind::LengthRepeated),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", FaultKind::LengthAndCoding),
        ("Connection: host\r\n", FaultKind::ConnectionNames),
    ] {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let answer = parse_request(text.as_bytes(), &mut Head::new(), &Limits::default());
        assert_eq!(answer, Err(Fault::client(kind)), "{fields:?}");
    }
}
