use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use meshc_http1::{
    Body, ExtraField, Field, Head, Limits, Method, Parse, RequestLine, Side, parse_response,
    write_request_head,
};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::body::{Flow, Wrap};
use crate::tls::in_words;

/// A connection to the controller that carries one request at a time.
pub struct Exchange {
    stream: StreamOwned<ClientConnection, TcpStream>,
    flow: Flow,
    input: Vec<u8>,
    /// Whether another request may follow.
    lasts: bool,
    /// The status of the answer.
    pub status: u16,
}

/// Questions one after the other, over one connection as long as the controller keeps it.
pub struct Session<'a> {
    config: Arc<ClientConfig>,
    address: &'a str,
    exchange: Option<Exchange>,
}

/// How long the controller may take to accept.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may send nothing; a watch stream shows life every 2 s.
const SILENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const MAX_BODY: usize = 64 << 20;

impl Exchange {
    /// Sends the only request of a connection and reads the head of its answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn begin(
        config: Arc<ClientConfig>,
        address: &str,
        request: (Method, &str),
        body: &[u8],
    ) -> Result<Self, String> {
        let mut exchange = Self::open(config, address)?;
        exchange.lasts = false;
        exchange.ask(address, request, body)?;
        Ok(exchange)
    }

    fn open(config: Arc<ClientConfig>, address: &str) -> Result<Self, String> {
        let stream = connect(config, address)?;
        Ok(Self { stream, flow: Flow::Done, input: Vec::new(), lasts: true, status: 0 })
    }

    /// Sends a request, behind whatever was answered whole, and reads the head of its answer.
    fn ask(
        &mut self,
        address: &str,
        (method, target): (Method, &str),
        body: &[u8],
    ) -> Result<(), String> {
        self.send(address, (method, target), body)?;
        let limits = Limits::default();
        let mut head = Head::new();
        loop {
            match parse_response(&self.input, &mut head, method, &limits) {
                Ok(Parse::Complete { head_len }) => {
                    self.input.drain(..head_len);
                    if head.status() >= 200 {
                        self.status = head.status();
                        self.flow = Flow::new(head.body(), Side::Upstream, &limits);
                        self.lasts &= head.keep_alive();
                        return Ok(());
                    }
                }
                Ok(Parse::Partial) => {
                    if !self.fill()? {
                        return Err("the connection ended before the answer".to_owned());
                    }
                }
                Err(fault) => return Err(fault.reason().to_owned()),
            }
        }
    }

    fn send(
        &mut self,
        address: &str,
        (method, target): (Method, &str),
        body: &[u8],
    ) -> Result<(), String> {
        let method: &[u8] = if method == Method::Post { b"POST" } else { b"GET" };
        let line = RequestLine::new(method, target.as_bytes(), address.as_bytes());
        let line = line.ok_or_else(|| format!("`{address}` is no address of a controller"))?;
        let framing = if body.is_empty() { Body::None } else { Body::Length(body.len() as u64) };
        let close = (!self.lasts).then(|| ExtraField::new(b"connection", b"close")).flatten();
        let extra = [ExtraField::new(b"content-type", b"application/json"), close];
        let extra: Vec<_> = extra.into_iter().flatten().collect();
        let mut out = Vec::new();
        write_request_head(&mut out, &line, std::iter::empty::<Field<'_>>(), framing, &extra);
        out.extend_from_slice(body);
        self.stream
            .write_all(&out)
            .and_then(|()| self.stream.flush())
            .map_err(|error| broken(&error))
    }

    /// Reads more; false at the end.
    fn fill(&mut self) -> Result<bool, String> {
        let mut piece = vec![0; 16 * 1024];
        let count = match self.stream.read(&mut piece) {
            // A peer that leaves without saying so ends no body; the framing tells.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            result => result.map_err(|error| broken(&error))?,
        };
        self.input.extend_from_slice(piece.get(..count).unwrap_or_default());
        Ok(count > 0)
    }

    /// Moves what has come of the body to `out`, waiting for more; false at its end.
    ///
    /// # Errors
    /// The answer broke off or took too long.
    pub fn read(&mut self, out: &mut Vec<u8>) -> Result<bool, String> {
        if self.flow.is_done() {
            return Ok(false);
        }
        if self.input.is_empty() && !self.fill()? {
            if matches!(self.flow, Flow::UntilClose) {
                self.flow = Flow::Done;
                return Ok(false);
            }
            return Err("the answer broke off".to_owned());
        }
        let used = self.flow.pass(Wrap::Bare, &self.input, out);
        let used = used.map_err(|fault| fault.reason().to_owned())?;
        self.input.drain(..used);
        Ok(true)
    }

    /// The whole body.
    ///
    /// # Errors
    /// It broke off, took too long or is too long.
    pub fn body(mut self) -> Result<Vec<u8>, String> {
        self.rest(MAX_BODY)
    }

    /// The whole body, which has at most so many bytes.
    fn rest(&mut self, longest: usize) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        while self.read(&mut body)? {
            if body.len() > longest {
                return Err(format!("the answer is longer than {longest} bytes"));
            }
        }
        Ok(body)
    }
}

impl<'a> Session<'a> {
    /// A session that connects when it is first asked.
    #[must_use]
    pub const fn new(config: Arc<ClientConfig>, address: &'a str) -> Self {
        Self { config, address, exchange: None }
    }

    /// The whole answer, which must be a 200 and have at most so many bytes.
    ///
    /// # Errors
    /// Why there is none; what the controller says where it refuses.
    pub fn get(&mut self, target: &str, longest: usize) -> Result<Vec<u8>, String> {
        let request = (Method::Get, target);
        let mut exchange = match self.exchange.take() {
            Some(exchange) => exchange,
            None => Exchange::open(Arc::clone(&self.config), self.address)?,
        };
        exchange.ask(self.address, request, &[])?;
        let body = exchange.rest(longest)?;
        let status = exchange.status;
        self.exchange = exchange.lasts.then_some(exchange);
        wanted(status, request, body)
    }
}

/// Asks and reads the whole answer, which must be a 200.
///
/// # Errors
/// Why there is none; what the controller says where it refuses.
pub fn ask(
    config: Arc<ClientConfig>,
    address: &str,
    request: (Method, &str),
    body: &[u8],
) -> Result<Vec<u8>, String> {
    let exchange = Exchange::begin(config, address, request, body)?;
    let status = exchange.status;
    wanted(status, request, exchange.body()?)
}

/// The body of a 200.
fn wanted(status: u16, request: (Method, &str), body: Vec<u8>) -> Result<Vec<u8>, String> {
    if status == 200 {
        return Ok(body);
    }
    let said = String::from_utf8_lossy(body.get(..300).unwrap_or(&body)).into_owned();
    Err(format!("{} was answered with {status}: {}", request.1, said.trim()))
}

fn connect(
    config: Arc<ClientConfig>,
    address: &str,
) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let mut found = address.to_socket_addrs().map_err(said)?;
    let socket = found.next().ok_or_else(|| format!("`{address}` has no address"))?;
    let stream = TcpStream::connect_timeout(&socket, CONNECT).map_err(said)?;
    stream.set_read_timeout(Some(SILENCE)).map_err(said)?;
    stream.set_write_timeout(Some(SILENCE)).map_err(said)?;
    stream.set_nodelay(true).map_err(said)?;
    // The verifier asks for the controller's SPIFFE ID; this name is not looked at.
    let name = ServerName::IpAddress(socket.ip().into());
    let session = ClientConnection::new(config, name).map_err(said)?;
    Ok(StreamOwned::new(session, stream))
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Why a stream broke, in words.
fn broken(error: &std::io::Error) -> String {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    tls.map_or_else(|| error.to_string(), in_words)
}
