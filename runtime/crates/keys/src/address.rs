use std::net::IpAddr;

use meshc_decide::Network;
use meshc_token::is_public;

/// Where a fetch may go: anywhere public, and into the networks an operator listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    allowed: Vec<Network>,
}

impl Reach {
    pub(crate) fn new(allowed: Vec<Network>) -> Self {
        Self { allowed }
    }

    /// Whether a connection may be made to an address.
    pub(crate) fn admits(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| network.contains(address)) || is_public(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(allowed: &[&str], address: &str) -> bool {
        let allowed = allowed.iter().map(|text| Network::parse(text).unwrap()).collect();
        Reach::new(allowed).admits(address.parse().unwrap())
    }

    #[test]
    fn an_operator_opens_what_is_listed_and_no_more() {
        assert!(admits(&["10.1.0.0/16"], "10.1.2.3"));
        assert!(admits(&["10.1.0.0/16"], "::ffff:10.1.2.3"));
        assert!(!admits(&["10.1.0.0/16"], "10.2.0.1"));
        assert!(!admits(&["10.1.0.0/16"], "127.0.0.1"));
        // Inside another address it is another route; that has to be listed too.
        assert!(!admits(&["10.1.0.0/16"], "64:ff9b::10.1.2.3"));
        assert!(!admits(&["0.0.0.0/0"], "::1"));
        assert!(admits(&["fd00::/8"], "fd12::1"));
    }
}
