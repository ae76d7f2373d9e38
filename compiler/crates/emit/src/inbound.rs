use std::collections::BTreeSet;

use meshc_check::unit::{PortRow, RateLimitRow};
use meshc_link::{Mesh, Workload, trust_domain_of};
use meshc_snapshot::capability::Needs;
use meshc_snapshot::slice::Tls;

use crate::json::{Json, Object, key};
use crate::rules::{guardrails, numbered, rules, sorted};

/// What the slices of all workloads share of what they accept.
pub(crate) struct Inbound<'m> {
    mesh: &'m Mesh,
    /// Identities of every gateway, sorted.
    gateways: Vec<&'m str>,
}

/// Where, behind a key, values are left out that its callers hold too.
#[derive(Clone, Copy, Default)]
pub(crate) struct Gaps {
    pub(crate) authorities: usize,
    pub(crate) operations: usize,
    pub(crate) readings: usize,
}

impl<'m> Inbound<'m> {
    pub(crate) fn new(mesh: &'m Mesh) -> Self {
        let gateways = mesh.workloads.iter().filter(|one| one.is_gateway());
        let mut gateways: Vec<&str> = gateways.map(|one| one.identity.as_str()).collect();
        gateways.sort_unstable();
        Self { mesh, gateways }
    }

    /// Writes what a workload accepts but for some values.
    pub(crate) fn write(&self, workload: &Workload, json: &mut Json, needs: &mut Needs) -> Gaps {
        let mut gaps = Gaps::default();
        let (row, both) = (&workload.row, (self.mesh, workload));
        json.object(|object| {
            rules(both, ("allow", &row.allow), object.key(key!("allow")), needs);
            if row.audit {
                needs.audit();
                object.key(key!("audit")).truth(true);
            }
            gaps.authorities = object.key(key!("authorities")).length();
            rules(both, ("deny", &row.deny), object.key(key!("deny")), needs);
            self.federated(workload, object, needs);
            self.trusted_gateways(workload, object);
            if self.mesh.guardrails_of(workload).any(|(one, _)| !one.row.deny.is_empty()) {
                guardrails(both, object.key(key!("guardrails")), needs);
            }
            object.key(key!("identity")).text(&workload.identity);
            self.issuers(workload, object, needs);
            object.key(key!("listeners")).list(&row.ports, |json, port| {
                self.listener(workload, port, json, needs);
            });
            gaps.operations = object.key(key!("operations")).length();
            probes(workload, object.key(key!("probes")), needs);
            if !row.rate_limits.is_empty() {
                self.rate_limits(workload, object.key(key!("rateLimits")), needs);
            }
            gaps.readings = object.key(key!("readings")).length();
        });
        gaps
    }

    /// The trust domains that a rule names, with their bundles. Nobody proves an identity to a
    /// gateway.
    fn federated(&self, workload: &Workload, object: &mut Object<'_>, needs: &mut Needs) {
        if workload.is_gateway() || self.mesh.federation.is_empty() {
            return;
        }
        let callers = self.mesh.rules_of(workload).flat_map(|rule| &rule.federated);
        let named: BTreeSet<&str> = callers.map(|one| trust_domain_of(&one.value)).collect();
        let known = self.mesh.federation.iter();
        let known = known.filter(|one| named.contains(one.trust_domain.as_str()));
        let sound = known.filter_map(|one| Some((one.bundle.as_deref()?, &one.trust_domain)));
        let mut sound = sound.peekable();
        if sound.peek().is_none() {
            return;
        }
        object.key(key!("federated")).list(sound, |json, (bundle, name)| {
            needs.federated();
            json.object(|object| {
                object.key(key!("bundle")).text(bundle);
                object.key(key!("trustDomain")).text(name);
            });
        });
    }

    /// The gateways whose word about a client counts, where a rule asks for it; a gateway needs
    /// nobody's.
    fn trusted_gateways(&self, workload: &Workload, object: &mut Object<'_>) {
        let mut rules = self.mesh.rules_of(workload);
        let asked = !workload.is_gateway() && rules.any(|rule| !rule.client.is_empty());
        if asked && !self.gateways.is_empty() {
            object.key(key!("gateways")).texts(self.gateways.iter().copied());
        }
    }

    fn issuers(&self, workload: &Workload, object: &mut Object<'_>, needs: &mut Needs) {
        let issuers = self.mesh.issuers_of(workload).filter_map(|one| one.sliced.as_ref());
        let mut issuers = issuers.peekable();
        if issuers.peek().is_some() {
            object.key(key!("issuers")).list(issuers, |json, issuer| {
                needs.issuer();
                json.value(issuer);
            });
        }
    }

    fn listener(&self, workload: &Workload, port: &PortRow, json: &mut Json, needs: &mut Needs) {
        let tls = match (workload.is_gateway(), &port.certificate) {
            (false, _) => Tls::Mutual,
            (true, Some(_)) => Tls::Terminate,
            (true, None) => Tls::None,
        };
        needs.listener(port.protocol, tls);
        let mut hosts: Vec<&str> = port.hosts.iter().map(|host| host.value.as_str()).collect();
        hosts.sort_unstable();
        json.object(|object| {
            object.optional(key!("certificate"), port.certificate.as_deref(), Json::text);
            object.key(key!("hosts")).texts(hosts);
            object.key(key!("name")).text(&port.name.value);
            object.key(key!("port")).number(port.port.value.into());
            object.key(key!("protocol")).value(&port.protocol);
            let target = self.mesh.values(workload).target(port).value;
            object.key(key!("target")).number(target.into());
            object.key(key!("tls")).value(&tls);
        });
    }

    fn rate_limits(&self, workload: &Workload, json: &mut Json, needs: &mut Needs) {
        let values = self.mesh.values(workload);
        let rows = workload.row.rate_limits.iter().enumerate();
        json.list(rows, |json, (number, row): (usize, &RateLimitRow)| {
            let per = values.per(row).value;
            needs.limit(&per);
            json.object(|object| {
                object.key(key!("burst")).number(values.burst(row).value);
                object.key(key!("count")).number(row.count.value);
                match &row.name {
                    Some(name) => object.key(key!("name")).text(name),
                    None => object.key(key!("name")).text(&numbered("rateLimits", number)),
                }
                let operations = row.operations.as_deref();
                object.optional(key!("operations"), operations, |json, all| sorted(all, json));
                object.key(key!("per")).value(&per);
                object.key(key!("periodMs")).number(row.period_ms);
            });
        });
    }
}

fn probes(workload: &Workload, json: &mut Json, needs: &mut Needs) {
    json.list(&workload.row.probes, |json, (path, port)| {
        needs.probe();
        json.object(|object| {
            object.key(key!("path")).text(&path.value);
            object.key(key!("port")).text(&port.value);
        });
    });
}
