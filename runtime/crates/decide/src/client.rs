//! The client behind a gateway: whose word about it is believed, and what rules ask of it.

use core::net::IpAddr;

use meshc_request::Fields;
use meshc_snapshot::slice::Inbound;
use rustc_hash::FxHashSet;

use crate::condition::View;
use crate::network::Network;
use crate::peer::Peer;

/// The field that a gateway writes the client's address to; it takes out what outsiders send there.
const FIELD: &str = "x-forwarded-for";

/// Who says what the client's address is.
#[derive(Debug)]
pub(crate) struct Witnesses {
    /// Some rule asks.
    asked: bool,
    /// SPIFFE IDs of gateways.
    gateways: FxHashSet<Box<str>>,
}

impl Witnesses {
    pub(crate) fn new(inbound: &Inbound) -> Self {
        let rules = inbound.guardrails.iter().chain(&inbound.deny).chain(&inbound.allow);
        let asked = rules.into_iter().any(|rule| !rule.client.is_empty());
        Self { asked, gateways: inbound.gateways.iter().map(|one| one.as_str().into()).collect() }
    }

    /// The client of a request: the peer itself where `is_gateway`, else whoever a peer that is a
    /// gateway names, in one field of one address.
    pub(crate) fn client<F: Fields>(
        &self,
        is_gateway: bool,
        peer: &Peer,
        fields: &F,
    ) -> Option<IpAddr> {
        if !self.asked {
            return None;
        }
        if is_gateway {
            return peer.address();
        }
        self.gateways.get(peer.identity()?)?;
        let mut named =
            fields.fields().filter(|(name, _)| name.eq_ignore_ascii_case(FIELD.as_bytes()));
        let (only, more) = (named.next(), named.next());
        let (_, value) = only.filter(|_| more.is_none())?;
        core::str::from_utf8(value).ok()?.parse().ok()
    }
}

/// The networks a rule takes clients from; without one it takes any.
#[derive(Debug)]
pub(crate) struct ClientCheck(Box<[Network]>);

impl ClientCheck {
    pub(crate) fn new(written: &[String]) -> Result<Self, String> {
        let networks = written.iter().map(|one| Network::parse(one));
        Ok(Self(networks.collect::<Result<_, _>>().map_err(|why| why.to_string())?))
    }

    /// Whether a client is in one of them; one that is not known is for a deny, not for an allow.
    pub(crate) fn holds(&self, client: Option<IpAddr>, view: View) -> bool {
        let inside = |client| self.0.iter().any(|network| network.contains(client));
        self.0.is_empty() || client.map_or(view == View::Deny, inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(asked: bool, is_gateway: bool, peer: &str, fields: &[(&str, &str)]) -> Option<String> {
        let gateways = ["spiffe://m/ns/e/sa/edge".into()].into_iter().collect();
        let address = "192.0.2.9".parse().ok();
        let slice = r#"{"destinations":[],"format":2,"inbound":{"allow":[],"authorities":[],
            "deny":[],"identity":"spiffe://m/ns/a/sa/b","listeners":[],"operations":[],
            "probes":[],"readings":["plain"]},"routes":[],"trustDomain":"m","workload":"a/b"}"#;
        let slice = serde_json::from_str(slice).unwrap();
        let tables = crate::Tables::load(slice, None, String::new()).unwrap();
        let peer = tables.peer((!peer.is_empty()).then_some(peer), address);
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let witnesses = Witnesses { asked, gateways };
        witnesses.client(is_gateway, &peer, &fields).map(|client| client.to_string())
    }

    #[test]
    fn only_a_gateway_is_believed_and_only_one_address() {
        let edge = "spiffe://m/ns/e/sa/edge";
        let field = |value| [("X-Forwarded-For", value)];
        let client = |value: &str| Some(value.to_owned());
        assert_eq!(said(true, false, edge, &field("198.51.100.7")), client("198.51.100.7"));
        assert_eq!(said(true, false, edge, &field("2001:db8::1")), client("2001:db8::1"));
        assert_eq!(said(false, false, edge, &field("198.51.100.7")), None);
        for value in ["", "unknown", "1.1.1.1, 2.2.2.2", "1.1.1.1:80", "[::1]", " 1.1.1.1"] {
            assert_eq!(said(true, false, edge, &field(value)), None, "{value}");
        }
        let twice = [("x-forwarded-for", "1.1.1.1"), ("X-Forwarded-For", "1.1.1.1")];
        assert_eq!(said(true, false, edge, &twice), None);
        assert_eq!(said(true, false, edge, &[("x.forwarded.for", "1.1.1.1")]), None);
        assert_eq!(said(true, false, edge, &[]), None);
        for peer in ["", "spiffe://m/ns/e/sa/edges", "spiffe://other/ns/e/sa/edge"] {
            assert_eq!(said(true, false, peer, &field("1.1.1.1")), None, "{peer}");
            assert_eq!(said(true, true, peer, &field("1.1.1.1")), client("192.0.2.9"), "{peer}");
        }
    }

    #[test]
    fn a_client_that_is_not_known_is_for_a_deny_and_against_an_allow() {
        let check = ClientCheck::new(&["10.0.0.0/8".into()]).unwrap();
        let client = |text: &str| text.parse().ok();
        for view in [View::Deny, View::Every] {
            assert!(
                check.holds(client("10.1.1.1"), view) && !check.holds(client("11.1.1.1"), view)
            );
            assert_eq!(check.holds(None, view), view == View::Deny);
            assert!(ClientCheck::new(&[]).unwrap().holds(None, view));
        }
        assert!(ClientCheck::new(&["10.0.0.1/8".into()]).is_err());
    }
}
