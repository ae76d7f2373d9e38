//! Listening sockets of one thread: opening them, and taking what they bring.

use std::sync::Arc;

use rustix::io::Errno;
use rustls::ServerConfig;

use crate::clock::{MILLISECOND, Nanos};
use crate::listener::{Door, Listener, Way, explain};
use crate::report;
use crate::slots::Token;
use crate::socket;
use crate::tls::{self, Session};
use crate::worker::{Entry, Worker};

/// Connections accepted by one listener in one turn.
const ACCEPTS: usize = 64;
/// Connections of one thread; more are closed at once.
const MAX_CONNECTIONS: usize = 16_384;
/// How long we wait when the process has too many files open.
const CROWDED: Nanos = 100 * MILLISECOND;

impl Worker {
    /// Takes what waits at a listener.
    pub(crate) fn accept(&mut self, token: Token, listener: &Listener) {
        for _ in 0..ACCEPTS {
            match socket::accept(&listener.socket) {
                Ok(Some(socket)) if self.slots.len() < MAX_CONNECTIONS => {
                    self.metrics.accepted += 1;
                    let session = match self.session(listener) {
                        Ok(session) => session,
                        Err(why) => {
                            report::warn(&format!(
                                "connection to {} refused: {why}",
                                listener.door.address
                            ));
                            continue;
                        }
                    };
                    self.admit(socket, session, &listener.door);
                }
                // Beyond the limit it is closed at once.
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                    return self.wheel.insert(self.now + CROWDED, token);
                }
                // That connection died while it waited; the next may be sound.
                Err(_) => {}
            }
        }
        self.ready.push_back(token);
    }

    fn session(&mut self, listener: &Listener) -> Result<Option<Session>, String> {
        let config = match (&listener.public, listener.door.is_mutual()) {
            (Some(public), _) => Arc::clone(public),
            (None, true) => self.server_for_peers()?,
            (None, false) => return Ok(None),
        };
        Session::server(config).map(Some).map_err(|fault| fault.to_string())
    }

    /// How peers are accepted under the current generation: it says which other trust domains are
    /// federated. Made once for a generation and a certificate.
    fn server_for_peers(&mut self) -> Result<Arc<ServerConfig>, String> {
        let credentials = self.credentials.as_ref().ok_or("no certificate yet")?;
        let Some(generation) = self.generations.current().filter(|one| !one.federated.is_empty())
        else {
            return Ok(credentials.server());
        };
        if let Some((number, server)) = &self.federated
            && *number == generation.number
        {
            return Ok(Arc::clone(server));
        }
        let server = credentials.federated_server(&generation.federated)?;
        self.federated = Some((generation.number, Arc::clone(&server)));
        Ok(server)
    }

    /// Listens at these doors and no others.
    pub(crate) fn listen(&mut self, doors: Vec<Door>) {
        if self.draining.is_some() {
            return;
        }
        let gone: Vec<_> = self
            .listeners
            .keys()
            .filter(|at| !doors.iter().any(|one| one.address == **at))
            .copied()
            .collect();
        for address in gone {
            if let Some(token) = self.listeners.remove(&address) {
                self.slots.release(token);
            }
        }
        for door in doors {
            let address = door.address;
            if let Err(why) = self.open(Arc::new(door)) {
                report::error(&format!("{why} (listener {address})"));
            }
        }
    }

    fn open(&mut self, door: Arc<Door>) -> Result<(), String> {
        let public = self.public_certificate(&door)?;
        if let Some(token) = self.listeners.get(&door.address) {
            if let Some(Entry::Listener(listener)) = self.slots.get_mut(*token) {
                (listener.door, listener.public) = (door, public);
            }
            return Ok(());
        }
        let address = door.address;
        let socket = socket::listen(address).map_err(|error| explain(address, error))?;
        let token = self.slots.reserve();
        self.poll.add(&socket, token).map_err(|error| explain(address, error))?;
        self.slots.put(token, Entry::Listener(Listener { socket, door, public }));
        self.listeners.insert(address, token);
        Ok(())
    }

    fn public_certificate(&self, door: &Door) -> Result<Option<Arc<ServerConfig>>, String> {
        let Way::Inbound { tls: meshc_snapshot::slice::Tls::Terminate, certificate, .. } =
            &door.way
        else {
            return Ok(None);
        };
        let name = certificate.as_deref().ok_or("a TLS listener names no certificate")?;
        let secrets = self.arguments.secrets.as_deref().ok_or("--secrets DIR is missing")?;
        let (certificate, key) = tls::certificate_file(secrets, name)?;
        tls::server_for_public(&certificate, &key).map(Some)
    }
}
