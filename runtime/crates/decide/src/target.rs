//! A destination: its operations, and where its requests go.

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{Call, Callee, Destination, Operation, Protocol, Traffic};

use crate::bits::Bits;
use crate::condition::{Conditions, Reads, View};
use crate::denial::DenialKind;
use crate::ids::{ClusterIx, OperationIx};
use crate::outcome::Settings;
use crate::partition::{MAX_PORTS, Partition, Readings};

/// One destination, indexed.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) authority: Box<str>,
    pub(crate) partition: Partition,
    pub(crate) reads: Reads,
    ports: Vec<(u16, Protocol)>,
    /// What the caller waits at most, by operation; the last is that of the rest.
    limits: Vec<Option<u32>>,
    traffic: Vec<Item>,
}

/// A traffic item; the more specific goes first.
#[derive(Debug)]
struct Item {
    written: u32,
    operations: Option<Bits>,
    conditions: Conditions,
    to: Vec<(ClusterIx, u32)>,
}

impl Target {
    pub(crate) fn new(destination: &Destination) -> Result<Self, String> {
        Self::read(destination)
            .map_err(|why| format!("destination `{}`: {why}", destination.callee.workload))
    }

    fn read(destination: &Destination) -> Result<Self, String> {
        let Destination { callee, calls, .. } = destination;
        if callee.ports.len() > MAX_PORTS {
            return Err(format!("more than {MAX_PORTS} ports"));
        }
        if callee.clusters.is_empty() {
            return Err("no cluster".to_owned());
        }
        let mut reads = Reads::default();
        let readings = Readings::new(&callee.readings)?;
        let ports = callee.ports.len();
        let partition = Partition::new(&callee.operations, readings, ports, &mut reads)?;
        let mut traffic = Vec::new();
        for (at, item) in callee.traffic.iter().enumerate() {
            traffic.push(Item::new(at, item, callee)?);
        }
        traffic.sort_by_key(|item| core::cmp::Reverse(item.rank()));
        traffic.iter().for_each(|item| reads.add(&item.conditions));
        let (namespace, name) = callee
            .workload
            .split_once('/')
            .ok_or("the workload is not `namespace/name`".to_owned())?;
        Ok(Self {
            authority: format!("{name}.{namespace}").into(),
            partition,
            reads,
            ports: callee.ports.iter().map(|port| (port.port, port.protocol)).collect(),
            limits: limits(&callee.operations, calls)?,
            traffic,
        })
    }

    /// The HTTP port that an authority with this port means: the one named, or the only one.
    pub(crate) fn http_port(&self, named: Option<u16>) -> Option<(usize, u16)> {
        let mut http = self.http_ports();
        match named {
            Some(port) => http.find(|(_, number)| *number == port),
            None => http.next().filter(|_| http.next().is_none()),
        }
    }

    fn http_ports(&self) -> impl Iterator<Item = (usize, u16)> {
        let all = self.ports.iter().enumerate();
        all.filter(|(_, port)| port.1 == Protocol::Http).map(|(at, port)| (at, port.0))
    }

    /// Position of the TCP port of this number.
    pub(crate) fn tcp_port(&self, number: u16) -> Option<usize> {
        self.ports.iter().position(|port| *port == (number, Protocol::Tcp))
    }

    /// Timeout and retries of an operation, tightened by what the caller declared.
    pub(crate) fn settings(&self, operation: OperationIx) -> Settings {
        let limit = self.limits.get(operation.index()).or(self.limits.last());
        self.partition.settings(operation).at_most(limit.copied().flatten())
    }

    /// The cluster for a request of an operation, and the traffic item that chose it.
    pub(crate) fn cluster<F: Fields>(
        &self,
        operation: OperationIx,
        request: Option<(&Canonical<'_>, &F)>,
        draw: u32,
    ) -> Result<(ClusterIx, Option<u32>), DenialKind> {
        let mut found = None;
        let mut differs = false;
        for view in [View::Every, View::Some] {
            let item = self.traffic.iter().position(|item| {
                item.speaks_of(operation)
                    && match request {
                        Some((request, fields)) => {
                            item.conditions.hold_noting(request, fields, view, &mut differs)
                        }
                        None => item.conditions.is_empty(),
                    }
            });
            if *found.get_or_insert(item) != item {
                return Err(DenialKind::AmbiguousRequest);
            }
            if !differs {
                break;
            }
        }
        let item = found.flatten().and_then(|at| self.traffic.get(at));
        Ok(item.map_or((ClusterIx(0), None), |item| (item.draw(draw), Some(item.written))))
    }
}

impl Item {
    fn new(at: usize, item: &Traffic, callee: &Callee) -> Result<Self, String> {
        let mut to = Vec::new();
        for share in &item.to {
            let cluster = callee.clusters.iter().position(|one| one.name == share.cluster);
            let cluster = cluster.ok_or(format!(
                "traffic item `{}` names cluster `{}`, unknown",
                item.name, share.cluster
            ))?;
            to.push((ClusterIx(cluster as u32), share.weight));
        }
        if to.iter().all(|(_, weight)| *weight == 0) {
            return Err(format!("the weights of traffic item `{}` are all 0", item.name));
        }
        let operations = match &item.operations {
            Some(names) => Some(bits(names, &callee.operations)?),
            None => None,
        };
        let conditions = Conditions::new(&item.headers, &item.query);
        let conditions = conditions?;
        Ok(Self { written: at as u32, operations, conditions, to })
    }

    fn rank(&self) -> (usize, usize, bool) {
        let Conditions { headers, query } = &self.conditions;
        (headers.len(), query.len(), self.operations.is_some())
    }

    fn speaks_of(&self, operation: OperationIx) -> bool {
        // The rest has the bit behind the last operation, put first here to need no count.
        let bit = operation.0.wrapping_add(1) as usize;
        self.operations.as_ref().is_none_or(|bits| bits.contains(bit))
    }

    /// The share that `draw` of 2^32 falls into.
    fn draw(&self, draw: u32) -> ClusterIx {
        let total: u64 = self.to.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut point = (u128::from(total) * u128::from(draw)) >> 32;
        for (cluster, weight) in &self.to {
            match point.checked_sub(u128::from(*weight)) {
                Some(left) => point = left,
                None => return *cluster,
            }
        }
        ClusterIx(0)
    }
}

/// Operations by name as bits: the rest first, then each by its index and one.
fn bits(names: &[String], operations: &[Operation]) -> Result<Bits, String> {
    let mut bits = Bits::new(operations.len() + 1);
    for name in names {
        match operations.iter().position(|one| one.name == *name) {
            _ if name == "rest" => bits.insert(0),
            Some(at) => bits.insert(at + 1),
            None => return Err(format!("operation `{name}` is named in traffic, unknown")),
        }
    }
    Ok(bits)
}

fn limits(operations: &[Operation], calls: &[Call]) -> Result<Vec<Option<u32>>, String> {
    let count = operations.len();
    let mut limits: Vec<Option<u32>> = vec![None; count + 1];
    for call in calls {
        let at = match call.operation.as_deref() {
            None => 0..count + 1,
            Some("rest") => count..count + 1,
            Some(name) => {
                let at = operations.iter().position(|one| one.name == name);
                let at = at.ok_or(format!("operation `{name}` is called, unknown"))?;
                at..at + 1
            }
        };
        for limit in limits.get_mut(at).into_iter().flatten() {
            *limit = match (*limit, call.timeout_ms) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
    }
    Ok(limits)
}
