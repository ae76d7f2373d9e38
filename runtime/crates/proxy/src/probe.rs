//! Probes: the paths a slice names, answered without identity on a port of their own. Each asks the
//! application for that one path and tells its status; nothing else is reached, no body is passed.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use meshc_http1::{Head, Limits, Method, Parse, parse_response};

use crate::question::{Page, TEXT, left};
use crate::state::State;

/// How long the application may take; a kubelet waits a second by default.
const WAIT: Duration = Duration::from_secs(1);

/// Answers one probe.
pub fn page(path: &[u8], state: &State) -> Page {
    let Some(current) = state.current() else {
        return (503, TEXT, "there is no snapshot yet\n".to_owned());
    };
    let inbound = &current.tables.slice().inbound;
    let named = inbound.probes.iter().find(|probe| probe.path.as_bytes() == path);
    let port = named.and_then(|probe| inbound.listeners.iter().find(|one| one.name == probe.port));
    let (Some(probe), Some(port)) = (named, port) else {
        return (404, TEXT, "no probe of this workload has that path\n".to_owned());
    };
    let application = SocketAddr::new(state.arguments.app, port.target);
    match ask(application, &probe.path) {
        Ok(status) => (status, TEXT, format!("the application answers {status}\n")),
        Err(why) => (503, TEXT, format!("the application does not answer: {why}\n")),
    }
}

/// The application's status for a path.
fn ask(application: SocketAddr, path: &str) -> Result<u16, String> {
    let said = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect_timeout(&application, WAIT).map_err(said)?;
    let end = Instant::now() + WAIT;
    stream.set_write_timeout(Some(WAIT)).map_err(said)?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(said)?;
    let (mut input, mut head, limits) = (Vec::new(), Head::new(), Limits::default());
    loop {
        let mut piece = [0; 4_096];
        let wait = left(end).map_err(said)?;
        stream.set_read_timeout(Some(wait)).map_err(said)?;
        let count = stream.read(&mut piece).map_err(said)?;
        if count == 0 {
            return Err("it hung up".to_owned());
        }
        input.extend_from_slice(piece.get(..count).unwrap_or_default());
        let parsed = parse_response(&input, &mut head, Method::Get, &limits);
        match parsed.map_err(|fault| fault.reason().to_owned())? {
            Parse::Complete { .. } => return Ok(head.status()),
            Parse::Partial => {}
        }
    }
}
