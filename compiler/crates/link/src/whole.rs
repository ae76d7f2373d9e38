//! What is found by looking at all workloads together, and when it must be looked at again.

use crate::judge::Report;
use crate::mesh::{MeshFinding, Workload};

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whole {
    pub(crate) identities: Vec<MeshFinding>,
    pub(crate) addresses: Vec<MeshFinding>,
    /// Some instances are on this host and some are not.
    pub(crate) apart: bool,
    pub(crate) hosts: Vec<MeshFinding>,
    pub(crate) platform: Vec<MeshFinding>,
}

/// What differs between two meshes, of what it is found by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Differs {
    pub(crate) identities: bool,
    pub(crate) addresses: bool,
    pub(crate) hosts: bool,
}

impl Differs {
    pub(crate) const ALL: Self = Self { identities: true, addresses: true, hosts: true };
    pub(crate) const NONE: Self = Self { identities: false, addresses: false, hosts: false };

    /// Adds what differs between a workload and what it was.
    pub(crate) fn note(&mut self, old: &Workload, new: &Workload) {
        let addresses = |one: &Workload| {
            let all = one.instances.iter().map(|one| one.address.value.clone());
            all.collect::<Vec<_>>()
        };
        let ports =
            |one: &Workload| one.row.ports.iter().map(|one| one.port.value).collect::<Vec<_>>();
        let hosts =
            |one: &Workload| one.row.hosts.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
        self.identities |= old.identity != new.identity;
        self.addresses |= addresses(old) != addresses(new) || ports(old) != ports(new);
        self.hosts |= hosts(old) != hosts(new) || old.is_gateway() != new.is_gateway();
    }
}

impl Whole {
    /// Everything that was found.
    pub(crate) fn findings(&self) -> impl Iterator<Item = &MeshFinding> {
        let all = [&self.identities, &self.addresses, &self.hosts, &self.platform];
        all.into_iter().flatten()
    }

    /// Looks at all workloads together; only at what differs, and at what was found before, whose
    /// places may have moved.
    pub(crate) fn judged(mut self, report: &mut Report<'_>, differs: Differs) -> Self {
        if differs.identities || !self.identities.is_empty() {
            self.identities = report.identities();
        }
        if differs.addresses || self.apart || !self.addresses.is_empty() {
            (self.addresses, self.apart) = report.addresses();
        }
        if differs.hosts || !self.hosts.is_empty() {
            self.hosts = report.hosts();
        }
        self.platform = report.platform();
        self.platform.extend(crate::environment::judge(report.mesh));
        self
    }
}
