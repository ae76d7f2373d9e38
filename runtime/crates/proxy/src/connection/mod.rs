//! Connections: a socket, maybe a TLS session, and what is spoken over it.

mod inbound;
mod outbound;
mod stream;

use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use meshc_decide::{ListenerIx, Peer};
use rustix::io::Errno;

use crate::clock::{NEVER, Nanos};
use crate::exchange::Exchange;
use crate::listener::Door;
use crate::pool::PoolKey;
use crate::slots::Token;
use crate::socket::{self, Read};
use crate::tls::{RecordLayer, Session, TlsFault};

/// One connection.
#[derive(Debug)]
pub struct Connection {
    /// Its name in the thread's slots.
    pub token: Token,
    /// What is spoken.
    pub kind: Kind,
    /// How far it has come.
    pub phase: Phase,
    /// When its present wait is over.
    pub deadline: Nanos,
    /// When the wheel will look at it.
    pub looked_at: Nanos,
    /// There may be something to read.
    pub readable: bool,
    /// The other side is behind: nothing is read until it has caught up.
    pub paused: bool,
    /// The peer has sent its end.
    pub ended: bool,
    /// To be closed once everything is sent.
    pub closing: bool,
    /// To be closed at once, so that the peer sees no clean end.
    pub aborted: bool,
    /// Bytes received, opened and not yet used: a partial head, a request that waits its turn.
    pub plain: Vec<u8>,
    socket: OwnedFd,
    session: Option<Session>,
    /// Part of a record.
    cipher: Vec<u8>,
    /// On the way out, sealed where there is TLS.
    unsent: Vec<u8>,
    sent: usize,
    /// To be sealed and sent once the connection stands.
    waiting: Vec<u8>,
    hung_up: bool,
    end_sent: bool,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// We wait for the peer to accept.
    Connecting,
    /// TLS is being agreed on.
    Handshaking,
    /// Data flows.
    Open,
    /// Everything is said; what still comes is thrown away until the peer closes.
    Lingering,
}

/// What is spoken over a connection. HTTP/2 will be two further kinds here.
#[derive(Debug)]
pub enum Kind {
    /// HTTP/1.1, we are the server.
    Server(Box<Server>),
    /// HTTP/1.1, we are the client.
    Client(Client),
    /// Opaque bytes.
    Stream(Box<Stream>),
}

/// The server's side of an HTTP connection.
#[derive(Debug)]
pub struct Server {
    /// Where it came in.
    pub door: Arc<Door>,
    /// Who is at the other end, by the tables of one generation.
    pub peer: Option<(u64, ListenerIx, Peer)>,
    /// The request under way.
    pub exchange: Option<Box<Exchange>>,
    /// Bytes of `plain` that a parser has called partial.
    pub seen: usize,
    /// Whether a request was served already.
    pub used: bool,
}

/// The client's side of an HTTP connection.
#[derive(Debug)]
pub struct Client {
    /// Where it leads.
    pub key: PoolKey,
    /// Whose request it carries.
    pub owner: Option<Token>,
    /// It was in the pool: it may have died there.
    pub reused: bool,
}

/// One side of a connection whose bytes mean nothing to us.
#[derive(Debug)]
pub struct Stream {
    /// Where it came in, on the accepting side.
    pub door: Option<Arc<Door>>,
    /// The other side.
    pub other: Option<Token>,
    /// Bytes received.
    pub received: u64,
    /// When it began.
    pub started: Nanos,
}

/// Why a connection is over.
#[derive(Debug)]
pub enum Broken {
    /// The kernel says so.
    Socket(Errno),
    /// TLS says so.
    Tls(TlsFault),
}

/// Bytes read at once.
pub const READ: usize = 128 * 1024;
/// Bytes on the way out from which the source of them is paused.
pub const HIGH_WATER: usize = 256 * 1024;

impl Connection {
    /// A connection in its first phase; with a session it begins with a handshake.
    pub fn new(token: Token, socket: OwnedFd, session: Option<Session>, kind: Kind) -> Self {
        Self {
            token,
            kind,
            phase: if session.is_some() { Phase::Handshaking } else { Phase::Open },
            deadline: NEVER,
            looked_at: NEVER,
            readable: false,
            paused: false,
            ended: false,
            closing: false,
            aborted: false,
            plain: Vec::new(),
            socket,
            session,
            cipher: Vec::new(),
            unsent: Vec::new(),
            sent: 0,
            waiting: Vec::new(),
            hung_up: false,
            end_sent: false,
        }
    }

    /// The socket.
    pub const fn socket(&self) -> &OwnedFd {
        &self.socket
    }

    /// The identity the peer has proved.
    pub fn identity(&self) -> Option<&str> {
        self.session.as_ref()?.peer()
    }

    /// The address the peer connects from: a system call.
    pub fn address(&self) -> Option<IpAddr> {
        crate::socket::peer(&self.socket).map(|peer| peer.ip())
    }

    /// Who the peer is and where.
    pub fn known(&self) -> (Option<&str>, Option<IpAddr>) {
        (self.identity(), self.address())
    }

    /// The peer has sent its end: reads go on until it is found.
    pub fn note_hang_up(&mut self) {
        self.hung_up = true;
    }

    /// Bytes that the peer has not taken yet.
    pub fn backlog(&self) -> usize {
        self.unsent.len() - self.sent + self.waiting.len()
    }

    /// Whether nothing is pending in either direction, so that it can carry another request.
    pub fn is_clean(&self) -> bool {
        self.phase == Phase::Open
            && !self.ended
            && !self.closing
            && !self.aborted
            && self.backlog() == 0
            && self.plain.is_empty()
            && self.cipher.is_empty()
    }

    /// Goes on after the socket became writable for the first time.
    pub fn connected(&mut self, wire: &mut Vec<u8>) -> Result<(), Broken> {
        socket::connected(&self.socket).map_err(Broken::Socket)?;
        self.phase = if self.session.is_some() { Phase::Handshaking } else { Phase::Open };
        if let Some(session) = &mut self.session {
            wire.clear();
            session.open(&mut [], &mut Vec::new(), wire)?;
            return self.transmit(wire);
        }
        self.send_waiting(wire)
    }

    /// Reads once into `input` (opened where there is TLS). `wire` is scratch.
    pub fn receive(&mut self, input: &mut Vec<u8>, wire: &mut Scratch) -> Result<(), Broken> {
        if self.session.is_none() {
            return self.read(input);
        }
        let cipher = &mut wire.received;
        cipher.clear();
        cipher.append(&mut self.cipher);
        self.read(cipher)?;
        let result = self.open(cipher, input, &mut wire.sealed);
        if self.cipher.is_empty() {
            self.cipher = Vec::new();
        }
        result
    }

    fn open(
        &mut self,
        cipher: &mut [u8],
        input: &mut Vec<u8>,
        sealed: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        let Some(session) = &mut self.session else { return Ok(()) };
        sealed.clear();
        let opened = session.open(cipher, input, sealed);
        if !sealed.is_empty() {
            self.transmit(sealed)?;
        }
        let opened = opened?;
        self.cipher.extend_from_slice(cipher.get(opened.used..).unwrap_or_default());
        self.ended |= opened.ended;
        if opened.ready && self.phase == Phase::Handshaking {
            self.phase = Phase::Open;
            return self.send_waiting(sealed);
        }
        Ok(())
    }

    fn read(&mut self, into: &mut Vec<u8>) -> Result<(), Broken> {
        into.reserve(READ);
        let spare = into.capacity() - into.len();
        match socket::receive(&self.socket, into).map_err(Broken::Socket)? {
            // A short read has drained the socket, except that the peer's end may stand behind it.
            Read::Bytes(count) => self.readable = count == spare || self.hung_up,
            Read::Empty => self.readable = false,
            Read::End => {
                self.readable = false;
                self.ended = true;
            }
        }
        Ok(())
    }

    /// Sends `plain`, sealed where there is TLS; what the kernel does not take waits.
    pub fn send(&mut self, plain: &[u8], sealed: &mut Vec<u8>) -> Result<(), Broken> {
        if plain.is_empty() {
            return Ok(());
        }
        if matches!(self.phase, Phase::Connecting | Phase::Handshaking) {
            self.waiting.extend_from_slice(plain);
            return Ok(());
        }
        match &mut self.session {
            None => self.transmit(plain),
            Some(session) => {
                sealed.clear();
                session.seal(&mut self.cipher, plain, sealed)?;
                self.transmit(sealed)
            }
        }
    }

    fn send_waiting(&mut self, sealed: &mut Vec<u8>) -> Result<(), Broken> {
        let waiting = std::mem::take(&mut self.waiting);
        self.send(&waiting, sealed)
    }

    fn transmit(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let mut rest = bytes;
        while self.unsent.is_empty() && !rest.is_empty() {
            match socket::send(&self.socket, rest).map_err(Broken::Socket)? {
                0 => break,
                count => rest = rest.get(count..).unwrap_or_default(),
            }
        }
        self.unsent.extend_from_slice(rest);
        Ok(())
    }

    /// Sends what waited for the socket to become writable.
    pub fn flush(&mut self) -> Result<(), Broken> {
        while let Some(rest) = self.unsent.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match socket::send(&self.socket, rest).map_err(Broken::Socket)? {
                0 => return Ok(()),
                count => self.sent += count,
            }
        }
        self.unsent = Vec::new();
        self.sent = 0;
        Ok(())
    }

    /// Sends our end behind everything else, once everything else is sent.
    pub fn end(&mut self) {
        if self.end_sent || self.backlog() > 0 || self.phase == Phase::Connecting {
            return;
        }
        if let Some(session) = &mut self.session {
            let mut alert = Vec::new();
            session.close(&mut self.cipher, &mut alert);
            // A peer that is gone misses nothing.
            let _ = socket::send(&self.socket, &alert);
        }
        self.end_sent = true;
        socket::end(&self.socket);
    }

    /// Whether our end is sent.
    pub const fn has_ended(&self) -> bool {
        self.end_sent
    }

    /// Has the peer see no clean end when this is dropped.
    pub fn reset(&self) {
        socket::reset_on_close(&self.socket);
    }
}

/// Memory of a thread for what passes through connections.
#[derive(Debug, Default)]
pub struct Scratch {
    /// As it came.
    pub received: Vec<u8>,
    /// As it goes.
    pub sealed: Vec<u8>,
}

impl From<TlsFault> for Broken {
    fn from(fault: TlsFault) -> Self {
        Self::Tls(fault)
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(error) => write!(f, "{error}"),
            Self::Tls(fault) => write!(f, "{fault}"),
        }
    }
}
