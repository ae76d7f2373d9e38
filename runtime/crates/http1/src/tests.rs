//! The rows of `tests/rows`, each read whole, byte by byte, and cut at every byte.

use super::*;

pub(crate) const REQUESTS: &str = include_str!("../tests/rows/requests.txt");
pub(crate) const RESPONSES: &str = include_str!("../tests/rows/responses.txt");

pub(crate) struct Row {
    id: &'static str,
    wanted: &'static str,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn rows(text: &'static str) -> Vec<Row> {
    let row = |line: &'static str| {
        let mut parts = line.splitn(4, " | ");
        let mut part = || parts.next().unwrap_or_else(|| panic!("four parts: {line}"));
        Row { id: part(), wanted: part(), bytes: bytes_of(part()) }
    };
    text.lines().map(row).collect()
}

fn bytes_of(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let used = match next {
            '\\' => {
                let (byte, used) = escape(rest);
                out.push(byte);
                used
            }
            '{' => {
                let end = rest.find('}').unwrap();
                out.extend(macro_bytes(rest.get(1..end).unwrap()));
                end + 1
            }
            _ => {
                out.extend(next.to_string().bytes());
                next.len_utf8()
            }
        };
        rest = rest.get(used..).unwrap();
    }
    out
}

fn escape(text: &str) -> (u8, usize) {
    match text.as_bytes()[1] {
        b'r' => (b'\r', 2),
        b'n' => (b'\n', 2),
        b't' => (b'\t', 2),
        b'0' => (0, 2),
        b'x' => (u8::from_str_radix(text.get(2..4).unwrap(), 16).unwrap(), 4),
        other => panic!("unknown escape {other}"),
    }
}

fn macro_bytes(name: &str) -> Vec<u8> {
    match name {
        "H" => b"Host: a.test\r\n".to_vec(),
        "P" => b"POST /x HTTP/1.1\r\nHost: a.test\r\n".to_vec(),
        "G" => b"GET /x HTTP/1.1\r\nHost: a.test\r\n".to_vec(),
        "S" => b"GET /smug HTTP/1.1\r\nHost: a.test\r\n\r\n".to_vec(),
        _ => {
            let (text, count) = name.rsplit_once('*').unwrap();
            bytes_of(text).repeat(count.parse().unwrap())
        }
    }
}

/// A stream of which more is seen step by step, as a socket would hand it over.
struct Stream<'a> {
    bytes: &'a [u8],
    at: usize,
    seen: usize,
    step: usize,
}

impl<'a> Stream<'a> {
    fn new(bytes: &'a [u8], step: usize) -> Self {
        Self { bytes, at: 0, seen: step.min(bytes.len()), step }
    }

    fn window(&self) -> &'a [u8] {
        &self.bytes[self.at..self.seen]
    }

    fn more(&mut self) -> bool {
        let before = self.seen;
        self.seen = (self.seen + self.step).min(self.bytes.len());
        self.seen > before
    }

    fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Reads a head; `None` when the stream ends inside it.
    fn head(
        &mut self,
        parse: &mut dyn FnMut(&[u8]) -> Result<Parse, Fault>,
    ) -> Option<Result<usize, Fault>> {
        loop {
            match parse(self.window()) {
                Ok(Parse::Complete { head_len }) => return Some(Ok(head_len)),
                Ok(Parse::Partial) if self.more() => {}
                Ok(Parse::Partial) => return None,
                Err(fault) => {
                    assert!(fault.close());
                    return Some(Err(fault));
                }
            }
        }
    }

    /// Reads a body; gives what the transcript says of it and whether the stream goes on.
    fn body(&mut self, body: Body, side: Side) -> (String, Option<String>) {
        match body {
            Body::None => ("none".into(), None),
            Body::UntilClose => {
                self.at = self.bytes.len();
                ("until-close".into(), None)
            }
            Body::Length(length) => {
                let end = self.at + usize::try_from(length).unwrap();
                let cut = end > self.bytes.len();
                self.at = end.min(self.bytes.len());
                self.seen = self.seen.max(self.at);
                (format!("length:{length}"), cut.then(|| "partial".into()))
            }
            Body::Chunked => self.chunked(side),
        }
    }

    fn chunked(&mut self, side: Side) -> (String, Option<String>) {
        let mut decoder = Chunked::new(side, &Limits::default());
        let mut payload = 0;
        loop {
            match decoder.decode(self.window()) {
                Ok(ChunkStep::Data(range)) => {
                    payload += range.len();
                    self.at += range.end;
                }
                Ok(ChunkStep::Done { consumed }) => {
                    self.at += consumed;
                    return (format!("chunked:{payload}"), None);
                }
                Ok(ChunkStep::NeedMore) => {
                    self.at = self.seen;
                    if !self.more() {
                        return ("chunked".into(), Some("partial".into()));
                    }
                }
                Err(fault) => {
                    assert_eq!(decoder.decode(b"0\r\n\r\n"), Err(fault), "a fault is final");
                    return ("chunked".into(), Some(fault.status().to_string()));
                }
            }
        }
    }
}

fn dropped(head: &Head, input: &[u8]) -> String {
    let names = head.fields(input).filter(|field| field.hop_by_hop);
    names.map(|field| format!(" -{}", String::from_utf8_lossy(field.name))).collect()
}

/// What comes of a client's bytes; the format is described beside the rows.
fn request_transcript(bytes: &[u8], step: usize) -> String {
    let (mut stream, mut head, limits) = (Stream::new(bytes, step), Head::new(), Limits::default());
    let mut said = Vec::new();
    while !stream.is_at_end() {
        let start = stream.at;
        match stream.head(&mut |input| parse_request(input, &mut head, &limits)) {
            None => said.push("partial".into()),
            Some(Err(fault)) => said.push(fault.status().to_string()),
            Some(Ok(head_len)) => {
                let input = &bytes[start..];
                stream.at += head_len;
                let (body, stop) = stream.body(head.body(), Side::Client);
                let mut message = format!(
                    "{} {} {body}{}",
                    String::from_utf8_lossy(head.method(input)),
                    String::from_utf8_lossy(head.target(input)),
                    dropped(&head, input),
                );
                let leaves = [
                    (!head.keep_alive(), " close"),
                    (head.upgrade_requested(), " upgrade"),
                    (head.method_token() == Method::Connect, " connect"),
                ];
                let left = leaves.iter().filter(|(leaves, _)| *leaves).map(|(_, word)| *word);
                let left: String = left.collect();
                message.push_str(&left);
                said.push(message);
                if stop.is_none() && left.is_empty() {
                    continue;
                }
                said.extend(stop);
            }
        }
        return said.join("; ");
    }
    said.push("end".into());
    said.join("; ")
}

/// What comes of an upstream's bytes in answer to one GET.
fn response_transcript(bytes: &[u8], step: usize) -> String {
    let (mut stream, mut head, limits) = (Stream::new(bytes, step), Head::new(), Limits::default());
    let mut said = Vec::new();
    loop {
        let start = stream.at;
        match stream.head(&mut |input| parse_response(input, &mut head, Method::Get, &limits)) {
            None => said.push("partial".into()),
            Some(Err(fault)) => said.push(fault.status().to_string()),
            Some(Ok(_)) if said.len() == usize::from(limits.interim_responses) => {
                said.push("502".into());
            }
            Some(Ok(head_len)) => {
                stream.at += head_len;
                let (body, stop) = stream.body(head.body(), Side::Upstream);
                let mut message =
                    format!("{} {body}{}", head.status(), dropped(&head, &bytes[start..]));
                if head.status() < 200 {
                    said.push(message);
                    continue;
                }
                if !head.keep_alive() {
                    message.push_str(" close");
                }
                match (stop, bytes.len() - stream.at) {
                    (Some(stop), _) if stop == "partial" => message.push_str(" partial"),
                    (Some(stop), _) => message.push_str(&format!("; {stop}")),
                    (None, 0) => {}
                    (None, surplus) => message.push_str(&format!(" surplus:{surplus}")),
                }
                said.push(message);
            }
        }
        return said.join("; ");
    }
}

fn check(rows: Vec<Row>, least: usize, transcript: fn(&[u8], usize) -> String) {
    assert!(rows.len() >= least, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        // Byte by byte is quadratic in the head; the largest rows come in larger pieces.
        let pieces = if row.bytes.len() < 8192 { 1 } else { 1021 };
        for step in [row.bytes.len(), pieces] {
            let got = transcript(&row.bytes, step);
            if got != row.wanted {
                wrong
                    .push(format!("{} in steps of {step}: {got}\n  wanted {}", row.id, row.wanted));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn request_rows() {
    check(rows(REQUESTS), 108 + 50, request_transcript);
}

#[test]
fn response_rows() {
    check(rows(RESPONSES), 18 + 18, response_transcript);
}

/// A prefix is answered `Partial`, or with the very fault the whole is refused for.
#[test]
fn every_prefix_agrees_with_the_whole() {
    let limits = Limits::default();
    for row in rows(REQUESTS).into_iter().filter(|row| row.bytes.len() < 8192) {
        let mut head = Head::new();
        let whole = parse_request(&row.bytes, &mut head, &limits);
        for cut in 0..row.bytes.len() {
            match parse_request(&row.bytes[..cut], &mut head, &limits) {
                Ok(Parse::Partial) => {}
                other => assert_eq!(other, whole, "{} cut at {cut}", row.id),
            }
        }
    }
    for row in rows(RESPONSES).into_iter().filter(|row| row.bytes.len() < 8192) {
        let mut head = Head::new();
        let whole = parse_response(&row.bytes, &mut head, Method::Get, &limits);
        for cut in 0..row.bytes.len() {
            match parse_response(&row.bytes[..cut], &mut head, Method::Get, &limits) {
                Ok(Parse::Partial) => {}
                other => assert_eq!(other, whole, "{} cut at {cut}", row.id),
            }
        }
    }
}
