use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use meshc_http1::{Body, ChunkStep, Chunked, Head, Limits, Method, Parse, Side, parse_response};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// How long connecting, and any one read or write, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest body taken: a manifest of 10,000 workloads has about 2 MB.
const MOST: usize = 64 * 1024 * 1024;
/// Bytes read at a time.
const PIECE: usize = 16 * 1024;

/// One connection to the controller: HTTP/1.1 over TLS, blocking.
pub(super) struct Link {
    stream: StreamOwned<ClientConnection, TcpStream>,
    buffer: Vec<u8>,
    head: Head,
    limits: Limits,
    chunks: Option<Chunked>,
}

impl Link {
    pub(super) fn open(address: &str, config: Arc<ClientConfig>) -> Result<Self, String> {
        let failed = |error| format!("cannot reach the controller at {address}: {error}");
        let mut addresses = address.to_socket_addrs().map_err(failed)?;
        let at = addresses.next().ok_or(format!("{address} has no address"))?;
        let socket = TcpStream::connect_timeout(&at, PATIENCE).map_err(failed)?;
        socket.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        socket.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
        socket.set_nodelay(true).map_err(failed)?;
        // The name plays no part: the verifier looks at the SPIFFE ID.
        let name = ServerName::IpAddress(at.ip().into());
        let session = ClientConnection::new(config, name).map_err(|error| error.to_string())?;
        Ok(Self {
            stream: StreamOwned::new(session, socket),
            buffer: Vec::new(),
            head: Head::new(),
            limits: Limits::default(),
            chunks: None,
        })
    }

    /// Asks and gives the whole body of a 200; any other answer is an error with its words.
    pub(super) fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let (status, framing) = self.begin(method, path, body)?;
        let body = match framing {
            Body::Length(length) => self.exactly(usize::try_from(length).unwrap_or(usize::MAX))?,
            Body::None => Vec::new(),
            Body::Chunked | Body::UntilClose => {
                return Err("the controller's answer has no length".to_owned());
            }
        };
        if status == 200 {
            return Ok(body);
        }
        let words: String = String::from_utf8_lossy(&body).chars().take(500).collect();
        Err(format!("the controller answers {status} to {path}: {words}"))
    }

    /// Begins a stream of chunks; see [`Link::line`].
    pub(super) fn stream(&mut self, path: &str) -> Result<(), String> {
        let (status, framing) = self.begin("GET", path, b"")?;
        if (status, framing) != (200, Body::Chunked) {
            return Err(format!("the controller answers {status} to {path}"));
        }
        self.chunks = Some(Chunked::new(Side::Upstream, &self.limits));
        Ok(())
    }

    /// The next line of the stream.
    pub(super) fn line(&mut self, kept: &mut Vec<u8>) -> Result<Vec<u8>, String> {
        loop {
            if let Some(end) = kept.iter().position(|&byte| byte == b'\n') {
                let rest = kept.split_off(end + 1);
                return Ok(core::mem::replace(kept, rest));
            }
            if kept.len() > MOST {
                return Err("the controller's line does not end".to_owned());
            }
            let Some(chunks) = self.chunks.as_mut() else {
                return Err("no stream was begun".to_owned());
            };
            let step = chunks.decode(&self.buffer).map_err(|fault| fault.reason().to_owned())?;
            match step {
                ChunkStep::Data(range) => {
                    kept.extend_from_slice(self.buffer.get(range.clone()).unwrap_or_default());
                    self.buffer.drain(..range.end);
                }
                ChunkStep::NeedMore => {
                    self.buffer.clear();
                    self.fill()?;
                }
                ChunkStep::Done { .. } => return Err("the controller ended the stream".to_owned()),
            }
        }
    }

    /// Sends a request and reads the head of its answer.
    fn begin(&mut self, method: &str, path: &str, body: &[u8]) -> Result<(u16, Body), String> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: controller\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let sent = self.stream.write_all(&[head.as_bytes(), body].concat());
        sent.and_then(|()| self.stream.flush())
            .map_err(|error| format!("the controller is lost: {error}"))?;
        loop {
            let parsed = parse_response(&self.buffer, &mut self.head, Method::Get, &self.limits);
            match parsed.map_err(|fault| fault.reason().to_owned())? {
                Parse::Complete { head_len } => {
                    self.buffer.drain(..head_len);
                    return Ok((self.head.status(), self.head.body()));
                }
                Parse::Partial => self.fill()?,
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, String> {
        if length > MOST {
            return Err(format!("the controller's answer has {length} bytes"));
        }
        while self.buffer.len() < length {
            self.fill()?;
        }
        let rest = self.buffer.split_off(length);
        Ok(core::mem::replace(&mut self.buffer, rest))
    }

    fn fill(&mut self) -> Result<(), String> {
        let mut piece = [0; PIECE];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Err("the controller closed the connection".to_owned()),
                Ok(read) => {
                    self.buffer.extend_from_slice(piece.get(..read).unwrap_or_default());
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("the controller is lost: {error}")),
            }
        }
    }
}
