//! The authority: a lower-case host without trailing dot, and a port.

use core::fmt::Write;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::BadRequestKind;
use crate::bytes::is_label;

/// Host and port of a request, in one form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Authority<'a> {
    /// Lower case, no trailing dot; an IPv6 address in brackets, as RFC 5952 writes it.
    pub host: &'a str,
    /// 1 to 65535; absent where none was given.
    pub port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Reads `host[:port]` (RFC 3986, 3.2; no user information), writing to `scratch` only a host
    /// that is not in its one form already.
    ///
    /// # Errors
    /// The kind of the first thing wrong with it.
    pub fn parse(text: &'a [u8], scratch: &'a mut String) -> Result<Self, BadRequestKind> {
        let text = core::str::from_utf8(text).map_err(|_| BadRequestKind::Host)?;
        if is_settled(text) {
            return Ok(Self { host: text, port: None });
        }
        if text.contains('@') {
            return Err(BadRequestKind::UserInfo);
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (address, after) = rest.split_once(']').ok_or(BadRequestKind::Host)?;
            let port = port_after(after)?;
            return Ok(Self { host: ipv6(address, scratch)?, port });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, parse_port(port)?),
            None => (text, None),
        };
        let host = host.strip_suffix('.').unwrap_or(host);
        check_name(host)?;
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            scratch.clear();
            scratch.push_str(host);
            scratch.make_ascii_lowercase();
            return Ok(Self { host: scratch, port });
        }
        Ok(Self { host, port })
    }
}

/// Whether the text is a host name in its one form and nothing else: lower-case labels, the last of
/// which does not start like a number.
fn is_settled(text: &str) -> bool {
    let mut length = 0;
    let mut first = b'.';
    for byte in text.bytes() {
        if byte == b'.' && (1..=63).contains(&length) {
            length = 0;
            continue;
        }
        if !is_label(byte) {
            return false;
        }
        if length == 0 {
            first = byte;
        }
        length += 1;
    }
    (1..=63).contains(&length) && text.len() <= 253 && !first.is_ascii_digit()
}

fn port_after(after: &str) -> Result<Option<u16>, BadRequestKind> {
    match after.strip_prefix(':') {
        Some(port) => parse_port(port),
        None if after.is_empty() => Ok(None),
        None => Err(BadRequestKind::Host),
    }
}

/// An empty port is allowed (RFC 3986, 3.2.3) and means none.
fn parse_port(text: &str) -> Result<Option<u16>, BadRequestKind> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > 5 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadRequestKind::Port);
    }
    match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(Some(port)),
        _ => Err(BadRequestKind::Port),
    }
}

fn ipv6<'a>(address: &str, scratch: &'a mut String) -> Result<&'a str, BadRequestKind> {
    let address: Ipv6Addr = address.parse().map_err(|_| BadRequestKind::Host)?;
    scratch.clear();
    write!(scratch, "[{address}]").map_err(|_| BadRequestKind::Host)?;
    Ok(scratch)
}

/// A DNS name of at most 253 characters in ASCII; one whose last label is a number must be an IPv4
/// address in four decimal parts, because some resolvers read `127.1` and `0x7f.1` as one.
fn check_name(host: &str) -> Result<(), BadRequestKind> {
    let fine = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if host.len() > 253 || !host.split('.').all(fine) {
        return Err(BadRequestKind::Host);
    }
    let last = host.rsplit('.').next().unwrap_or(host);
    if last.starts_with(|first: char| first.is_ascii_digit())
        && is_number(last)
        && host.parse::<Ipv4Addr>().is_err()
    {
        return Err(BadRequestKind::Host);
    }
    Ok(())
}

fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, Option<u16>), BadRequestKind> {
        let mut scratch = String::new();
        Authority::parse(text.as_bytes(), &mut scratch)
            .map(|authority| (authority.host.to_owned(), authority.port))
    }

    #[test]
    fn one_form_for_one_host() {
        let shop = |port| Ok(("shop.test".to_owned(), port));
        for text in ["shop.test", "SHOP.test", "shop.test.", "shop.test:"] {
            assert_eq!(read(text), shop(None), "{text}");
        }
        assert_eq!(read("Shop.Test.:8080"), shop(Some(8080)));
        assert_eq!(read("[0:0::1]:80"), Ok(("[::1]".into(), Some(80))));
        assert_eq!(read("[2001:DB8::A]"), Ok(("[2001:db8::a]".into(), None)));
        assert_eq!(read("127.0.0.1"), Ok(("127.0.0.1".into(), None)));
        assert_eq!(read("xn--mnchen-3ya.test").map(|(_, port)| port), Ok(None));
        assert_eq!(read("shop.4u"), Ok(("shop.4u".into(), None)));
    }

    #[test]
    fn the_usual_host_is_settled_at_a_look() {
        for (text, settled) in [
            ("payments.shop", true),
            ("a-1.b_2.x", true),
            ("payments.shop:80", false),
            ("A", false),
        ] {
            assert_eq!(is_settled(text), settled, "{text}");
        }
    }

    #[test]
    fn ports_are_five_digits_at_most() {
        for (text, port) in [("1", 1), ("80", 80), ("00080", 80), ("65535", 65_535)] {
            assert_eq!(read(&format!("h:{text}")), Ok(("h".into(), Some(port))), "{text}");
        }
        for text in ["0", "00000", "000080", "65536", "99999", "655350", "8 0", "-1", "0x50"] {
            assert_eq!(read(&format!("h:{text}")), Err(BadRequestKind::Port), "{text}");
        }
    }

    #[test]
    fn a_name_has_at_most_253_characters_and_a_label_63() {
        let label = |length| "a".repeat(length);
        let name = |last| [label(63), label(63), label(63), label(last)].join(".");
        for (text, fits) in [
            (label(1), true),
            (label(63), true),
            (label(64), false),
            (format!("{}.test", label(63)), true),
            (format!("{}.test", label(64)), false),
            (name(61), true),
            (name(62), false),
            (name(63), false),
        ] {
            for text in [text.clone(), text.to_ascii_uppercase()] {
                let wanted =
                    if fits { Ok(text.to_ascii_lowercase()) } else { Err(BadRequestKind::Host) };
                assert_eq!(read(&text).map(|(host, _)| host), wanted, "{} characters", text.len());
            }
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        use BadRequestKind::{Host, Port, UserInfo};
        for (text, kind) in [
            ("", Host),
            (".", Host),
            ("a..b", Host),
            ("a b", Host),
            ("münchen.test", Host),
            ("a%2eb", Host),
            ("127.1", Host),
            ("0x7f.0x1", Host),
            ("a.1", Host),
            ("a.12", Host),
            ("a.0X1f", Host),
            ("1.2.3.256", Host),
            ("[::1", Host),
            ("[::1]x", Host),
            ("[fe80::1%25eth0]", Host),
            ("user@shop.test", UserInfo),
            ("shop.test:+80", Port),
            ("a:1:2", Port),
        ] {
            assert_eq!(read(text), Err(kind), "{text}");
        }
    }
}
