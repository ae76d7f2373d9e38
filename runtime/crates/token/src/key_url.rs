use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An `https` URL (RFC 3986) from which a JWK set may be fetched: its host is no name or address of
/// the inside. Whoever connects must also ask [`is_public`] of every address the host resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUrl {
    text: Box<str>,
    host: Box<str>,
    port: u16,
    /// Where path and query begin in the text.
    target: usize,
}

/// Why keys are not fetched from a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUrlFault {
    /// It does not begin with `https://`.
    Scheme,
    /// Longer than [`KeyUrl::MAX_BYTES`], or it holds blanks, controls or what is not ASCII.
    Form,
    /// A name or password stands before the host.
    UserInfo,
    /// A fragment: it is never sent.
    Fragment,
    /// The host is none: neither DNS labels nor an address in its plain form, or the port is none.
    Host,
    /// The host is a name or address of this machine, of a private network or of a cloud's metadata.
    Inside,
}

/// Names below these are of the inside (RFC 6761, 6762, 8375; `internal` by ICANN in 2024).
const INSIDE: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

impl KeyUrl {
    /// The longest URL, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Reads a URL.
    ///
    /// # Errors
    /// Why keys are not fetched from there.
    pub fn parse(text: &str) -> Result<Self, KeyUrlFault> {
        let rest = text.strip_prefix("https://").ok_or(KeyUrlFault::Scheme)?;
        if text.len() > Self::MAX_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyUrlFault::Form);
        }
        if text.contains('#') {
            return Err(KeyUrlFault::Fragment);
        }
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at_checked(end).ok_or(KeyUrlFault::Form)?;
        if behind.starts_with('\\') {
            return Err(KeyUrlFault::Host);
        }
        if authority.contains('@') {
            return Err(KeyUrlFault::UserInfo);
        }
        let (host, port) = parted(authority).ok_or(KeyUrlFault::Host)?;
        let host = host.to_ascii_lowercase();
        match read_host(&host).ok_or(KeyUrlFault::Host)? {
            Host::Address(address) if !is_public(address) => return Err(KeyUrlFault::Inside),
            Host::Name if is_inside(&host) => return Err(KeyUrlFault::Inside),
            Host::Address(_) | Host::Name => {}
        }
        let target = text.len().saturating_sub(behind.len());
        Ok(Self { text: text.into(), host: host.into(), port, target })
    }

    /// The URL as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host in lower case: a DNS name, an IPv4 address, or an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port; 443 where none is written.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Path and query as they are sent; begins with `/`.
    #[must_use]
    pub fn target(&self) -> String {
        let written = self.text.get(self.target..).unwrap_or_default();
        if written.starts_with('/') { written.to_owned() } else { format!("/{written}") }
    }
}

enum Host {
    Name,
    Address(IpAddr),
}

/// Host and port of an authority; the brackets of an IPv6 address are taken off.
fn parted(authority: &str) -> Option<(&str, u16)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(inside) => {
            let (host, behind) = inside.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, behind)
        }
        None => authority.split_at_checked(authority.find(':').unwrap_or(authority.len()))?,
    };
    let Some(digits) = port.strip_prefix(':') else {
        return port.is_empty().then_some((host, 443));
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    Some((host, digits.parse().ok().filter(|_| plain)?))
}

/// What a host is. One whose last label begins with a digit is a number to some resolvers, so it must
/// be an IPv4 address in its plain form (RFC 6943, section 3.1.1). A name has no closing dot.
fn read_host(host: &str) -> Option<Host> {
    if let Ok(address) = host.parse() {
        return Some(Host::Address(address));
    }
    let labels = host.split('.');
    let sound = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len())
            && letters
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = labels.clone().next_back()?;
    let number = last.starts_with(|first: char| first.is_ascii_digit());
    (host.len() <= 253 && !number && labels.clone().all(sound)).then_some(Host::Name)
}

/// Whether a name is one of the inside; a name of one label is resolved by search lists only.
fn is_inside(host: &str) -> bool {
    let below = |suffix: &str| {
        host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !host.contains('.') || INSIDE.into_iter().any(below)
}

/// Whether an address is one of the public internet: none of the ranges that the IANA registries of
/// special-purpose addresses keep for loopback, private networks, link-local (a cloud's metadata
/// among them), shared, documentation, tunnels, multicast or later use.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            address.to_ipv4_mapped().map_or_else(|| is_public_v6(address), is_public_v4)
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (168, 63, 129)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Of `2000::/3`, the only global unicast there is, without tunnels and documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = first & 0xe000 == 0x2000;
    let special = matches!((first, second), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _))
        || (first == 0x3fff && second < 0x1000);
    global && !special
}

impl fmt::Display for KeyUrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "keys are fetched over https only",
            Self::Form => "a URL holds no blanks and at most 1024 characters of ASCII",
            Self::UserInfo => "a name or password before the host would be in every log",
            Self::Fragment => "a fragment (`#…`) is never sent",
            Self::Host => "the host is neither a DNS name nor an address in its plain form",
            Self::Inside => {
                "the host is a name or address of the inside, from which no keys are fetched"
            }
        })
    }
}

impl core::error::Error for KeyUrlFault {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<KeyUrlFault> {
        KeyUrl::parse(text).err()
    }

    #[test]
    fn urls_of_the_outside_are_taken_apart() {
        for (text, host, port, target) in [
            ("https://id.corp.example", "id.corp.example", 443, "/"),
            ("https://ID.corp.example:8443/a/b?c=d", "id.corp.example", 8443, "/a/b?c=d"),
            ("https://id.corp.example?x", "id.corp.example", 443, "/?x"),
            ("https://8.8.8.8/k", "8.8.8.8", 443, "/k"),
            ("https://[2606:4700::1]:444/k", "2606:4700::1", 444, "/k"),
            ("https://notlocal.example/@k", "notlocal.example", 443, "/@k"),
        ] {
            let url = KeyUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.port(), &*url.target()), (host, port, target), "{text}");
            assert_eq!(url.as_str(), text);
        }
    }

    #[test]
    fn names_and_addresses_of_the_inside_are_refused() {
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
            assert_eq!(fault(&format!("https://{host}/k")), Some(KeyUrlFault::Inside), "{host}");
        }
    }

    #[test]
    fn other_texts_are_refused_by_their_fault() {
        for (text, wanted) in [
            ("http://id.corp.example/k", KeyUrlFault::Scheme),
            ("HTTPS://id.corp.example/k", KeyUrlFault::Scheme),
            ("https://id.corp.example/a b", KeyUrlFault::Form),
            ("https://id.corp.example/é", KeyUrlFault::Form),
            ("https://me:secret@id.corp.example/", KeyUrlFault::UserInfo),
            ("https://id.corp.example@10.0.0.1/", KeyUrlFault::UserInfo),
            ("https://id.corp.example/#k", KeyUrlFault::Fragment),
            ("https:///k", KeyUrlFault::Host),
            ("https://localhost./k", KeyUrlFault::Host),
            ("https://127.1/k", KeyUrlFault::Host),
            ("https://2130706433/k", KeyUrlFault::Host),
            ("https://0x7f.0x1/k", KeyUrlFault::Host),
            ("https://010.0.0.1/k", KeyUrlFault::Host),
            ("https://id.corp.example:/k", KeyUrlFault::Host),
            ("https://id.corp.example:0/k", KeyUrlFault::Host),
            ("https://id.corp.example:99999/k", KeyUrlFault::Host),
            ("https://id..example/k", KeyUrlFault::Host),
            ("https://id%2ecorp.example/k", KeyUrlFault::Host),
            ("https://[::1/k", KeyUrlFault::Host),
            ("https://[id.corp.example]/k", KeyUrlFault::Host),
            ("https://id.corp.example\\@10.0.0.1/", KeyUrlFault::Host),
        ] {
            assert_eq!(fault(text), Some(wanted), "{text}");
        }
        let long = format!("https://id.corp.example/{}", "a".repeat(1024));
        assert_eq!(fault(&long), Some(KeyUrlFault::Form));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_sent_as_it_was_written(text in "https://[a-z.]{1,12}(:[0-9]{1,3})?[/?a-z@]{0,9}") {
            if let Ok(url) = KeyUrl::parse(&text) {
                let port = if url.port() == 443 && !text.contains(":443") { String::new() }
                    else { format!(":{}", url.port()) };
                let again = format!("https://{}{port}{}", url.host(), url.target());
                let lengthened = text.len() + usize::from(!text.ends_with(&url.target()));
                prop_assert_eq!(again.len(), lengthened);
                prop_assert_eq!(KeyUrl::parse(&again).unwrap().target(), url.target());
            }
        }

        #[test]
        fn mapped_addresses_are_judged_as_what_they_map(bits: u32) {
            let address = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(address.into()), is_public(address.to_ipv6_mapped().into()));
            let private = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_unspecified();
            prop_assert!(!(private && is_public(address.into())));
        }
    }
}
