//! Networks of addresses (RFC 4632).

use core::fmt;
use core::net::IpAddr;

/// A network in CIDR form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

/// What is wrong with a network as written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NetworkFault {
    /// Not `ADDRESS/LENGTH`.
    Form,
    /// The address has bits set behind the length.
    HostBits(Network),
    /// An IPv4 network written as IPv6 (RFC 4291, section 2.5.5.2): two ways to say one thing.
    Mapped(Network),
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of one.
    ///
    /// # Errors
    /// What is wrong.
    pub fn parse(text: &str) -> Result<Self, NetworkFault> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkFault::Form)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            None => most,
            Some(digits) if digits.len() <= 3 && digits.bytes().all(|one| one.is_ascii_digit()) => {
                digits.parse().map_err(|_| NetworkFault::Form)?
            }
            Some(_) => return Err(NetworkFault::Form),
        };
        if length > most {
            return Err(NetworkFault::Form);
        }
        let network = Self { address: masked(address, length), length };
        if let Some(mapped) = network.mapped() {
            return Err(NetworkFault::Mapped(mapped));
        }
        if network.address == address { Ok(network) } else { Err(NetworkFault::HostBits(network)) }
    }

    /// Whether every address of its family is in it.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.length == 0
    }

    /// The IPv4 network that an IPv6 one inside `::ffff:0:0/96` stands for.
    fn mapped(&self) -> Option<Self> {
        let IpAddr::V6(address) = self.address else { return None };
        let length = self.length.checked_sub(96)?;
        Some(Self { address: IpAddr::V4(address.to_ipv4_mapped()?), length })
    }

    /// Whether an address is in it; an IPv4 address mapped into IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && masked(address, self.length) == self.address
    }
}

fn masked(address: IpAddr, length: u8) -> IpAddr {
    let length = u32::from(length);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(length)).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl fmt::Display for NetworkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("a network is an address and a length, like `10.0.0.0/8`"),
            Self::HostBits(network) => {
                write!(f, "the address has bits behind its length; the network is `{network}`")
            }
            Self::Mapped(network) => {
                write!(f, "this is the IPv4 network `{network}`, written as IPv6")
            }
        }
    }
}

impl core::error::Error for NetworkFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_addresses() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("0.0.0.0/0", "255.1.1.1", "::1"),
            ("::/0", "fe80::1", "1.2.3.4"),
            ("2001:db8::/32", "2001:db8:1::", "2001:db9::"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::ffff:11.1.1.1"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network} {outside}");
            assert_eq!(Network::parse(&network.to_string()), Ok(network));
        }
    }

    #[test]
    fn an_ipv4_network_is_written_as_one() {
        let fault = Network::parse("::ffff:10.0.0.0/104").unwrap_err();
        assert_eq!(fault, NetworkFault::Mapped(Network::parse("10.0.0.0/8").unwrap()));
        assert!(Network::parse("::ffff:10.0.0.0/96").is_err());
        assert!(Network::parse("::/0").is_ok());
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0/8", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "x/8"]
        {
            assert_eq!(Network::parse(text), Err(NetworkFault::Form), "{text}");
        }
        let said = Network::parse("10.1.2.3/8").unwrap_err().to_string();
        assert!(said.contains("`10.0.0.0/8`"), "{said}");
    }
}
