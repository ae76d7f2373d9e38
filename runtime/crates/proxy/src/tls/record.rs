use std::fmt;
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
};
use rustls::{ClientConfig, ServerConfig};

use super::verify;

/// The record layer of one connection. Behind it lies rustls' unbuffered API; keys of our own or
/// kernel TLS would fit behind it too.
pub trait RecordLayer {
    /// Opens the records at the start of `input` in place: their payload goes to `plain`, what has
    /// to be answered to `wire`.
    ///
    /// # Errors
    /// The connection is broken; `wire` may hold an alert to send.
    fn open(
        &mut self,
        input: &mut [u8],
        plain: &mut Vec<u8>,
        wire: &mut Vec<u8>,
    ) -> Result<Opened, TlsFault>;

    /// Seals `plain` into records appended to `wire`. `kept` is the input that the last `open` did
    /// not use up: a message cut into records may reach back into it.
    ///
    /// # Errors
    /// The connection is broken or not yet made.
    fn seal(&mut self, kept: &mut [u8], plain: &[u8], wire: &mut Vec<u8>) -> Result<(), TlsFault>;
}

/// How far [`RecordLayer::open`] came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opened {
    /// Bytes of the input used up; the rest is part of a record.
    pub used: usize,
    /// The handshake is over and data may be sent.
    pub ready: bool,
    /// The peer has said that nothing more will come.
    pub ended: bool,
}

/// Why a TLS connection is over.
#[derive(Debug)]
pub struct TlsFault(String);

/// A TLS connection by rustls.
pub struct Session {
    side: Side,
    peer: Option<Box<str>>,
    ended: bool,
    /// A fault was met: rustls still points into input that is gone, so it is not asked again.
    broken: bool,
}

enum Side {
    Client(Box<UnbufferedClientConnection>),
    Server(Box<UnbufferedServerConnection>),
}

enum Step {
    Again,
    Blocked,
    Ready,
    Ended,
}

/// Room for the records of a handshake flight, made before it is known how much is needed.
const FLIGHT: usize = 4_096;
/// Most payload of one record (RFC 8446, 5.1).
const RECORD: usize = 16_384;
/// What a record takes beyond its payload: header, inner type, tag.
const OVERHEAD: usize = 5 + 1 + 16;

impl Session {
    /// The server's side.
    ///
    /// # Errors
    /// The configuration cannot serve.
    pub fn server(config: Arc<ServerConfig>) -> Result<Self, TlsFault> {
        let side = UnbufferedServerConnection::new(config).map_err(|error| TlsFault::of(&error))?;
        Ok(Self { side: Side::Server(Box::new(side)), peer: None, ended: false, broken: false })
    }

    /// The client's side. No name is sent: the server is known by its SPIFFE ID, which the
    /// configuration's verifier asks for.
    ///
    /// # Errors
    /// The configuration cannot serve.
    pub fn client(config: Arc<ClientConfig>, address: std::net::IpAddr) -> Result<Self, TlsFault> {
        let name = ServerName::IpAddress(address.into());
        let side =
            UnbufferedClientConnection::new(config, name).map_err(|error| TlsFault::of(&error))?;
        Ok(Self { side: Side::Client(Box::new(side)), peer: None, ended: false, broken: false })
    }

    /// The peer's identity, verified in the handshake; absent where none was asked for.
    #[must_use]
    pub fn peer(&self) -> Option<&str> {
        self.peer.as_deref()
    }

    /// Appends the alert that says nothing more will come; `kept` as for [`RecordLayer::seal`].
    pub fn close(&mut self, kept: &mut [u8], wire: &mut Vec<u8>) {
        fn queue<D>(state: UnbufferedStatus<'_, '_, D>, wire: &mut Vec<u8>) {
            if let Ok(ConnectionState::WriteTraffic(mut traffic)) = state.state {
                let start = wire.len();
                wire.resize(start + 64, 0);
                let room = wire.get_mut(start..).unwrap_or_default();
                let written = traffic.queue_close_notify(room).unwrap_or(0);
                wire.truncate(start + written);
            }
        }
        match &mut self.side {
            _ if self.broken => {}
            Side::Client(side) => queue(side.process_tls_records(kept), wire),
            Side::Server(side) => queue(side.process_tls_records(kept), wire),
        }
    }
}

impl RecordLayer for Session {
    fn open(
        &mut self,
        input: &mut [u8],
        plain: &mut Vec<u8>,
        wire: &mut Vec<u8>,
    ) -> Result<Opened, TlsFault> {
        if self.broken {
            return Err(TlsFault("the connection is broken".to_owned()));
        }
        let mut used = 0;
        loop {
            let rest = input.get_mut(used..).unwrap_or_default();
            let (discard, result) = match &mut self.side {
                Side::Client(side) => step(side.process_tls_records(rest), plain, wire),
                Side::Server(side) => step(side.process_tls_records(rest), plain, wire),
            };
            if let Some(peer) = verify::take_verified() {
                self.peer = Some(peer.id().as_str().into());
            }
            used += discard;
            match result {
                Ok(Step::Again) => {}
                Ok(Step::Blocked) => return Ok(Opened { used, ready: false, ended: self.ended }),
                Ok(Step::Ready) => {
                    let handshaking = match &self.side {
                        Side::Client(side) => side.is_handshaking(),
                        Side::Server(side) => side.is_handshaking(),
                    };
                    return Ok(Opened { used, ready: !handshaking, ended: self.ended });
                }
                Ok(Step::Ended) => self.ended = true,
                Err(fault) => {
                    self.alert(input.get_mut(used..).unwrap_or_default(), wire);
                    self.broken = true;
                    return Err(fault);
                }
            }
            if self.ended && used >= input.len() {
                return Ok(Opened { used, ready: true, ended: true });
            }
        }
    }

    fn seal(&mut self, kept: &mut [u8], plain: &[u8], wire: &mut Vec<u8>) -> Result<(), TlsFault> {
        if self.broken {
            return Err(TlsFault("the connection is broken".to_owned()));
        }
        let records = plain.len() / RECORD + 1;
        let room = plain.len() + records * OVERHEAD;
        match &mut self.side {
            Side::Client(side) => seal(side.process_tls_records(kept), plain, room, wire),
            Side::Server(side) => seal(side.process_tls_records(kept), plain, room, wire),
        }
    }
}

impl Session {
    /// Appends the alert that rustls has queued after a fault; `rest` is the input it was met in.
    /// Once the alert is out rustls is asked nothing more: it would read `rest` again, meet the
    /// fault again, and assert that it has not answered one yet.
    fn alert(&mut self, rest: &mut [u8], wire: &mut Vec<u8>) {
        let (mut nothing, mut used) = (Vec::new(), 0);
        let before = wire.len();
        for _ in 0..4 {
            let rest = rest.get_mut(used..).unwrap_or_default();
            let (discard, result) = match &mut self.side {
                Side::Client(side) => step(side.process_tls_records(rest), &mut nothing, wire),
                Side::Server(side) => step(side.process_tls_records(rest), &mut nothing, wire),
            };
            used += discard;
            if wire.len() > before || !matches!(result, Ok(Step::Again)) {
                return;
            }
        }
    }
}

/// Works off one state of rustls; gives how much of the input it used up.
fn step<D>(
    status: UnbufferedStatus<'_, '_, D>,
    plain: &mut Vec<u8>,
    wire: &mut Vec<u8>,
) -> (usize, Result<Step, TlsFault>) {
    let UnbufferedStatus { mut discard, state } = status;
    let result = match state {
        Ok(ConnectionState::ReadTraffic(mut traffic)) => loop {
            match traffic.next_record() {
                Some(Ok(record)) => {
                    plain.extend_from_slice(record.payload);
                    discard += record.discard;
                }
                Some(Err(error)) => break Err(TlsFault::of(&error)),
                None => break Ok(Step::Again),
            }
        },
        Ok(ConnectionState::EncodeTlsData(mut flight)) => {
            encode(wire, FLIGHT, |room| match flight.encode(room) {
                Ok(written) => Ok(Ok(written)),
                Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) => {
                    Ok(Err(required_size))
                }
                Err(error) => Err(TlsFault::new(error)),
            })
            .map(|()| Step::Again)
        }
        Ok(ConnectionState::TransmitTlsData(sent)) => {
            sent.done();
            Ok(Step::Again)
        }
        Ok(ConnectionState::BlockedHandshake) => Ok(Step::Blocked),
        Ok(ConnectionState::WriteTraffic(_)) => Ok(Step::Ready),
        Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => Ok(Step::Ended),
        Ok(_) => Err(TlsFault("early data is not taken".to_owned())),
        Err(error) => Err(TlsFault::of(&error)),
    };
    (discard, result)
}

fn seal<D>(
    status: UnbufferedStatus<'_, '_, D>,
    plain: &[u8],
    room: usize,
    wire: &mut Vec<u8>,
) -> Result<(), TlsFault> {
    match status.state {
        Ok(ConnectionState::WriteTraffic(mut traffic)) => {
            encode(wire, room, |room| match traffic.encrypt(plain, room) {
                Ok(written) => Ok(Ok(written)),
                Err(EncryptError::InsufficientSize(InsufficientSizeError { required_size })) => {
                    Ok(Err(required_size))
                }
                Err(error) => Err(TlsFault::new(error)),
            })
        }
        Ok(_) => Err(TlsFault("the connection takes no data now".to_owned())),
        Err(error) => Err(TlsFault::of(&error)),
    }
}

/// Appends what `write` writes; it gets `room` bytes, or a second time what it asked for.
fn encode(
    wire: &mut Vec<u8>,
    room: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<Result<usize, usize>, TlsFault>,
) -> Result<(), TlsFault> {
    let start = wire.len();
    let mut room = room;
    for _ in 0..2 {
        wire.resize(start + room, 0);
        match write(wire.get_mut(start..).unwrap_or_default()) {
            Ok(Ok(written)) => {
                wire.truncate(start + written);
                return Ok(());
            }
            Ok(Err(required)) => room = required,
            Err(fault) => {
                wire.truncate(start);
                return Err(fault);
            }
        }
    }
    wire.truncate(start);
    Err(TlsFault("a record needs more room than it asked for".to_owned()))
}

impl TlsFault {
    fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }

    fn of(error: &rustls::Error) -> Self {
        Self(verify::in_words(error))
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("peer", &self.peer).finish_non_exhaustive()
    }
}
