use core::net::Ipv6Addr;

use crate::class::{HOST, all};

/// The longest host name taken; DNS allows 253.
const MAX_HOST: usize = 255;

/// Whether the bytes are `host[:port]`: a registered name or IPv4 address, or an IPv6 address in
/// brackets; the port empty or 1 to 65535 without leading zeros. No user name, no percent-encoding, no list.
pub(crate) fn is_authority(authority: &[u8]) -> bool {
    if all(HOST, authority) {
        return (1..=MAX_HOST).contains(&authority.len());
    }
    let (host, port) = match authority {
        [b'[', rest @ ..] => match rest.iter().position(|&byte| byte == b']') {
            Some(end) => {
                let (address, behind) = rest.split_at_checked(end).unwrap_or_default();
                if !is_ipv6(address) {
                    return false;
                }
                (address, behind.strip_prefix(b"]").unwrap_or_default())
            }
            None => return false,
        },
        _ => {
            let end = authority.iter().position(|&byte| byte == b':').unwrap_or(authority.len());
            let (name, behind) = authority.split_at_checked(end).unwrap_or_default();
            if !all(HOST, name) {
                return false;
            }
            (name, behind)
        }
    };
    !host.is_empty() && host.len() <= MAX_HOST && is_port(port)
}

fn is_ipv6(address: &[u8]) -> bool {
    core::str::from_utf8(address).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

/// Nothing, or a colon and a port.
fn is_port(text: &[u8]) -> bool {
    match text {
        [] | [b':'] => true,
        [b':', b'1'..=b'9', ..] => {
            let digits = text.get(1..).unwrap_or_default();
            digits.len() <= 5
                && digits.iter().all(u8::is_ascii_digit)
                && digits.iter().fold(0u32, |port, digit| port * 10 + u32::from(digit - b'0'))
                    <= u32::from(u16::MAX)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        for good in [
            "a",
            "a.test",
            "A.Test.",
            "a.test:",
            "a.test:1",
            "a.test:65535",
            "10.0.0.1:80",
            "a_b",
            "[::1]",
            "[::1]:8080",
            "[::ffff:1.2.3.4]:",
        ] {
            assert!(is_authority(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            ":",
            ":80",
            "a:0",
            "a:080",
            "a:65536",
            "a:999999",
            "a:8x",
            "a:80:80",
            "a@b",
            "a,b",
            "a b",
            "a/b",
            "a%41",
            "[::1",
            "[]",
            "[::1]x",
            "[::1]:x",
            "[::1%25eth0]",
            "::1",
            "a\\b",
            "a?b",
            "[1.2.3.4]",
            "é",
        ] {
            assert!(!is_authority(bad.as_bytes()), "{bad}");
        }
        assert!(!is_authority(&[b'a'; 256]));
    }
}
