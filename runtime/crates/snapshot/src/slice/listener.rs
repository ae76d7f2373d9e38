//! Ports that a workload listens on.

use serde::{Deserialize, Serialize};

/// One port of the workload.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Listener {
    /// Name of the certificate in the proxy's secrets folder; only with [`Tls::Terminate`].
    pub certificate: Option<String>,
    /// Hosts served: exact, or `*.` and a suffix; empty means any.
    pub hosts: Vec<String>,
    /// The port's name.
    pub name: String,
    /// Port the proxy listens on, 1 to 65535.
    pub port: u16,
    /// What is spoken.
    pub protocol: Protocol,
    /// Port of the application, 1 to 65535; equal to `port` where nothing else was written.
    pub target: u16,
    /// Who proves an identity.
    pub tls: Tls,
}

/// What is spoken behind a port.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTP/1.1.
    Http,
    /// Opaque bytes; the port is itself an operation of its name.
    Tcp,
}

/// Who proves an identity on a listener.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// Both sides, by X.509-SVID (TLS 1.3).
    Mutual,
    /// Nobody: a plain gateway listener.
    None,
    /// The server alone, with the named certificate: a TLS gateway listener.
    Terminate,
}
