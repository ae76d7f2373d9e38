//! What came closest to allowing a request, and what did not hold, in words.

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{Condition, From, Match, Rule, Test};

use crate::condition::View;
use crate::explain::place;
use crate::ids::{OperationIx, UnixSeconds};
use crate::peer::Peer;
use crate::reason::Nearest;
use crate::tables::Tables;

/// The allow rule with the fewest failed fields, then the first written.
pub(crate) fn allow<F: Fields>(
    tables: &Tables,
    peer: &Peer,
    operation: OperationIx,
    request: Option<(&Canonical<'_>, &F)>,
    now: UnixSeconds,
) -> Option<Nearest> {
    let peer = &*tables.admission.ours(peer);
    let rules = tables.slice().inbound.allow.iter().enumerate();
    let failed = rules.map(|(at, rule)| {
        let mut failed = Vec::new();
        if !peer.allow.contains(at) {
            let caller = peer.identity().unwrap_or("anonymous");
            failed.push(format!("caller is {caller}, rule allows {}", callers(&rule.from)));
        }
        if !tables.admission.allow.covers(at, operation) {
            failed.push(operation_words(tables, rule, operation, request.map(|(one, _)| one)));
        }
        if rule.until.is_some_and(|until| now.0 >= until) {
            failed.push("the rule has expired (`until`)".to_owned());
        }
        condition_words(rule, request, &mut failed);
        (at, rule, failed)
    });
    let (at, rule, failed) = failed.min_by_key(|(_, _, failed)| failed.len())?;
    let place = place(tables, |places| places.allow.get(at));
    Some(Nearest { rule: rule.name.clone(), place, failed })
}

/// The declared call whose authority is spelled most like `host`.
pub(crate) fn call(tables: &Tables, host: &str) -> Option<Nearest> {
    let destinations = tables.slice().destinations.iter().enumerate();
    let names = destinations
        .flat_map(|(at, to)| to.authorities.iter().map(move |name| (at, to, name.as_str())));
    let (at, to, name) = names.min_by_key(|(_, _, name)| distance(name, host))?;
    let place = place(tables, |places| places.destinations.get(at)?.calls.first());
    let failed = vec![format!("host is {host}, the call is to {name}")];
    Some(Nearest { rule: to.workload.clone(), place, failed })
}

/// The route whose host and path fit, or the first one.
pub(crate) fn route(tables: &Tables, request: &Canonical<'_>) -> Option<Nearest> {
    let (at, fits) = tables.routing.routes.near(request)?;
    let route = tables.slice().routes.get(at as usize)?;
    let place = place(tables, |places| places.routes.get(at as usize));
    let host = request.authority().host;
    let mut failed = Vec::new();
    if !fits {
        let hosts = listed(&route.hosts, "any host");
        let paths: Vec<&str> = route.matches.iter().map(|one| one.path.as_str()).collect();
        let paths = if paths.is_empty() { "any path".to_owned() } else { paths.join(", ") };
        failed.push(format!("host is {host}, path is {}", request.path()));
        failed.push(format!("route takes {hosts}, {paths}"));
    } else if let Some(words) = method_words(route.matches.iter(), request, "route takes") {
        failed.push(words);
    } else if let Some(operation) = &route.operation {
        failed.push(format!("the request is not of operation {operation}"));
    } else {
        failed.push("conditions of the route do not hold".to_owned());
    }
    Some(Nearest { rule: route.name.clone(), place, failed })
}

fn callers(from: &From) -> String {
    let mut words = from.identities.clone();
    words.extend(from.namespaces.iter().map(|namespace| format!("{namespace}/*")));
    for (holds, word) in [(from.anyone, "anyone"), (from.anonymous, "anonymous")] {
        if holds {
            words.push(word.to_owned());
        }
    }
    listed(&words, "nobody")
}

/// Why a rule's operations do not cover the request: its method, where that alone is to blame.
fn operation_words(
    tables: &Tables,
    rule: &Rule,
    operation: OperationIx,
    request: Option<&Canonical<'_>>,
) -> String {
    let names = rule.operations.as_deref().unwrap_or_default();
    let is = tables.operation_name(operation);
    let allowed = listed(names, "none");
    let plain = format!("operation is {is}, rule allows {allowed}");
    let Some(request) = request else { return plain };
    let operations = &tables.slice().inbound.operations;
    let covered =
        |at: OperationIx| operations.get(at.index()).is_some_and(|one| names.contains(&one.name));
    match tables.admission.methods_near(request, covered) {
        Some(at) => {
            let matches = operations.get(at.index()).into_iter().flat_map(|one| &one.matches);
            method_words(matches, request, "rule allows").unwrap_or(plain)
        }
        None => plain,
    }
}

/// "method is X, … Y", if the matches name methods and this is none of them.
fn method_words<'a>(
    matches: impl Iterator<Item = &'a Match>,
    request: &Canonical<'_>,
    verb: &str,
) -> Option<String> {
    let mut methods = Vec::new();
    for one in matches {
        if one.methods.is_empty() || one.methods.iter().any(|method| method == request.method()) {
            return None;
        }
        methods.extend(one.methods.iter().cloned());
    }
    methods.sort_unstable();
    methods.dedup();
    (!methods.is_empty())
        .then(|| format!("method is {}, {verb} {}", request.method(), methods.join(", ")))
}

fn condition_words<F: Fields>(
    rule: &Rule,
    request: Option<(&Canonical<'_>, &F)>,
    failed: &mut Vec<String>,
) {
    use crate::condition::{header_holds, parameter_holds};
    let header = |one: &&Condition| {
        !request.is_some_and(|(_, fields)| header_holds(one, fields, View::Every))
    };
    let parameter = |one: &&Condition| {
        !request.is_some_and(|(request, _)| parameter_holds(one, request.query(), View::Every))
    };
    let headers: Vec<_> = rule.headers.iter().filter(header).map(wanted).collect();
    let query: Vec<_> = rule.query.iter().filter(parameter).map(wanted).collect();
    for (what, words) in [("header", headers), ("query", query)] {
        if !words.is_empty() {
            failed.push(format!("{what} {}", words.join(" and ")));
        }
    }
}

/// A condition as a demand. The values a request carried are not repeated: they may be secret.
fn wanted(condition: &Condition) -> String {
    let not = if condition.not { "not " } else { "" };
    let test = match &condition.test {
        Test::Equals(value) => format!("equal `{value}`"),
        Test::OneOf(values) => format!("be one of `{}`", values.join("`, `")),
        Test::Prefix(value) => format!("start with `{value}`"),
        Test::Suffix(value) => format!("end with `{value}`"),
        Test::Present(true) => "be present".to_owned(),
        Test::Present(false) => "be absent".to_owned(),
    };
    format!("{} must {not}{test}", condition.name)
}

fn listed(words: &[String], none: &str) -> String {
    if words.is_empty() { none.to_owned() } else { words.join(", ") }
}

/// Single-character edits between two names (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.bytes().enumerate() {
        let mut corner = at;
        let mut before = at + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (slot, right) in row.iter_mut().skip(1).zip(other.bytes()) {
            let replaced = corner + usize::from(left != right);
            corner = *slot;
            before = replaced.min(before + 1).min(corner + 1);
            *slot = before;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn edits() {
        assert_eq!(distance("paymets", "payments"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
