//! What operators and their tools ask: one question a connection, on a thread of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use meshc_http1::{
    Body, ExtraField, Field, Head, Limits, Method, Parse, StatusLine, parse_request,
    write_response_head,
};

use crate::metrics::write_single;
use crate::process::gather;
use crate::state::State;

/// How long a question or the reading of its answer may take.
const WAIT: Duration = Duration::from_secs(2);

/// Answers until the process ends.
pub fn serve(listener: &TcpListener, state: &State) {
    for stream in listener.incoming().flatten() {
        // Whoever hangs up early gets no answer.
        let _ = answer(stream, state);
    }
}

fn answer(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    stream.set_nodelay(true)?;
    let (mut input, mut head, limits) = (Vec::new(), Head::new(), Limits::default());
    let (status, kind, body) = loop {
        let mut piece = [0; 4_096];
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
                break page(target.split(|&byte| byte == b'?').next().unwrap_or_default(), state);
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

const TEXT: &[u8] = b"text/plain; charset=utf-8";
const JSON: &[u8] = b"application/json";
const PROMETHEUS: &[u8] = b"text/plain; version=0.0.4; charset=utf-8";

fn page(path: &[u8], state: &State) -> (u16, &'static [u8], String) {
    match path {
        b"/live" => (200, TEXT, "live\n".to_owned()),
        b"/ready" if state.is_ready() => (200, TEXT, "ready\n".to_owned()),
        b"/ready" => (503, TEXT, "not ready\n".to_owned()),
        b"/snapshot" => {
            (200, JSON, serde_json::to_string(&state.standing()).unwrap_or_default() + "\n")
        }
        b"/denials" => (200, JSON, state.log.denials() + "\n"),
        b"/metrics" => (200, PROMETHEUS, metrics(state)),
        _ => {
            let text = "here are /ready, /live, /snapshot, /metrics and /denials\n";
            (404, TEXT, text.to_owned())
        }
    }
}

fn metrics(state: &State) -> String {
    let mut text = gather(state).text();
    let height = state.current().map_or(0, |one| one.height);
    let dropped = state.log.dropped();
    write_single(&mut text, "snapshot_height", "gauge", "Height of the snapshot enforced.", height);
    let help = "Access log lines dropped.";
    write_single(&mut text, "log_lines_dropped_total", "counter", help, dropped);
    text
}
