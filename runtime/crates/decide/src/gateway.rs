//! Routes of a gateway: host first, then the precedence of matches.

use core::ops::ControlFlow;

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{Match, Route};

use crate::condition::{Conditions, Reads, View};
use crate::host;
use crate::ids::{DestinationIx, OperationIx};
use crate::index::{Index, Read};
use crate::partition::{Methods, Readings};
use crate::rank::{self, Alternative};
use crate::target::Target;

/// The routes of a gateway, indexed.
#[derive(Debug)]
pub(crate) struct Routes {
    index: Index<Entry>,
    methods: Methods,
    readings: Readings,
    pub(crate) reads: Reads,
}

/// A route taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Taken {
    pub(crate) route: u32,
    pub(crate) destination: DestinationIx,
    /// The one operation it leads to.
    pub(crate) operation: Option<OperationIx>,
    /// Position and number of the destination's port it leads to.
    pub(crate) port: (usize, u16),
}

#[derive(Debug)]
struct Entry {
    taken: Taken,
    methods: u64,
    host: Option<Box<str>>,
    conditions: Conditions,
}

/// One way a route can be taken: under one of its hosts.
#[derive(Clone, Copy)]
struct Way<'a> {
    taken: Taken,
    host: Option<&'a str>,
}

impl Routes {
    pub(crate) fn new(
        routes: &[Route],
        readings: Readings,
        find: impl Fn(u32, &Route) -> Result<Taken, String>,
    ) -> Result<Self, String> {
        let any = Match {
            headers: vec![],
            host: None,
            methods: vec![],
            path: "/**".to_owned(),
            query: vec![],
            regex: None,
        };
        let any = core::slice::from_ref(&any);
        let mut items = Vec::new();
        for (at, route) in routes.iter().enumerate() {
            let taken = find(at as u32, route)?;
            let matches = if route.matches.is_empty() { any } else { &route.matches };
            for one in matches {
                let one = Alternative::new(one)
                    .map_err(|why| format!("route `{}`: {why}", route.name))?;
                if route.hosts.is_empty() {
                    items.push((one, Way { taken, host: None }));
                    continue;
                }
                for host in &route.hosts {
                    items.push((one.clone(), Way { taken, host: Some(host) }));
                }
            }
        }
        rank::sort(&mut items, Way::class);
        Self::index(items, readings)
    }

    fn index(items: Vec<(Alternative<'_>, Way<'_>)>, readings: Readings) -> Result<Self, String> {
        let mut routes = Self {
            index: Index::new(readings.folded),
            methods: Methods::default(),
            readings,
            reads: Reads::default(),
        };
        for (one, way) in items {
            routes.reads.add(&one.conditions);
            let methods = routes.methods.intern(one.methods)?;
            let host = one.host.map(Box::from);
            let entry = Entry { taken: way.taken, methods, host, conditions: one.conditions };
            routes.index.push(way.host, &one.paths, entry);
        }
        routes.index = routes.index.seal()?;
        Ok(routes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The route of a request.
    ///
    /// # Errors
    /// Nothing where its readings take different ones.
    pub(crate) fn take<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
        targets: &[Target],
    ) -> Result<Option<Taken>, ()> {
        let mut found = None;
        let differs = self.readings.each(request, |read| {
            let mut differs = false;
            for view in [View::Every, View::Some] {
                let taken = self.take_as(request, fields, targets, read, view, &mut differs);
                if *found.get_or_insert(taken) != taken {
                    return ControlFlow::Break(());
                }
                if !differs {
                    break;
                }
            }
            ControlFlow::Continue(())
        });
        if differs.is_break() { Err(()) } else { Ok(found.flatten()) }
    }

    fn take_as<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
        targets: &[Target],
        read: Read<'_>,
        view: View,
        differs: &mut bool,
    ) -> Option<Taken> {
        let host = request.authority().host;
        let method = self.methods.bit(request.method());
        let leads = |taken: &Taken, differs: &mut bool| {
            let Some(wanted) = taken.operation else { return true };
            let target = targets.get(taken.destination.index());
            target.is_some_and(|target| {
                let request = request.addressed_to(&target.authority);
                let partition = &target.partition;
                let port = taken.port.0;
                partition.classify_as(port, &request, fields, read, view, differs) == wanted
            })
        };
        let best = self.index.best(host, read, |entry| {
            entry.methods & method != 0
                && entry.host.as_deref().is_none_or(|one| host::matches(one, host))
                && entry.conditions.hold_noting(request, fields, view, differs)
                && leads(&entry.taken, differs)
        });
        best.map(|entry| entry.taken)
    }

    /// The most specific route whose host and path fit, whatever else it asks, and that it is one;
    /// else the first.
    pub(crate) fn near(&self, request: &Canonical<'_>) -> Option<(u32, bool)> {
        let read = Read { path: request.plain(), folded: false };
        let best = self.index.best(request.authority().host, read, |_| true);
        let first = self.index.entries().first();
        best.or(first).map(|entry| (entry.taken.route, best.is_some()))
    }
}

impl Way<'_> {
    /// Exact host, then the longer wildcard, then any.
    fn class(&self) -> (bool, usize) {
        match self.host {
            Some(host) if host.starts_with('*') => (false, host.len()),
            Some(_) => (true, 0),
            None => (false, 0),
        }
    }
}
