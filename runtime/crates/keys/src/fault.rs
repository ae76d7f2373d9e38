use core::fmt;
use std::io;
use std::net::IpAddr;

use meshc_token::JwksFault;
use rustls::CertificateError;

use crate::Url;
use crate::roots::RootsFault;

/// Who has to do something about a fault. Every fetch is tried again in any case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blame {
    /// Those who run the issuer.
    Issuer,
    /// Those who run the proxy: its roots, its resolver, its allowed networks.
    Operator,
    /// Those who wrote the URL into an intent.
    Intent,
    /// Whoever is in between, or nobody: it may pass.
    Network,
}

/// Why a fetch brought no document. Nothing of the answer's body is ever in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FetchFault {
    /// There are no roots to verify the issuer's certificate with.
    Roots(RootsFault),
    /// The host's name was not resolved, for this reason.
    Lookup(String),
    /// The host is at an address that is not public and in no network the operator allowed.
    Refused(IpAddr),
    /// No connection came about, or it failed, for this reason.
    Unreachable(String),
    /// The certificate is not one that the roots, the time and the host's name allow.
    Certificate(String),
    /// TLS failed otherwise, for this reason.
    Tls(String),
    /// It took more than the time of one fetch.
    TimedOut,
    /// The answer is no sound HTTP/1.1.
    Answer(&'static str),
    /// The connection ended before the answer did.
    BrokeOff,
    /// The answer was of another status than 200.
    Status(u16),
    /// The answer sends us elsewhere; redirects are not followed.
    Redirect(u16, Option<Box<Url>>),
    /// The document is longer than `KeySet::MAX_BYTES`.
    TooLong,
}

/// Why the keys of a URL were not renewed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeysFault {
    /// There was no document.
    Fetch(FetchFault),
    /// The document is no key set that can be used.
    Document(JwksFault),
}

/// The longest reason in another's words, in characters: a certificate may bear a thousand names.
const MAX_WORDS: usize = 300;

impl FetchFault {
    /// Who has to do something about it.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Roots(_) => Blame::Operator,
            Self::Refused(_) | Self::Redirect(..) => Blame::Intent,
            Self::Lookup(_) | Self::Unreachable(_) | Self::TimedOut | Self::BrokeOff => {
                Blame::Network
            }
            Self::Certificate(_)
            | Self::Tls(_)
            | Self::Answer(_)
            | Self::Status(_)
            | Self::TooLong => Blame::Issuer,
        }
    }

    /// What an error on a TLS stream means.
    pub(crate) fn from_io(error: &io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match (inner, error.kind()) {
            (Some(rustls::Error::InvalidCertificate(why)), _) => {
                Self::Certificate(bounded(&certificate_words(why)))
            }
            (Some(other), _) => Self::Tls(bounded(&other.to_string())),
            (None, io::ErrorKind::TimedOut) => Self::TimedOut,
            (None, io::ErrorKind::UnexpectedEof) => Self::BrokeOff,
            (None, _) => Self::Unreachable(error.to_string()),
        }
    }
}

fn certificate_words(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "no root certificate vouches for it".to_owned(),
        other => other.to_string(),
    }
}

/// Words of a library about what a peer sent: cut, and without controls.
fn bounded(words: &str) -> String {
    words.chars().filter(|character| !character.is_control()).take(MAX_WORDS).collect()
}

impl KeysFault {
    /// Who has to do something about it.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Fetch(fault) => fault.blame(),
            Self::Document(_) => Blame::Issuer,
        }
    }
}

impl fmt::Display for Blame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "the issuer",
            Self::Operator => "the proxy's operator",
            Self::Intent => "the intent that names the URL",
            Self::Network => "the network",
        })
    }
}

impl FetchFault {
    fn claim(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roots(fault) => write!(f, "{fault}"),
            Self::Lookup(why) => write!(f, "the host's name was not resolved: {why}"),
            Self::Refused(address) => write!(
                f,
                "the host is at {address}, which is not a public address; name another host or \
                 have the operator allow its network"
            ),
            Self::Unreachable(why) => write!(f, "the connection failed: {why}"),
            Self::Certificate(why) => write!(f, "the host's certificate is not valid: {why}"),
            Self::Tls(why) => write!(f, "TLS failed: {why}"),
            Self::TimedOut => f.write_str("the answer was not complete in time"),
            Self::Answer(why) => write!(f, "the answer is no sound HTTP: {why}"),
            Self::BrokeOff => f.write_str("the connection ended before the answer did"),
            Self::Status(status) => write!(f, "the answer was {status} and not 200"),
            Self::Redirect(status, None) => {
                write!(f, "the answer was {status}; redirects are not followed")
            }
            Self::Redirect(status, Some(to)) => {
                let (host, path) = (to.authority(), to.target());
                let path = path.split('?').next().unwrap_or_default();
                let place = bounded(&format!("https://{host}{path}"));
                write!(f, "the answer was {status} to `{place}`; redirects are not followed, ")?;
                f.write_str("name the place itself")
            }
            Self::TooLong => f.write_str("the document is longer than 64 KiB"),
        }
    }
}

impl fmt::Display for FetchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.claim(f)?;
        write!(f, " (up to {}; tried again)", self.blame())
    }
}

impl fmt::Display for KeysFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(fault) => write!(f, "{fault}"),
            Self::Document(fault) => write!(f, "{fault} (up to {}; tried again)", self.blame()),
        }
    }
}

impl core::error::Error for FetchFault {}
impl core::error::Error for KeysFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_a_peer_are_cut_and_have_no_controls() {
        let words = format!("a\u{1b}[2J\r\nb{}", "x".repeat(1000));
        let error = io::Error::other(rustls::Error::General(words));
        let FetchFault::Tls(said) = FetchFault::from_io(&error) else { panic!() };
        assert!(!said.chars().any(char::is_control) && said.contains("a[2Jb"), "{said}");
        assert_eq!(said.chars().count(), MAX_WORDS);
    }

    #[test]
    fn every_fault_says_whose_it_is_and_that_it_is_tried_again() {
        let words = || "why".to_owned();
        for (fault, whose) in [
            (FetchFault::Roots(RootsFault::NoSystemRoots), "the proxy's operator"),
            (FetchFault::Lookup(words()), "the network"),
            (FetchFault::Refused([10, 0, 0, 1].into()), "the intent"),
            (FetchFault::Unreachable(words()), "the network"),
            (FetchFault::Certificate(words()), "the issuer"),
            (FetchFault::Tls(words()), "the issuer"),
            (FetchFault::TimedOut, "the network"),
            (FetchFault::Answer("why"), "the issuer"),
            (FetchFault::BrokeOff, "the network"),
            (FetchFault::Status(404), "the issuer"),
            (FetchFault::Redirect(301, None), "the intent"),
            (FetchFault::TooLong, "the issuer"),
        ] {
            let said = KeysFault::Fetch(fault).to_string();
            let ending = said.split_once(" (up to ").unwrap().1;
            assert!(ending.starts_with(whose) && ending.ends_with("; tried again)"), "{said}");
        }
        let said = KeysFault::Document(JwksFault::NoUsableKey).to_string();
        assert!(said.ends_with("(up to the issuer; tried again)"), "{said}");
    }
}
