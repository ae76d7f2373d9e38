//! Listeners: which ones a slice asks for, and what a port that cannot be had is reported with.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use meshc_decide::Tables;
use meshc_snapshot::slice::{Protocol, Tls};
use rustix::io::Errno;
use rustls::ServerConfig;

use crate::args::Arguments;
use crate::socket;

/// What lies behind a listening address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Door {
    /// Where it listens.
    pub address: SocketAddr,
    /// What comes in there.
    pub way: Way,
}

/// What comes in at a door.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Way {
    /// Requests and connections to the workload.
    Inbound {
        /// Name of the slice's listener.
        listener: String,
        /// The application's port.
        target: u16,
        /// What is spoken.
        protocol: Protocol,
        /// Who proves an identity.
        tls: Tls,
        /// Name of the certificate shown to the public.
        certificate: Option<String>,
    },
    /// The application's own requests.
    Outbound,
    /// The application's own connections to a TCP port of a destination.
    OutboundStream {
        /// `namespace/name`.
        destination: String,
        /// Its port.
        port: u16,
    },
}

/// A listening socket of one thread.
#[derive(Debug)]
pub struct Listener {
    /// The socket.
    pub socket: OwnedFd,
    /// What lies behind it.
    pub door: Arc<Door>,
    /// The certificate shown to the public.
    pub public: Option<Arc<ServerConfig>>,
}

impl Door {
    /// Whether peers prove an identity here.
    #[must_use]
    pub const fn is_mutual(&self) -> bool {
        matches!(self.way, Way::Inbound { tls: Tls::Mutual, .. })
    }

    /// Whether the application itself is at the other end.
    #[must_use]
    pub const fn is_outbound(&self) -> bool {
        matches!(self.way, Way::Outbound | Way::OutboundStream { .. })
    }

    /// Whether opaque bytes come in here.
    #[must_use]
    pub const fn is_stream(&self) -> bool {
        matches!(
            self.way,
            Way::OutboundStream { .. } | Way::Inbound { protocol: Protocol::Tcp, .. }
        )
    }
}

/// The doors a slice asks for on this machine. Of two that want one address the first stays; the
/// other is said in the second list.
#[must_use]
pub fn doors(arguments: &Arguments, tables: &Tables) -> (Vec<Door>, Vec<String>) {
    let slice = tables.slice();
    let inbound = slice.inbound.listeners.iter().map(|one| Door {
        address: (arguments.address, arguments.ports.own(one.port)).into(),
        way: Way::Inbound {
            listener: one.name.clone(),
            target: one.target,
            protocol: one.protocol,
            tls: one.tls,
            certificate: one.certificate.clone(),
        },
    });
    let mut doors: Vec<_> = inbound.collect();
    if let Some(outbound) = arguments.outbound {
        doors.push(Door { address: outbound, way: Way::Outbound });
        for to in slice.destinations.iter().map(|to| &to.callee) {
            let ports = to.ports.iter().filter(|one| one.protocol == Protocol::Tcp);
            doors.extend(ports.map(|one| Door {
                address: (outbound.ip(), one.port).into(),
                way: Way::OutboundStream { destination: to.workload.clone(), port: one.port },
            }));
        }
    }
    let (mut seen, mut clashes) = (HashSet::new(), Vec::new());
    doors.retain(|door| {
        let first = seen.insert(door.address);
        if !first {
            clashes.push(format!(
                "{} is wanted twice; {:?} is not served there (use --outbound with another IP, or \
                 --set-port)",
                door.address, door.way
            ));
        }
        first
    });
    (doors, clashes)
}

/// Why an address cannot be listened on: the address, who holds it if that can be known, the cure.
#[must_use]
pub fn explain(address: SocketAddr, error: Errno) -> String {
    let mut text = format!("cannot listen on {address}: {error}");
    if error == Errno::ADDRINUSE {
        if let Some(holder) = holder(address) {
            let _ = write!(text, "; it is held by {holder}");
        }
        let _ = write!(text, "; use --set-port {}=OTHER or stop what holds it", address.port());
    }
    text
}

/// Whether all of these addresses are free.
///
/// # Errors
/// The first that is not.
pub fn probe(doors: impl Iterator<Item = SocketAddr>) -> Result<(), String> {
    for address in doors {
        socket::probe(address).map_err(|error| explain(address, error))?;
    }
    Ok(())
}

/// The process that listens on an address, as `name (pid N)`.
fn holder(address: SocketAddr) -> Option<String> {
    let table = if address.is_ipv4() { "/proc/net/tcp" } else { "/proc/net/tcp6" };
    let table = fs::read_to_string(table).ok()?;
    let port = format!(":{:04X}", address.port());
    let inodes: Vec<String> = table
        .lines()
        .filter_map(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            let local = columns.get(1)?;
            let listens = columns.get(3) == Some(&"0A");
            let inode = columns.get(9)?;
            (listens && local.ends_with(&port)).then(|| format!("socket:[{inode}]"))
        })
        .collect();
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let pid = process.file_name().into_string().ok()?;
        let numeric = pid.bytes().all(|byte| byte.is_ascii_digit());
        let files = fs::read_dir(process.path().join("fd")).ok().filter(|_| numeric)?;
        let holds = files.flatten().any(|file| {
            let link = fs::read_link(file.path()).unwrap_or_default();
            inodes.iter().any(|inode| link.as_os_str() == inode.as_str())
        });
        let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
        holds.then(|| format!("{} (pid {pid})", name.trim()))
    })
}
