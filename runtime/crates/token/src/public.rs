use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the public internet: the IANA special-purpose registry (RFC 6890)
/// where it says "not globally reachable", multicast, the withdrawn 6to4 relays, and the one
/// public address that a cloud uses for what stands beside a machine.
const NOT_PUBLIC_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// IPv6: only what IANA hands out (2000::/3) is public, and of that not the protocol assignments
/// (Teredo and benchmarks among them) nor what is for documentation.
const HANDED_OUT_V6: (u128, u32) = (0x2000 << 112, 3);
const NOT_PUBLIC_V6: [(u128, u32); 3] =
    [(0x2001 << 112, 23), (0x2001_0db8 << 96, 32), (0x3fff << 112, 20)];
/// 6to4 (RFC 3056): the IPv4 address follows the first 16 bits.
const SIX_TO_FOUR: (u128, u32) = (0x2002 << 112, 16);
/// The well-known prefix of NAT64 (RFC 6052): the IPv4 address is the last 32 bits.
const NAT64: (u128, u32) = (0x0064_ff9b << 96, 96);
/// Interface identifiers of ISATAP (RFC 5214), its bit for "global" left aside; the IPv4 address is
/// the last 32 bits.
const ISATAP: u32 = 0x0000_5efe;
const ISATAP_GLOBAL: u32 = 0x0200_0000;

/// Whether an address is on the public internet, whatever IPv4 address it carries inside included.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u128::from(address.to_bits()) << 96;
    !NOT_PUBLIC_V4.iter().any(|&(network, length)| {
        within(bits, (u128::from(u32::from_be_bytes(network)) << 96, length))
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let low = Ipv4Addr::from_bits(bits as u32);
    if within(bits, NAT64) {
        return is_public_v4(low);
    }
    if within(bits, SIX_TO_FOUR) && !is_public_v4(Ipv4Addr::from_bits((bits >> 80) as u32)) {
        return false;
    }
    let identifier = (bits >> 32) as u32 & !ISATAP_GLOBAL;
    if identifier == ISATAP && !is_public_v4(low) {
        return false;
    }
    within(bits, HANDED_OUT_V6) && !NOT_PUBLIC_V6.iter().any(|&network| within(bits, network))
}

fn within(bits: u128, (network, length): (u128, u32)) -> bool {
    (bits ^ network).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn public(address: &str) -> bool {
        is_public(address.parse().unwrap())
    }

    #[test]
    fn addresses_that_are_not_public() {
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::",
            "2a00:1450::5efe:10.0.0.1",
            "2a00:1450::200:5efe:127.0.0.1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn addresses_that_are() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.17",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2002:808:808::1",
            "2600:1f18::1",
            "2a00:1450:4001::5efe:8.8.8.8",
        ] {
            assert!(public(address), "{address}");
        }
    }

    prop_compose! {
        /// An address inside one of the refused IPv4 networks.
        fn refused_v4()(index in 0..NOT_PUBLIC_V4.len(), host in any::<u32>()) -> Ipv4Addr {
            let (network, length) = NOT_PUBLIC_V4[index];
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            (u32::from_be_bytes(network) | (host & !mask)).into()
        }
    }

    proptest! {
        #[test]
        fn no_embedding_hides_a_refused_address(
            inner in refused_v4(), high in any::<u128>(), embedding in 0..8_usize,
        ) {
            let v4 = u128::from(inner.to_bits());
            let outer: u128 = match embedding {
                0 => 0xffff << 32 | v4,                         // mapped
                1 => v4,                                        // compatible
                2 => NAT64.0 | v4,
                3 => (0x0064_ff9b_0001 << 80) | (high >> 48 << 32) | v4, // local NAT64
                4 => SIX_TO_FOUR.0 | v4 << 80 | high >> 48,
                5 => high << 64 | u128::from(ISATAP) << 32 | v4,
                6 => high << 64 | u128::from(ISATAP | ISATAP_GLOBAL) << 32 | v4,
                _ => (0x2001 << 112) | (high >> 32 << 32) & ((1 << 96) - 1) | !v4 & 0xffff_ffff,
            };
            let outer = IpAddr::V6(Ipv6Addr::from_bits(outer));
            prop_assert!(!is_public(IpAddr::V4(inner)), "{inner}");
            prop_assert!(!is_public(outer), "{outer} holds {inner}");
        }

        #[test]
        fn the_standard_library_agrees_where_it_speaks(bits in any::<u128>(), low in any::<u32>()) {
            let v4 = Ipv4Addr::from_bits(low);
            let odd = v4.is_loopback() || v4.is_private() || v4.is_link_local()
                || v4.is_multicast() || v4.is_unspecified() || v4.is_broadcast()
                || v4.is_documentation();
            prop_assert!(!odd || !is_public_v4(v4), "{v4}");
            let v6 = Ipv6Addr::from_bits(bits);
            let odd = v6.is_loopback() || v6.is_multicast() || v6.is_unspecified()
                || v6.is_unique_local() || v6.is_unicast_link_local();
            prop_assert!(!odd || !is_public_v6(v6), "{v6}");
        }
    }
}
