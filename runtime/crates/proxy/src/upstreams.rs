//! Destinations as one thread balances over them: endpoints, health, retry budgets.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use meshc_balance::{
    EjectionPolicy, EndpointState, Outcome, Picker as _, RetryBudget, RoundRobin, record,
};
use meshc_decide::{Forward, Tables};
use rustc_hash::FxHashMap;

use crate::args::PortMap;
use crate::clock::Nanos;
use crate::generation::Generation;
use crate::pool::PoolKey;

/// Everything a thread knows of the destinations of its generations.
#[derive(Debug, Default)]
pub struct Upstreams {
    views: Vec<View>,
    numbers: FxHashMap<Box<str>, u32>,
    budgets: FxHashMap<u32, RetryBudget>,
    first: usize,
}

/// The destinations of one generation.
#[derive(Debug)]
struct View {
    generation: u64,
    destinations: Vec<Destination>,
}

#[derive(Debug)]
struct Destination {
    number: u32,
    clusters: Vec<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    addresses: Vec<IpAddr>,
    states: Vec<EndpointState>,
    picker: RoundRobin,
}

/// Generations whose views are kept.
const KEPT: usize = 4;

impl Upstreams {
    /// Nothing known yet; `first` parts the threads' first picks.
    #[must_use]
    pub fn new(first: usize) -> Self {
        Self { first, ..Self::default() }
    }

    /// The instance for a request, or nothing when none is ready.
    pub fn pick(
        &mut self,
        generation: &Generation,
        forward: &Forward,
        ports: &PortMap,
        now: Nanos,
    ) -> Option<PoolKey> {
        let destination = self.destination(generation, forward)?;
        let number = destination.number;
        let cluster = destination.clusters.get_mut(forward.cluster().index())?;
        let at = cluster.picker.pick(&cluster.states, now)?;
        let ip = *cluster.addresses.get(at)?;
        let workload = &generation.tables.destination(forward.destination())?.workload;
        let address = SocketAddr::new(ip, ports.of(workload, forward.port()));
        Some(PoolKey { destination: number, address })
    }

    /// The instance for another try: another one than was `tried`, where there is one.
    pub fn pick_other(
        &mut self,
        generation: &Generation,
        forward: &Forward,
        ports: &PortMap,
        tried: Option<SocketAddr>,
        now: Nanos,
    ) -> Option<PoolKey> {
        let picked = self.pick(generation, forward, ports, now)?;
        if tried == Some(picked.address) {
            return self.pick(generation, forward, ports, now);
        }
        Some(picked)
    }

    /// The number of a forward's destination, under which its retries are counted.
    pub fn number(&mut self, generation: &Generation, forward: &Forward) -> Option<u32> {
        self.destination(generation, forward).map(|destination| destination.number)
    }

    /// Counts how an attempt ended; true when that ejected the instance.
    pub fn record(
        &mut self,
        generation: &Generation,
        forward: &Forward,
        address: SocketAddr,
        outcome: Outcome,
        now: Nanos,
    ) -> bool {
        let Some(destination) = self.destination(generation, forward) else { return false };
        let Some(cluster) = destination.clusters.get_mut(forward.cluster().index()) else {
            return false;
        };
        let at = cluster.addresses.iter().position(|one| *one == address.ip());
        let policy = EjectionPolicy::default();
        at.is_some_and(|at| record(&mut cluster.states, at, outcome, &policy, now))
    }

    /// Counts a first attempt at a destination.
    pub fn request(&mut self, destination: u32, now: Nanos) {
        let budget = self.budgets.entry(destination).or_insert_with(|| RetryBudget::new(now));
        budget.request(now);
    }

    /// Takes a retry out of a destination's budget.
    #[must_use]
    pub fn may_retry(&mut self, destination: u32, now: Nanos) -> bool {
        let budget = self.budgets.entry(destination).or_insert_with(|| RetryBudget::new(now));
        budget.try_retry(now)
    }

    fn destination(
        &mut self,
        generation: &Generation,
        forward: &Forward,
    ) -> Option<&mut Destination> {
        if !self.views.iter().any(|view| view.generation == generation.number) {
            self.build(generation);
        }
        let view = self.views.iter_mut().find(|view| view.generation == generation.number)?;
        view.destinations.get_mut(forward.destination().index())
    }

    fn build(&mut self, generation: &Generation) {
        let numbers: Vec<u32> = numbers(&mut self.numbers, &generation.tables);
        let before = self.views.last();
        let destinations = generation.tables.slice().destinations.iter().zip(numbers);
        let destinations = destinations.map(|(to, number)| {
            let known =
                before.and_then(|view| view.destinations.iter().find(|one| one.number == number));
            let clusters = to.callee.clusters.iter().map(|cluster| {
                let parsed = cluster.endpoints.iter().map(|one| one.address.parse::<IpAddr>());
                let addresses: Vec<IpAddr> = parsed.flatten().collect();
                let states = addresses.iter().map(|one| known_state(known, *one)).collect();
                Cluster { addresses, states, picker: RoundRobin::starting_at(self.first) }
            });
            Destination { number, clusters: clusters.collect() }
        });
        let view = View { generation: generation.number, destinations: destinations.collect() };
        if self.views.len() >= KEPT {
            self.views.remove(0);
        }
        self.views.push(view);
    }
}

/// Stable numbers of the destinations' names.
fn numbers(known: &mut FxHashMap<Box<str>, u32>, tables: &Tables) -> Vec<u32> {
    let names = tables.slice().destinations.iter().map(|to| to.callee.workload.as_str());
    names
        .map(|name| {
            let next = known.len() as u32;
            *known.entry(name.into()).or_insert(next)
        })
        .collect()
}

/// What is known of an address under the generation before; ready and healthy otherwise.
fn known_state(known: Option<&Destination>, address: IpAddr) -> EndpointState {
    let clusters = known.map(|known| known.clusters.as_slice()).unwrap_or_default();
    let state = clusters.iter().find_map(|cluster| {
        let at = cluster.addresses.iter().position(|one| *one == address)?;
        cluster.states.get(at)
    });
    state.cloned().unwrap_or(EndpointState { ready: true, ..EndpointState::default() })
}

/// The SPIFFE ID that the destination of a forward must prove.
#[must_use]
pub fn identity(generation: &Arc<Generation>, forward: &Forward) -> Option<Box<str>> {
    Some(generation.tables.destination(forward.destination())?.identity.as_str().into())
}
