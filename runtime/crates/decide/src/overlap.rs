//! Operations, routes and traffic items that overlap: equally specific ones (the compiler's MC308),
//! and operations that take requests from a wider one (MC532).

use meshc_snapshot::slice::{Condition, Match, Operation, Reading};

use crate::host;
use crate::rank::Alternative;
use crate::values;

/// Two matches of different operations that no rule of precedence parts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Overlap {
    /// Index of an operation, and of a match of it.
    pub one: (usize, usize),
    /// The other, behind the first.
    pub other: (usize, usize),
    /// A request that both match.
    pub example: Example,
}

/// A request, to be shown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Example {
    /// Its method.
    pub method: String,
    /// Its host, where one matters.
    pub host: Option<String>,
    /// Its path, decoded.
    pub path: String,
    /// Its header fields, where some matter.
    pub headers: Vec<(String, String)>,
    /// Its query parameters, decoded, where some matter.
    pub query: Vec<(String, String)>,
}

/// Every pair of matches of different operations that are equally specific, overlap, share a port,
/// and of which neither is a strict subset of the other. Matches with a faulty pattern are left out:
/// they are reported elsewhere. Paths, hosts, methods and the values of headers and parameters are
/// compared exactly; where that would take too long, an overlap is assumed.
#[must_use]
pub fn overlaps(operations: &[Operation], readings: &[Reading]) -> Vec<Overlap> {
    let mut found = Vec::new();
    for fold in folds(readings) {
        found.extend(equals(operations, *fold));
    }
    found.sort_by_key(|overlap| (overlap.one, overlap.other));
    found.dedup_by_key(|overlap| (overlap.one, overlap.other));
    found
}

/// Every pair of traffic items whose conditions, headers and query of each, are equally many and can
/// hold at once, with a request for which they do.
#[must_use]
pub fn traffic_overlaps(items: &[(&[Condition], &[Condition])]) -> Vec<(usize, usize, Example)> {
    let mut found = Vec::new();
    for (at, (headers, query)) in items.iter().enumerate() {
        for (other_at, (other_headers, other_query)) in items.iter().enumerate().skip(at + 1) {
            if headers.len() != other_headers.len() || query.len() != other_query.len() {
                continue;
            }
            let headers =
                values::witnesses(&[*headers, other_headers].concat(), values::Kind::Header);
            let query = values::witnesses(&[*query, other_query].concat(), values::Kind::Parameter);
            if let (Some(headers), Some(query)) = (headers, query) {
                found.push((at, other_at, Example { headers, query, ..Example::default() }));
            }
        }
    }
    found
}

/// A host that two patterns (exact, or `*.suffix`) mean, if there is one.
#[must_use]
pub fn common_host(one: &str, other: &str) -> Option<String> {
    host::common(one, other)
}

/// Whether a gateway looks at two host patterns at once: neither goes before the other by its form
/// (language reference, section 2).
#[must_use]
pub fn are_hosts_level(one: &str, other: &str) -> bool {
    let class = |host: &str| host.starts_with('*').then_some(host.len());
    class(one) == class(other)
}

/// Whether letters are to be kept and folded, or kept only.
fn folds(readings: &[Reading]) -> &'static [bool] {
    if readings.contains(&Reading::CaseInsensitive) { &[false, true] } else { &[false] }
}

/// A match, read for paths as they stand or with folded letters; nothing for a faulty one.
fn read(one: &Match, fold: bool) -> Option<Alternative<'_>> {
    let plain = Alternative::new(one).ok()?;
    if fold { plain.folded().ok() } else { Some(plain) }
}

fn equals(operations: &[Operation], fold: bool) -> Vec<Overlap> {
    let mut all = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        for (position, one) in operation.matches.iter().enumerate() {
            if let Some(read) = read(one, fold) {
                all.push(((at, position), operation, one, read));
            }
        }
    }
    all.sort_by_key(|(_, _, _, read)| read.rank());
    let mut found = Vec::new();
    for group in all.chunk_by(|one, other| one.3.rank() == other.3.rank()) {
        for (at, (one_at, one_operation, one, one_read)) in group.iter().enumerate() {
            for (other_at, other_operation, other, other_read) in group.iter().skip(at + 1) {
                let meet = one_at.0 != other_at.0
                    && one_operation.ports.iter().any(|port| other_operation.ports.contains(port))
                    && !one_read.is_narrower(other_read)
                    && !other_read.is_narrower(one_read);
                let example = if meet { common(one, one_read, other, other_read) } else { None };
                if let Some(example) = example {
                    found.push(Overlap { one: *one_at, other: *other_at, example });
                }
            }
        }
    }
    found
}

/// Every match of another operation that takes requests from a match of `operations[wide]` by being
/// more specific, with an example: what a rule that names only `wide` loses to them. The first of
/// each pair of operations.
#[must_use]
pub fn carved(operations: &[Operation], readings: &[Reading], wide: usize) -> Vec<Overlap> {
    let all = folds(readings).iter().flat_map(|fold| carved_as(operations, *fold, wide));
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|overlap| overlap.other.0);
    all.dedup_by_key(|overlap| overlap.other.0);
    all
}

fn carved_as(operations: &[Operation], fold: bool, wide: usize) -> Vec<Overlap> {
    let read_all = |at: usize| {
        let operation = operations.get(at);
        let matches = operation.map(|one| &*one.matches).unwrap_or_default().iter();
        let all = matches.enumerate();
        all.filter_map(|(number, one)| Some((number, one, read(one, fold)?))).collect::<Vec<_>>()
    };
    let own = read_all(wide);
    let shares = |other: usize| {
        let ports = |at: usize| operations.get(at).map(|one| one.ports.as_slice());
        let (one, other) = (ports(wide).unwrap_or_default(), ports(other).unwrap_or_default());
        one.iter().any(|port| other.contains(port))
    };
    let others = (0..operations.len()).filter(|&other| other != wide && shares(other));
    others
        .filter_map(|other| {
            let theirs = read_all(other);
            own.iter().find_map(|(at, one, one_read)| {
                theirs.iter().find_map(|(other_at, narrow, narrow_read)| {
                    let goes_first = narrow_read.rank() > one_read.rank()
                        || (narrow_read.rank() == one_read.rank()
                            && narrow_read.is_narrower(one_read));
                    let example = common(one, one_read, narrow, narrow_read);
                    let example = example.filter(|_| goes_first)?;
                    Some(Overlap { one: (wide, *at), other: (other, *other_at), example })
                })
            })
        })
        .collect()
}

/// A request that both match, if there is one.
fn common(
    one: &Match,
    one_read: &Alternative<'_>,
    other: &Match,
    other_read: &Alternative<'_>,
) -> Option<Example> {
    let path = one_read.paths.common(&other_read.paths)?;
    let method = match (one.methods.first(), other.methods.first()) {
        (None, None) => "GET".to_owned(),
        (Some(method), None) | (None, Some(method)) => method.clone(),
        (Some(_), Some(_)) => {
            one.methods.iter().find(|method| other.methods.contains(method))?.clone()
        }
    };
    let host = match (&one.host, &other.host) {
        (Some(one), Some(other)) => Some(host::common(one, other)?),
        (Some(host), None) | (None, Some(host)) => Some(host.replacen('*', "x", 1)),
        (None, None) => None,
    };
    let headers = [one.headers.as_slice(), &other.headers].concat();
    let headers = values::witnesses(&headers, values::Kind::Header)?;
    let query = [one.query.as_slice(), &other.query].concat();
    let query = values::witnesses(&query, values::Kind::Parameter)?;
    Some(Example { method, host, path, headers, query })
}

#[cfg(test)]
mod tests;
