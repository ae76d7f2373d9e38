use core::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// Whose certificates issuers are known by. There is no way to know them by nothing.
#[derive(Clone, Debug)]
pub enum Roots {
    /// A PEM file of root certificates.
    File(PathBuf),
    /// The roots of the system, at the places where OpenSSL keeps them; `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` are heeded.
    System,
}

/// Why there are no roots.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RootsFault {
    /// The file cannot be read, for this reason.
    Unreadable(PathBuf, String),
    /// The file is longer than 16 MiB.
    TooLong(PathBuf),
    /// The certificate of this place in the file, from 1, is none.
    BadCertificate(PathBuf, usize),
    /// The file holds no certificate.
    Empty(PathBuf),
    /// The system has no root certificates.
    NoSystemRoots,
}

/// The longest file of roots, in bytes.
const MAX_FILE: u64 = 16 << 20;

impl Roots {
    /// Reads the roots as they are now.
    pub(crate) fn read(&self) -> Result<RootCertStore, RootsFault> {
        match self {
            Self::File(path) => from_file(path),
            Self::System => from_system(),
        }
    }
}

/// All of an operator's file or nothing: one that is broken is not quietly read in part.
fn from_file(path: &Path) -> Result<RootCertStore, RootsFault> {
    let unreadable =
        |error: std::io::Error| RootsFault::Unreadable(path.to_owned(), error.to_string());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(RootsFault::TooLong(path.to_owned()));
    }
    let mut store = RootCertStore::empty();
    for (place, certificate) in CertificateDer::pem_slice_iter(&bytes).enumerate() {
        let bad = || RootsFault::BadCertificate(path.to_owned(), place + 1);
        store.add(certificate.map_err(|_| bad())?).map_err(|_| bad())?;
    }
    if store.is_empty() { Err(RootsFault::Empty(path.to_owned())) } else { Ok(store) }
}

/// What of the system's can be used: a distribution's bundle may hold a root that this library
/// does not take.
fn from_system() -> Result<RootCertStore, RootsFault> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() { Err(RootsFault::NoSystemRoots) } else { Ok(store) }
}

impl fmt::Display for RootsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, why) => {
                write!(f, "the root certificates in `{}` cannot be read: {why}", path.display())
            }
            Self::TooLong(path) => {
                write!(f, "the file of root certificates `{}` is over 16 MiB", path.display())
            }
            Self::BadCertificate(path, place) => {
                write!(f, "certificate {place} in `{}` is no root certificate", path.display())
            }
            Self::Empty(path) => write!(f, "`{}` holds no certificate", path.display()),
            Self::NoSystemRoots => {
                f.write_str("the system has no root certificates; install them or name a file")
            }
        }
    }
}

impl core::error::Error for RootsFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_gives_roots_or_says_that_it_has_none() {
        match Roots::System.read() {
            Ok(store) => assert!(!store.is_empty()),
            Err(fault) => assert_eq!(fault, RootsFault::NoSystemRoots),
        }
    }
}
