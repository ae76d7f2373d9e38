//! Properties over mutations of the rows and over generated messages.

use proptest::prelude::*;

use super::*;
use crate::tests::{REQUESTS, RESPONSES, rows};

/// Bytes that mean something somewhere in a message, and some that never do.
const TELLING: &[u8] = b"\r\n\t :,;/*?#%\\_-.@[]()\"=\0\x0b\x7f\x85\xff0159aAfFgGxXHTPC";

#[derive(Clone, Debug)]
enum Edit {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let byte = || prop_oneof![4 => prop::sample::select(TELLING), 1 => any::<u8>()];
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), byte()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        (index(), byte()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        index().prop_map(Edit::Remove),
        (index(), index()).prop_map(|(from, to)| Edit::Repeat(from, to)),
    ]
}

fn apply(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        if bytes.is_empty() {
            break;
        }
        match edit {
            Edit::Replace(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Edit::Insert(at, byte) => bytes.insert(at.index(bytes.len()), *byte),
            Edit::Remove(at) => {
                bytes.remove(at.index(bytes.len()));
            }
            Edit::Repeat(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

/// A row's bytes with up to four edits; half the rows unedited would be refused anyway.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let small = rows(text).into_iter().map(|row| row.bytes).filter(|bytes| bytes.len() < 4096);
    (prop::sample::select(small.collect::<Vec<_>>()), prop::collection::vec(edit(), 0..4))
        .prop_map(|(bytes, edits)| apply(bytes, &edits))
}

/// Well-formed requests with fields of all kinds.
fn sound_request() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        "[A-Za-z0-9!#$%&'*+.^`|~-]{1,20}",
        prop::sample::select(vec!["User-Agent", "accept", "TE", "Keep-Alive", "X-Meshc-Peer"])
            .prop_map(str::to_owned),
    ];
    let fields = prop::collection::vec((name, "[ -~\t\u{80}-\u{ff}]{0,40}"), 0..12);
    let framing = prop_oneof![
        Just(String::new()),
        (0u64..1 << 50).prop_map(|length| format!("Content-Length: {length}\r\n")),
        Just("transfer-encoding: Chunked\r\n".to_owned()),
    ];
    let method = prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), "[A-Z]{1,12}"];
    (method, "/[!-\"$-~]{0,60}", fields, framing).prop_map(|(method, target, fields, framing)| {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: a.test:8080\r\n{framing}");
        for (name, value) in fields {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.into_bytes()
    })
}

fn any_request() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![mutated(REQUESTS), sound_request(), prop::collection::vec(any::<u8>(), 0..200)]
}

/// What survives forwarding: names and values of the end-to-end fields, framing and Host aside.
fn end_to_end(head: &Head, input: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    head.fields(input)
        .filter(|field| !field.hop_by_hop)
        .filter(|field| !matches!(field.id, FieldId::Host | FieldId::ContentLength))
        .map(|field| (field.name.to_vec(), field.value.to_vec()))
        .collect()
}

fn count(head: &Head, input: &[u8], id: FieldId) -> usize {
    head.fields(input).filter(|field| field.id == id).count()
}

/// Writes an accepted request again; `None` for the forms the proxy never forwards.
fn forwarded(head: &Head, input: &[u8]) -> Option<Vec<u8>> {
    let host = head.host(input).unwrap_or(b"default.test");
    let line = RequestLine::new(head.method(input), head.path_and_query(input), host)?;
    let mut out = Vec::new();
    write_request_head(&mut out, &line, head.fields(input), head.body(), &[]);
    Some(out)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn accepted_requests_have_one_framing_and_survive_writing(input in any_request()) {
        let (limits, mut head, mut again) = (Limits::default(), Head::new(), Head::new());
        let Ok(Parse::Complete { head_len }) = parse_request(&input, &mut head, &limits) else {
            return Ok(());
        };
        prop_assert!(head_len <= input.len());
        let lengths = count(&head, &input, FieldId::ContentLength);
        let codings = count(&head, &input, FieldId::TransferEncoding);
        match head.body() {
            Body::None => prop_assert_eq!((lengths, codings), (0, 0)),
            Body::Length(_) => prop_assert_eq!((lengths, codings), (1, 0)),
            Body::Chunked => prop_assert_eq!((lengths, codings), (0, 1)),
            Body::UntilClose => prop_assert!(false, "a request never ends with its connection"),
        }
        let Some(first) = forwarded(&head, &input) else {
            prop_assert_eq!(head.method_token(), Method::Connect);
            return Ok(());
        };
        let written = parse_request(&first, &mut again, &limits);
        prop_assert_eq!(written, Ok(Parse::Complete { head_len: first.len() }));
        prop_assert_eq!(again.method(&first), head.method(&input));
        prop_assert_eq!(again.path_and_query(&first), head.path_and_query(&input));
        prop_assert_eq!(again.path_is_odd(), head.path_is_odd());
        prop_assert_eq!(again.body(), head.body());
        prop_assert_eq!(end_to_end(&again, &first), end_to_end(&head, &input));
        prop_assert_eq!(forwarded(&again, &first), Some(first.clone()));
    }

    #[test]
    fn generated_requests_are_accepted(input in sound_request()) {
        let mut head = Head::new();
        match parse_request(&input, &mut head, &Limits::default()) {
            Ok(Parse::Complete { head_len }) => prop_assert_eq!(head_len, input.len()),
            // The random method may be one that forbids the random body.
            Err(fault) => prop_assert!(matches!(
                fault.kind,
                FaultKind::TargetForm | FaultKind::BodyForbidden
            )),
            Ok(Parse::Partial) => prop_assert!(false, "a whole head is not partial"),
        }
    }

    #[test]
    fn a_prefix_agrees_with_the_whole(input in any_request(), cut in any::<prop::sample::Index>()) {
        let (limits, mut head) = (Limits::default(), Head::new());
        let whole = parse_request(&input, &mut head, &limits);
        let cut = cut.index(input.len() + 1);
        match parse_request(&input[..cut], &mut head, &limits) {
            Ok(Parse::Partial) => {
                if !worth_parsing(&input, cut, &limits) {
                    let complete = matches!(whole, Ok(Parse::Complete { .. }));
                    prop_assert!(!complete);
                }
            }
            other => prop_assert_eq!(other, whole),
        }
    }

    #[test]
    fn accepted_responses_have_one_framing_and_survive_writing(input in mutated(RESPONSES)) {
        let (limits, mut head, mut again) = (Limits::default(), Head::new(), Head::new());
        let Ok(Parse::Complete { .. }) = parse_response(&input, &mut head, Method::Get, &limits)
        else {
            return Ok(());
        };
        let close = head.body() == Body::UntilClose;
        let line = StatusLine::new(head.status(), close);
        prop_assert!(line.is_some());
        let mut out = Vec::new();
        if let Some(line) = line {
            write_response_head(&mut out, line, head.fields(&input), head.body(), &[]);
        }
        let written = parse_response(&out, &mut again, Method::Get, &limits);
        prop_assert_eq!(written, Ok(Parse::Complete { head_len: out.len() }));
        prop_assert_eq!(again.status(), head.status());
        prop_assert_eq!(again.body(), head.body());
        prop_assert_eq!(again.keep_alive(), !close);
        prop_assert_eq!(end_to_end(&again, &out), end_to_end(&head, &input));
    }

    #[test]
    fn chunks_written_are_chunks_read(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..8),
        step in 1usize..40,
        behind in prop::collection::vec(any::<u8>(), 0..10),
    ) {
        let mut body = Vec::new();
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            write_chunk_header(&mut body, piece.len());
            body.extend_from_slice(piece);
            write_chunk_end(&mut body);
        }
        write_last_chunk(&mut body);
        let body_len = body.len();
        body.extend_from_slice(&behind);
        let (payload, consumed) = read_chunks(&body, step)?;
        prop_assert_eq!(payload, pieces.concat());
        prop_assert_eq!(consumed, body_len);
    }

    #[test]
    fn a_chunked_body_is_read_alike_in_any_pieces(
        seed in prop::sample::select(vec![
            &b"5\r\nhello\r\n0\r\n\r\n"[..],
            b"5;a=b\r\nhello\r\na\r\n0123456789\r\n0\r\nX: y\r\nZ: w\r\n\r\n",
            b"0\r\nA:\r\n\r\nGET",
        ]),
        edits in prop::collection::vec(edit(), 0..3),
        step in 1usize..10,
    ) {
        let body = apply(seed.to_vec(), &edits);
        let whole = read_chunks(&body, body.len().max(1)).map_err(|fault| fault.to_string());
        prop_assert_eq!(read_chunks(&body, step).map_err(|fault| fault.to_string()), whole);
    }
}

/// Payload and bytes used of a body handed over in pieces; refusals and cuts as errors.
fn read_chunks(body: &[u8], step: usize) -> Result<(Vec<u8>, usize), TestCaseError> {
    let mut decoder = Chunked::new(Side::Client, &Limits::default());
    let (mut payload, mut at, mut seen) = (Vec::new(), 0, step.min(body.len()));
    loop {
        match decoder.decode(&body[at..seen]) {
            Ok(ChunkStep::Data(range)) => {
                payload.extend_from_slice(&body[at..][range.clone()]);
                at += range.end;
            }
            Ok(ChunkStep::Done { consumed }) => return Ok((payload, at + consumed)),
            Ok(ChunkStep::NeedMore) if seen == body.len() => {
                return Err(TestCaseError::fail(format!("cut after {payload:?}")));
            }
            Ok(ChunkStep::NeedMore) => {
                at = seen;
                seen = (seen + step).min(body.len());
            }
            Err(fault) => {
                return Err(TestCaseError::fail(format!("{fault:?} after {payload:?}")));
            }
        }
    }
}

#[test]
fn extra_fields_cannot_split_or_frame_a_message() {
    for (name, value) in [
        (&b"x"[..], &b"a\r\nb: c"[..]),
        (b"x", b"a\0"),
        (b"", b"a"),
        (b"x y", b"a"),
        (b"Host", b"a"),
        (b"content-length", b"5"),
        (b"Transfer-Encoding", b"chunked"),
    ] {
        assert!(ExtraField::new(name, value).is_none(), "{name:?}");
    }
    assert!(ExtraField::new(b"x-meshc-peer", b"spiffe://a/b").is_some());
}

#[test]
fn request_lines_cannot_split_a_message() {
    assert!(RequestLine::new(b"GET", b"/x?y", b"a.test").is_some());
    for (method, target, host) in [
        ("G T", "/", "a"),
        ("", "/", "a"),
        ("GET", "", "a"),
        ("GET", "x", "a"),
        ("GET", "/ HTTP/1.1\r\nX: y", "a"),
        ("GET", "/", ""),
        ("GET", "/", "a\r\nb"),
    ] {
        let line = RequestLine::new(method.as_bytes(), target.as_bytes(), host.as_bytes());
        assert!(line.is_none(), "{method} {target} {host}");
    }
}
