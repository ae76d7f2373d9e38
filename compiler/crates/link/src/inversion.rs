//! Calls that wait longer than anybody waits for their caller (MC603).

use crate::mesh::{Edge, Mesh, Workload, WorkloadIx};

/// A call whose time nobody gives its caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Inverted {
    /// Index into [`Mesh::edges`] of the call.
    pub call: usize,
    /// Milliseconds it waits.
    pub waits_ms: u32,
    /// Index of the call of its caller that waits longest.
    pub longest: usize,
    /// Milliseconds that one waits.
    pub longest_ms: u32,
}

impl Mesh {
    /// Every call for whose waiting somebody wrote a time that is longer than every time that the
    /// callers of its caller wait: when it ends, nobody is there. By written order.
    #[must_use]
    pub fn inverted(&self) -> Vec<Inverted> {
        // By workload: the longest that a caller waits for it, and in which call.
        let mut longest: Vec<Option<(u32, usize)>> = vec![None; self.workloads.len()];
        for (at, edge) in self.edges.iter().enumerate() {
            let waits = edge.waits_ms;
            if let Some(slot) = longest.get_mut(edge.callee.index())
                && slot.is_none_or(|(most, _)| waits > most)
            {
                *slot = Some((waits, at));
            }
        }
        let mut found = Vec::new();
        for (call, edge) in self.edges.iter().enumerate() {
            let before = longest.get(edge.caller.index()).copied().flatten();
            let Some((longest_ms, at)) = before else { continue };
            if edge.timeout_ms.is_some_and(|own| own <= longest_ms) {
                continue; // Most: neither end needs to be looked at.
            }
            let (Some(caller), Some(callee)) =
                (self.workload(edge.caller), self.workload(edge.callee))
            else {
                continue;
            };
            let Some(waits_ms) = written(edge, callee, longest_ms) else { continue };
            if !has_others(caller) {
                found.push(Inverted { call, waits_ms, longest: at, longest_ms });
            }
        }
        found
    }
}

/// Milliseconds that a caller waits at most, whatever of the callee it asks for; see
/// [`Edge::waits_ms`].
pub(crate) fn waits(
    mesh: &Mesh,
    callee: WorkloadIx,
    operation: Option<u32>,
    timeout_ms: Option<u32>,
) -> u32 {
    let Some(callee) = mesh.workload(callee) else { return u32::MAX };
    let allowed = match operation.and_then(|at| callee.operations.get(at as usize)) {
        // A connection is not ended by the time for a request.
        Some(one) if one.matches.is_empty() => return u32::MAX,
        Some(one) => one.timeout_ms,
        None => {
            let all = callee.operations.iter().map(|one| one.timeout_ms);
            all.chain([mesh.values(callee).timeout().value]).max().unwrap_or(u32::MAX)
        }
    };
    timeout_ms.map_or(allowed, |own| own.min(allowed))
}

/// Milliseconds that a call waits, if they are more than `longest` and the call or the operation it
/// names says so. A call that waits longer than the operation allows is wrong in itself (MC613).
fn written(edge: &Edge, callee: &Workload, longest: u32) -> Option<u32> {
    let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
    let allowed = operation.map_or(u32::MAX, |one| one.timeout_ms);
    let waits = edge.timeout_ms.unwrap_or(allowed);
    let opaque = operation.is_some_and(|one| one.matches.is_empty());
    if waits <= longest || waits > allowed || opaque {
        return None;
    }
    let says = |name: &str| {
        let row = callee.row.operations.iter().find(|row| row.name.value == name);
        row.is_some_and(|row| row.timeout_ms.is_some())
    };
    let own = edge.timeout_ms.is_some() || operation.is_some_and(|one| says(&one.name));
    own.then_some(waits)
}

/// Whether somebody else than declared callers asks a workload, whose patience is not known.
fn has_others(workload: &Workload) -> bool {
    let rules = &workload.row.allow;
    let mut from = rules.iter().flat_map(|rule| rule.from.iter().flatten());
    from.any(|from| from.value == "anonymous")
        || rules.iter().any(|rule| !rule.federated.is_empty())
}
