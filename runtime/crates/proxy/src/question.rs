//! One question a connection, answered on a thread of its own: what admin and probes have in common.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use meshc_http1::{
    Body, ExtraField, Field, Head, Limits, Method, Parse, StatusLine, parse_request,
    write_response_head,
};

/// How long a question may take to arrive, and its answer to be read.
const WAIT: Duration = Duration::from_secs(2);

/// Plain text.
pub const TEXT: &[u8] = b"text/plain; charset=utf-8";

/// An answer: status, content type, body.
pub type Page = (u16, &'static [u8], String);

/// Answers GET until the process ends; `page` gets the path.
pub fn serve(listener: &TcpListener, page: impl Fn(&[u8]) -> Page) {
    for stream in listener.incoming().flatten() {
        // Whoever hangs up early gets no answer.
        let _ = answer(stream, &page);
    }
}

fn answer(mut stream: TcpStream, page: &impl Fn(&[u8]) -> Page) -> std::io::Result<()> {
    let end = Instant::now() + WAIT;
    stream.set_write_timeout(Some(WAIT))?;
    stream.set_nodelay(true)?;
    let (mut input, mut head, limits) = (Vec::new(), Head::new(), Limits::default());
    let (status, kind, body) = loop {
        let mut piece = [0; 4_096];
        stream.set_read_timeout(Some(left(end)?))?;
        let count = stream.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        input.extend_from_slice(piece.get(..count).unwrap_or_default());
        match parse_request(&input, &mut head, &limits) {
            Ok(Parse::Partial) => {}
            Ok(Parse::Complete { .. }) if head.method_token() != Method::Get => {
                break (405, TEXT, "only GET is served here\n".to_owned());
            }
            Ok(Parse::Complete { .. }) => {
                let target = head.path_and_query(&input);
                break page(target.split(|&byte| byte == b'?').next().unwrap_or_default());
            }
            Err(fault) => break (fault.status(), TEXT, format!("{}\n", fault.reason())),
        }
    };
    let mut out = Vec::new();
    let extra: Vec<_> = ExtraField::new(b"content-type", kind).into_iter().collect();
    if let Some(line) = StatusLine::new(status, true) {
        let none = std::iter::empty::<Field<'_>>();
        write_response_head(&mut out, line, none, Body::Length(body.len() as u64), &extra);
    }
    out.extend_from_slice(body.as_bytes());
    stream.write_all(&out)
}

/// What is left until `end`; whoever sends a byte at a time does not get more.
///
/// # Errors
/// `TimedOut` where nothing is left.
pub fn left(end: Instant) -> std::io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(std::io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}
