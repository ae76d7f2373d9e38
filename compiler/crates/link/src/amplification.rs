//! How many requests one can become along a path of calls (MC602).

use meshc_snapshot::slice::{Operation, RetryOn};
use rustc_hash::FxHashMap;

use crate::mesh::{Edge, Mesh, Workload, WorkloadIx};

/// A call on a path, and how often one request may be sent along it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hop {
    /// Index into [`Mesh::edges`].
    pub edge: usize,
    /// Tries of one request, the first included.
    pub tries: u32,
}

/// A path along which one request becomes too many.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Amplified {
    /// Requests that one can become at the end of the path; none for a ring, where each round
    /// multiplies them again.
    pub requests: Option<u64>,
    /// The calls, from the first that is tried again on.
    pub hops: Vec<Hop>,
}

/// Tries of operations by workload.
type Written<'a> = FxHashMap<WorkloadIx, &'a [(u32, u32)]>;

/// The most requests that one can become at a workload, and the call by which they come.
#[derive(Clone, Copy, Debug)]
struct Most {
    requests: u64,
    by: Option<Hop>,
}

impl Mesh {
    /// For every workload at which more than `limit` requests can arrive for one, and at whose caller
    /// no more do: the worst path. Rings in which a call is tried again come first.
    ///
    /// What is tried again is what somebody wrote an operation's `retry.attempts` for and what may be
    /// sent after it was sent before; tries by default are held together by the retry budget.
    #[must_use]
    pub fn amplified(&self, limit: u64) -> Vec<Amplified> {
        let written = self.written_tries();
        if written.is_empty() {
            return Vec::new();
        }
        let hops = self
            .edges
            .iter()
            .enumerate()
            .map(|(edge, one)| Hop { edge, tries: self.tries(&written, one) });
        let hops: Vec<Hop> = hops.collect();
        let groups = self.groups();
        let mut most = vec![Most { requests: 1, by: None }; self.workloads.len()];
        let mut found = Vec::new();
        for members in self.in_order(&groups) {
            if let Some(ring) = self.multiplying(&members, &groups, &hops) {
                found.push(Amplified { requests: None, hops: ring });
                for member in &members {
                    set(&mut most, *member, Most { requests: 1, by: None });
                }
            } else if members.len() > 1 {
                self.spread(&members, &groups, &hops, &mut most);
            }
            for member in &members {
                self.pass_on(*member, &groups, &hops, &mut most);
            }
        }
        found.extend(self.crossings(&most, limit));
        found
    }

    /// Tries of operations that say how often, by workload and index of the operation.
    fn written_tries(&self) -> Written<'_> {
        let each = (0_u32..).map(WorkloadIx).zip(&self.told);
        let written = each.filter(|(_, told)| !told.tries.is_empty());
        written.map(|(ix, told)| (ix, told.tries.as_slice())).collect()
    }

    /// The most tries of a request that takes a call.
    fn tries(&self, written: &Written<'_>, edge: &Edge) -> u32 {
        let all = written.get(&edge.callee).copied().unwrap_or_default().iter();
        let taken = all.filter(|(at, _)| edge.operation.is_none_or(|named| named == *at));
        taken.map(|(_, tries)| *tries).max().unwrap_or(1)
    }

    /// The number of each workload's group: those that call each other in a ring have one number.
    fn groups(&self) -> Vec<usize> {
        let mut groups: Vec<usize> = (0..self.workloads.len()).collect();
        for ring in self.graph.cycles() {
            let Some(first) = ring.first().map(|ix| ix.index()) else { continue };
            for member in ring {
                set(&mut groups, member, first);
            }
        }
        groups
    }

    /// The members of every group, callers before callees.
    fn in_order(&self, groups: &[usize]) -> Vec<Vec<WorkloadIx>> {
        let group = |ix: WorkloadIx| groups.get(ix.index()).copied().unwrap_or_default();
        let mut members: Vec<Vec<WorkloadIx>> = vec![Vec::new(); groups.len()];
        let mut waiting = vec![0_usize; groups.len()];
        for ix in (0_u32..).map(WorkloadIx).take(groups.len()) {
            if let Some(slot) = members.get_mut(group(ix)) {
                slot.push(ix);
            }
            for callee in self.graph.callees(ix).iter().filter(|to| group(**to) != group(ix)) {
                if let Some(slot) = waiting.get_mut(group(*callee)) {
                    *slot += 1;
                }
            }
        }
        let is_ready = |at: &usize| waiting.get(*at) == Some(&0);
        let mut ready: Vec<usize> = (0..groups.len()).filter(is_ready).rev().collect();
        let mut ordered = Vec::new();
        while let Some(at) = ready.pop() {
            let all = members.get_mut(at).map(core::mem::take).unwrap_or_default();
            for ix in &all {
                for callee in self.graph.callees(*ix).iter().filter(|to| group(**to) != at) {
                    let Some(slot) = waiting.get_mut(group(*callee)) else { continue };
                    *slot = slot.saturating_sub(1);
                    if *slot == 0 {
                        ready.push(group(*callee));
                    }
                }
            }
            if !all.is_empty() {
                ordered.push(all);
            }
        }
        ordered
    }

    /// A shortest ring through a call of a group that is tried again.
    fn multiplying(
        &self,
        members: &[WorkloadIx],
        groups: &[usize],
        hops: &[Hop],
    ) -> Option<Vec<Hop>> {
        let own = members.first().and_then(|ix| groups.get(ix.index()))?;
        let inside = |ix: WorkloadIx| groups.get(ix.index()) == Some(own);
        let calls = members.iter().flat_map(|ix| self.hops_of(*ix, hops));
        let again = calls.filter(|(hop, edge)| hop.tries > 1 && inside(edge.callee));
        let rings = again.filter_map(|(hop, edge)| {
            let back = match edge.callee == edge.caller {
                true => vec![edge.caller],
                false => self.graph.path(edge.callee, edge.caller)?,
            };
            let rest = back.windows(2).filter_map(|pair| match pair {
                [caller, callee] => self.worst(*caller, *callee, hops),
                _ => None,
            });
            Some(core::iter::once(*hop).chain(rest).collect::<Vec<_>>())
        });
        rings.min_by_key(Vec::len)
    }

    fn hops_of<'a>(
        &'a self,
        ix: WorkloadIx,
        hops: &'a [Hop],
    ) -> impl Iterator<Item = (&'a Hop, &'a Edge)> {
        let start = self.edges.partition_point(|edge| edge.caller < ix);
        let pairs = hops.get(start..).unwrap_or_default().iter();
        let pairs = pairs.zip(self.edges.get(start..).unwrap_or_default());
        pairs.take_while(move |(_, edge)| edge.caller == ix)
    }

    /// The call between two workloads with the most tries.
    fn worst(&self, caller: WorkloadIx, callee: WorkloadIx, hops: &[Hop]) -> Option<Hop> {
        let calls = self.hops_of(caller, hops).filter(|(_, edge)| edge.callee == callee);
        calls.map(|(hop, _)| *hop).max_by_key(|hop| (hop.tries, core::cmp::Reverse(hop.edge)))
    }

    /// Inside a ring of which no call is tried again everybody gets what the worst of them gets.
    fn spread(&self, members: &[WorkloadIx], groups: &[usize], hops: &[Hop], most: &mut [Most]) {
        let of = |most: &[Most], ix: WorkloadIx| most.get(ix.index()).map_or(1, |one| one.requests);
        let Some(worst) = members.iter().copied().max_by_key(|ix| of(most, *ix)) else { return };
        let requests = of(most, worst);
        let mut next = vec![worst];
        while let Some(at) = next.pop() {
            for (hop, edge) in self.hops_of(at, hops) {
                let inside = groups.get(edge.callee.index()) == groups.get(at.index());
                if inside && of(most, edge.callee) < requests {
                    set(most, edge.callee, Most { requests, by: Some(*hop) });
                    next.push(edge.callee);
                }
            }
        }
    }

    fn pass_on(&self, ix: WorkloadIx, groups: &[usize], hops: &[Hop], most: &mut [Most]) {
        let own = most.get(ix.index()).map_or(1, |one| one.requests);
        for (hop, edge) in self.hops_of(ix, hops) {
            let requests = own.saturating_mul(u64::from(hop.tries));
            let outside = groups.get(edge.callee.index()) != groups.get(ix.index());
            let more = most.get(edge.callee.index()).is_some_and(|one| requests > one.requests);
            if outside && more {
                set(most, edge.callee, Most { requests, by: Some(*hop) });
            }
        }
    }

    fn crossings(&self, most: &[Most], limit: u64) -> Vec<Amplified> {
        let mut found = Vec::new();
        for one in most.iter().filter(|one| one.requests > limit) {
            let mut hops = Vec::new();
            let mut next = one.by;
            while let Some(hop) = next {
                hops.push(hop);
                let caller = self.edges.get(hop.edge).map(|edge| edge.caller.index());
                next = caller.and_then(|at| most.get(at)).and_then(|one| one.by);
            }
            let before = hops.first().map_or(1, |hop| one.requests / u64::from(hop.tries.max(1)));
            if before <= limit {
                hops.reverse();
                found.push(Amplified { requests: Some(one.requests), hops });
            }
        }
        found
    }

    /// The workloads at the ends of an edge, and what it calls.
    #[must_use]
    pub fn ends(&self, edge: usize) -> Option<(&Edge, &Workload, &Workload)> {
        let edge = self.edges.get(edge)?;
        Some((edge, self.workload(edge.caller)?, self.workload(edge.callee)?))
    }
}

/// Operations of a workload that say how often a request is tried, and may be: index, and tries with
/// the first.
pub(crate) fn tries(workload: &Workload) -> Vec<(u32, u32)> {
    if workload.operations_unclear() {
        return Vec::new();
    }
    let written = workload.row.operations.iter().filter(|row| {
        let attempts = row.attempts.as_ref();
        attempts.is_some_and(|attempts| attempts.value > 0)
    });
    let tries = written.filter_map(|row| {
        let at = workload.operation(&row.name.value)?;
        let operation = workload.operations.get(at as usize).filter(|one| is_resent(one))?;
        Some((at, operation.retry.attempts.saturating_add(1)))
    });
    tries.collect()
}

/// Whether a request that reached the application may be sent to it again.
fn is_resent(operation: &Operation) -> bool {
    let again = |on: &RetryOn| !matches!(on, RetryOn::ConnectFailure);
    operation.idempotent && operation.retry.on.as_ref().is_none_or(|on| on.iter().any(again))
}

fn set<T>(values: &mut [T], at: WorkloadIx, value: T) {
    if let Some(slot) = values.get_mut(at.index()) {
        *slot = value;
    }
}
