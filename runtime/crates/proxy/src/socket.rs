//! The system calls on sockets.

use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

/// What a read gave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Read {
    /// So many bytes.
    Bytes(usize),
    /// Nothing more for now.
    Empty,
    /// The peer's end.
    End,
}

/// Connections the kernel keeps for us until they are accepted.
const BACKLOG: i32 = 4_096;

const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

fn stream(address: SocketAddr) -> Result<OwnedFd, Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    net::socket_with(family, SocketType::STREAM, FLAGS, None)
}

/// Binds an address alone, to learn whether it is free: a port shared by `SO_REUSEPORT` would
/// otherwise be shared with a stranger in silence.
///
/// # Errors
/// What the kernel says.
pub fn probe(address: SocketAddr) -> Result<(), Errno> {
    let socket = stream(address)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    net::bind(&socket, &address)?;
    net::listen(&socket, 1)
}

/// A listening socket that shares its port with those of our other threads.
///
/// # Errors
/// What the kernel says.
pub fn listen(address: SocketAddr) -> Result<OwnedFd, Errno> {
    let socket = stream(address)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    net::bind(&socket, &address)?;
    net::listen(&socket, BACKLOG)?;
    Ok(socket)
}

/// The next connection; nothing when there is none.
///
/// # Errors
/// What the kernel says, of the process (too many files) or of one connection.
pub fn accept(listener: impl AsFd) -> Result<Option<OwnedFd>, Errno> {
    match net::accept_with(listener, FLAGS) {
        Ok(socket) => {
            sockopt::set_tcp_nodelay(&socket, true)?;
            Ok(Some(socket))
        }
        Err(Errno::AGAIN) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Begins a connection; it is made or has failed when the socket becomes writable.
///
/// # Errors
/// What the kernel says at once.
pub fn connect(address: SocketAddr) -> Result<OwnedFd, Errno> {
    let socket = stream(address)?;
    sockopt::set_tcp_nodelay(&socket, true)?;
    match net::connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(error) => Err(error),
    }
}

/// Whether a connection begun by [`connect`] was made.
///
/// # Errors
/// Why it was not.
pub fn connected(socket: impl AsFd) -> Result<(), Errno> {
    sockopt::socket_error(socket)?
}

/// Appends what has arrived to `into`, at most its spare capacity.
///
/// # Errors
/// What the kernel says; the connection is over.
pub fn receive(socket: impl AsFd, into: &mut Vec<u8>) -> Result<Read, Errno> {
    let spare = rustix::buffer::spare_capacity(into);
    match net::recv(socket, spare, RecvFlags::empty()) {
        Ok((_, 0)) => Ok(Read::End),
        Ok((_, count)) => Ok(Read::Bytes(count)),
        Err(Errno::AGAIN | Errno::INTR) => Ok(Read::Empty),
        Err(error) => Err(error),
    }
}

/// Sends what the kernel takes; 0 when it takes nothing now.
///
/// # Errors
/// What the kernel says; the connection is over.
pub fn send(socket: impl AsFd, bytes: &[u8]) -> Result<usize, Errno> {
    match net::send(socket, bytes, SendFlags::NOSIGNAL) {
        Ok(count) => Ok(count),
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Sends our end.
pub fn end(socket: impl AsFd) {
    // A connection that is already gone has no end to send.
    let _ = net::shutdown(socket, net::Shutdown::Write);
}

/// Has closing the socket reset the connection, so that the peer sees no clean end.
pub fn reset_on_close(socket: impl AsFd) {
    // If it fails the peer still misses the end that its framing asks for.
    let _ = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

/// The peer's address.
#[must_use]
pub fn peer(socket: impl AsFd) -> Option<SocketAddr> {
    SocketAddr::try_from(net::getpeername(socket).ok()??).ok()
}
