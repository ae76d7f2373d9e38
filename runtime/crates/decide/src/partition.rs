//! The partition of a workload's requests into operations.

use core::ops::ControlFlow;

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{Match, Operation, Reading};
use rustc_hash::FxHashMap;

use crate::condition::{Conditions, Reads, View};
use crate::ids::OperationIx;
use crate::index::{Index, Read};
use crate::outcome::Settings;
use crate::pattern::fold;
use crate::rank::{self, Alternative};

/// Operations, indexed.
#[derive(Debug)]
pub(crate) struct Partition {
    index: Index<Entry>,
    methods: Methods,
    settings: Vec<Settings>,
    rest: Settings,
    readings: Readings,
}

/// Readings of a path that are to be looked at: every combination of `;` kept or cut and letters
/// kept or folded. What is not declared is not combined; `plain` adds the kept ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Readings {
    kept: bool,
    cut: bool,
    exact: bool,
    pub(crate) folded: bool,
}

/// Methods that matches name, as bits.
#[derive(Debug, Default)]
pub(crate) struct Methods(FxHashMap<Box<str>, u64>);

#[derive(Debug)]
struct Entry {
    operation: OperationIx,
    ports: u64,
    methods: u64,
    /// Most matches have none.
    conditions: Option<Box<Conditions>>,
}

/// Most ports a workload may have.
pub(crate) const MAX_PORTS: usize = 64;

impl Readings {
    pub(crate) fn new(declared: &[Reading]) -> Result<Self, String> {
        let has = |reading| declared.contains(&reading);
        if declared.is_empty() {
            return Err("no reading of paths is declared".to_owned());
        }
        // Decoding twice finds nothing that decoding once left: such paths have no canonical form.
        let plain = has(Reading::Plain) || has(Reading::DoubleDecoding);
        let (cut, folded) = (has(Reading::Matrix), has(Reading::CaseInsensitive));
        Ok(Self { kept: plain || !cut, cut, exact: plain || !folded, folded })
    }

    /// Calls `look` with each of the different things the path says under these readings, until it
    /// breaks.
    pub(crate) fn each<B>(
        self,
        request: &Canonical<'_>,
        mut look: impl FnMut(Read<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (kept, cut) = match request.matrix() {
            Some(matrix) => (self.kept.then(|| request.plain()), self.cut.then_some(matrix)),
            None => (Some(request.plain()), None),
        };
        for path in kept.into_iter().chain(cut) {
            if self.exact {
                look(Read { path, folded: false })?;
            }
            if self.folded {
                look(Read { path: &fold(path), folded: true })?;
            }
        }
        ControlFlow::Continue(())
    }
}

impl Methods {
    /// The bits of these methods; all bits where none is named.
    pub(crate) fn intern(&mut self, methods: &[String]) -> Result<u64, String> {
        if methods.is_empty() {
            return Ok(u64::MAX);
        }
        let mut bits = 0;
        for method in methods {
            let next = self.0.len();
            bits |= match self.0.get(method.as_str()) {
                Some(bit) => *bit,
                None if next < 63 => {
                    self.0.insert(method.as_str().into(), 1 << next);
                    1 << next
                }
                None => return Err("more than 63 methods are named".to_owned()),
            };
        }
        Ok(bits)
    }

    /// The bit of a request's method; one that nothing names has the last bit, which only "any"
    /// holds.
    pub(crate) fn bit(&self, method: &str) -> u64 {
        self.0.get(method).copied().unwrap_or(1 << 63)
    }
}

impl Partition {
    pub(crate) fn new(
        operations: &[Operation],
        readings: Readings,
        ports: usize,
        reads: &mut Reads,
    ) -> Result<Self, String> {
        let mut methods = Methods::default();
        let mut items = Vec::new();
        for (at, operation) in operations.iter().enumerate() {
            let ports = port_bits(operation, ports)?;
            for one in &*operation.matches {
                items.push((read(one, operation)?, (OperationIx(at as u32), ports)));
            }
        }
        rank::sort(&mut items, |_| ());
        let mut index = Index::new(readings.folded);
        for (one, (operation, ports)) in items {
            reads.add(&one.conditions);
            let methods = methods.intern(one.methods)?;
            let conditions = one.conditions;
            let conditions = (!conditions.is_empty()).then(|| Box::new(conditions));
            let entry = Entry { operation, ports, methods, conditions };
            index.push(one.host, &one.paths, entry);
        }
        let index = index.seal()?;
        let settings: Vec<_> = operations.iter().map(Settings::of).collect();
        let rest = operations.iter().find(|one| one.name == "rest").map(Settings::of);
        let rest = rest.unwrap_or(Settings::DEFAULT);
        Ok(Self { index, methods, settings, rest, readings })
    }

    pub(crate) fn settings(&self, operation: OperationIx) -> Settings {
        self.settings.get(operation.index()).copied().unwrap_or(self.rest)
    }

    /// The operation of a request on a port; nothing where its readings differ about that.
    pub(crate) fn classify<F: Fields>(
        &self,
        port: usize,
        request: &Canonical<'_>,
        fields: &F,
    ) -> Option<OperationIx> {
        let mut found = None;
        let differs = self.readings.each(request, |read| {
            let mut differs = false;
            for view in [View::Every, View::Some] {
                let operation = self.classify_as(port, request, fields, read, view, &mut differs);
                if *found.get_or_insert(operation) != operation {
                    return ControlFlow::Break(());
                }
                if !differs {
                    break;
                }
            }
            ControlFlow::Continue(())
        });
        found.filter(|_| differs.is_continue())
    }

    /// The operation under one reading and one view; sets `differs` where the other view may find
    /// another one.
    pub(crate) fn classify_as<F: Fields>(
        &self,
        port: usize,
        request: &Canonical<'_>,
        fields: &F,
        read: Read<'_>,
        view: View,
        differs: &mut bool,
    ) -> OperationIx {
        if request.is_asterisk() || self.index.is_empty() {
            return OperationIx::REST;
        }
        let method = self.methods.bit(request.method());
        let port = 1_u64 << (port % MAX_PORTS);
        let best = self.index.best(request.authority().host, read, |entry| {
            entry.methods & method != 0
                && entry.ports & port != 0
                && entry
                    .conditions
                    .as_ref()
                    .is_none_or(|conditions| conditions.hold_noting(request, fields, view, differs))
        });
        best.map_or(OperationIx::REST, |entry| entry.operation)
    }

    /// The most specific of the `covered` operations that host and path fit, whatever else it asks.
    pub(crate) fn near(
        &self,
        request: &Canonical<'_>,
        covered: impl Fn(OperationIx) -> bool,
    ) -> Option<OperationIx> {
        let host = request.authority().host;
        let read = Read { path: request.plain(), folded: false };
        let best = self.index.best(host, read, |entry| covered(entry.operation));
        best.map(|entry| entry.operation)
    }
}

fn read<'a>(one: &'a Match, operation: &Operation) -> Result<Alternative<'a>, String> {
    if operation.name == "rest" {
        return Err("the operation `rest` matches what no other does, and nothing by name".into());
    }
    Alternative::new(one).map_err(|why| format!("operation `{}`: {why}", operation.name))
}

fn port_bits(operation: &Operation, ports: usize) -> Result<u64, String> {
    let mut bits = 0;
    for port in &operation.ports {
        if *port as usize >= ports.min(MAX_PORTS) {
            return Err(format!("operation `{}` names port {port} of {ports}", operation.name));
        }
        bits |= 1_u64 << port;
    }
    Ok(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_three_methods_have_a_bit_each_and_any_has_all() {
        let names: Vec<String> = (0..63).map(|at| format!("M{at}")).collect();
        let mut methods = Methods::default();
        assert_eq!(methods.intern(&names), Ok(u64::MAX >> 1));
        assert_eq!(methods.intern(&names[5..7]), Ok(0b11 << 5));
        assert_eq!(methods.intern(&[]), Ok(u64::MAX));
        assert_eq!((methods.bit("M0"), methods.bit("M62")), (1, 1 << 62));
        assert_eq!(methods.bit("OTHER"), 1 << 63);
        assert!(methods.intern(&["M63".to_owned()]).is_err());
    }
}
