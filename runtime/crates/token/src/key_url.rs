use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::public::is_public;

/// An `https` URL of a JWK set, in the one form that is taken: no user, no fragment, no blank.
/// URLs are the same when their text is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyUrl {
    text: String,
    /// Ends of the authority and, in it, of the host; the host begins behind `https://`.
    authority_end: usize,
    host_end: usize,
    port: u16,
}

/// Why a text is no URL that is fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyUrlFault {
    /// More than [`KeyUrl::MAX_BYTES`].
    TooLong,
    /// It does not begin with `https://`.
    NotHttps,
    /// It names a user or a password.
    User,
    /// The host is neither a DNS name nor an address, or is written in an unusual way.
    Host,
    /// The port is not a number from 1 to 65535.
    Port,
    /// The path or query holds a blank, a control or non-ASCII byte, or a fragment follows.
    Target,
}

const SCHEME: &str = "https://";
/// Domains of the inside (RFC 6761, 6762, 8375; `internal` by ICANN in 2024).
const INSIDE: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

impl KeyUrl {
    /// The longest URL, in bytes.
    pub const MAX_BYTES: usize = 2048;

    /// Reads a URL.
    ///
    /// # Errors
    /// Why it is not fetched.
    pub fn parse(text: &str) -> Result<Self, KeyUrlFault> {
        if text.len() > Self::MAX_BYTES {
            return Err(KeyUrlFault::TooLong);
        }
        let rest = text.strip_prefix(SCHEME).ok_or(KeyUrlFault::NotHttps)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).unwrap_or_default();
        if authority.contains('@') {
            return Err(KeyUrlFault::User);
        }
        if !target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err(KeyUrlFault::Target);
        }
        // The colon before a port stands behind the `]` of an IPv6 address.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, port_number(port).ok_or(KeyUrlFault::Port)?)
            }
            _ => (authority, 443),
        };
        let authority_end = SCHEME.len() + authority.len();
        let host_end = SCHEME.len() + host.len();
        let url = Self { text: text.to_owned(), authority_end, host_end, port };
        if url.address().is_none() && !is_name(host) {
            return Err(KeyUrlFault::Host);
        }
        Ok(url)
    }

    /// The URL as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host: a DNS name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.text.get(SCHEME.len()..self.host_end).unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port; 443 where none is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as written, for `Host`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text.get(SCHEME.len()..self.authority_end).unwrap_or_default()
    }

    /// Path and query.
    #[must_use]
    pub fn target(&self) -> String {
        let target = self.text.get(self.authority_end..).unwrap_or_default();
        if target.starts_with('/') { target.to_owned() } else { format!("/{target}") }
    }

    /// The host's address, where it is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        let written = self.text.get(SCHEME.len()..self.host_end).unwrap_or_default();
        match written.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => written.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        }
    }

    /// Whether the host is known to be inside: an address that is not public, a name below a domain of
    /// the inside, or one of a single label, which search lists complete. What any other name stands
    /// for is seen only where it is resolved.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        if let Some(address) = self.address() {
            return !is_public(address);
        }
        let name = self.host().to_ascii_lowercase();
        let below = |domain: &str| {
            name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        !name.contains('.') || INSIDE.into_iter().any(below)
    }
}

fn port_number(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// A DNS name without a closing dot. A last label of digits is none: system resolvers read
/// `127.1` and `0x7f000001` as addresses.
fn is_name(host: &str) -> bool {
    let sound = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let edges = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len()) && letters && edges
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.starts_with(|first: char| first.is_ascii_digit());
    host.len() <= 253 && !number && host.split('.').all(sound)
}

impl fmt::Display for KeyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for KeyUrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the URL is longer than 2,048 bytes",
            Self::NotHttps => "keys are only fetched over `https://`",
            Self::User => "the URL names a user; keys are public and are fetched without one",
            Self::Host => "the URL's host is neither a DNS name nor an address",
            Self::Port => "the URL's port is not a number from 1 to 65535",
            Self::Target => "the URL holds a blank, a fragment, a control or a non-ASCII character",
        })
    }
}

impl core::error::Error for KeyUrlFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_url() {
        for (text, host, port, authority, target) in [
            ("https://k.test", "k.test", 443, "k.test", "/"),
            ("https://k.test/a/b?c=d", "k.test", 443, "k.test", "/a/b?c=d"),
            ("https://k.test?c", "k.test", 443, "k.test", "/?c"),
            ("https://k.test:8443/", "k.test", 8443, "k.test:8443", "/"),
            ("https://192.0.2.1:1/x", "192.0.2.1", 1, "192.0.2.1:1", "/x"),
            ("https://[2001:db8::1]/x", "2001:db8::1", 443, "[2001:db8::1]", "/x"),
            ("https://[2001:db8::1]:65535", "2001:db8::1", 65535, "[2001:db8::1]:65535", "/"),
        ] {
            let url = KeyUrl::parse(text).unwrap();
            let parts = (url.host(), url.port(), url.authority(), &*url.target());
            assert_eq!(parts, (host, port, authority, target));
            assert_eq!(url.to_string(), text);
        }
    }

    #[test]
    fn what_is_not_fetched() {
        use KeyUrlFault::{Host, NotHttps, Port, Target, TooLong, User};
        for (text, fault) in [
            ("http://k.test/", NotHttps),
            ("HTTPS://k.test/", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("https:k.test", NotHttps),
            ("https://", Host),
            ("https:///path", Host),
            ("https://u@k.test/", User),
            ("https://k.test@127.0.0.1/", User),
            ("https://k.test:0/", Port),
            ("https://k.test:/", Port),
            ("https://k.test:65536/", Port),
            ("https://k.test:+1/", Port),
            ("https://k.test/#f", Target),
            ("https://k.test/a b", Target),
            ("https://k.test/\r\nHost: x", Target),
            ("https://k.test/\u{e9}", Target),
            ("https://127.1/", Host),
            ("https://2130706433/", Host),
            ("https://0x7f000001/", Host),
            ("https://0177.0.0.1/", Host),
            ("https://k.test./", Host),
            ("https://[::1/", Host),
            ("https://[k.test]/", Host),
            ("https://[fe80::1%25lo]/", Host),
            ("https://::1/", Host),
            ("https://k..test/", Host),
            ("https://k\\.test/", Host),
            ("https://k%2etest/", Host),
            ("https://\u{ff4b}.test/", Host),
        ] {
            assert_eq!(KeyUrl::parse(text).err(), Some(fault), "{text}");
        }
        let long = format!("https://k.test/{}", "x".repeat(KeyUrl::MAX_BYTES));
        assert_eq!(KeyUrl::parse(&long), Err(TooLong));
    }

    #[test]
    fn hosts_that_are_known_to_be_inside() {
        for host in [
            "localhost",
            "LOCALHOST",
            "a.localhost",
            "keycloak",
            "x.local",
            "metadata.google.internal",
            "nas.home.arpa",
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "198.18.0.1",
            "[::1]",
            "[::]",
            "[fd00::1]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::a00:1]",
            "[2002:a00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[ff02::1]",
            "[3fff::1]",
        ] {
            assert!(KeyUrl::parse(&format!("https://{host}/k")).unwrap().is_inside(), "{host}");
        }
        for host in
            ["k.test", "localhost.test", "notlocal", "id.notlocal", "8.8.8.8", "[2606:4700::1]"]
        {
            let inside = host == "notlocal";
            let url = KeyUrl::parse(&format!("https://{host}:8443/k")).unwrap();
            assert_eq!(url.is_inside(), inside, "{host}");
        }
    }
}
