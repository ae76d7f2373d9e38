//! What came closest to allowing a request, and what did not hold, in words.

use meshc_request::{Canonical, Fields};
use meshc_snapshot::slice::{Condition, From, Hours, Match, Rule, Test};

use crate::asked::Asked;
use crate::condition::{Check, Conditions, View, header_holds, parameter_holds};
use crate::explain::place;
use crate::ids::{OperationIx, UnixSeconds};
use crate::peer::Peer;
use crate::reason::Nearest;
use crate::schedule::Schedule;
use crate::tables::Tables;

/// The allow rule with the fewest failed fields; of those the first written.
pub(crate) fn allow<F: Fields>(
    tables: &Tables,
    peer: &Peer,
    operation: OperationIx,
    asked: &Asked<'_, F>,
) -> Option<Nearest> {
    let rules = tables.slice().inbound.allow.iter().enumerate();
    let found =
        rules.map(|(at, rule)| (at, rule, failures(tables, (at, rule), peer, operation, asked)));
    let (at, rule, failed) = found.min_by_key(|(_, _, failed)| failed.words.len())?;
    let place = place(tables, |places| places.allow.get(at));
    let edit = failed.edit(tables, peer, operation);
    Some(Nearest { rule: rule.name.clone(), place, failed: failed.words, edit })
}

/// What of a rule does not hold.
#[derive(Default)]
struct Failures {
    caller: bool,
    operation: bool,
    /// Something that naming a caller or an operation would not mend.
    other: bool,
    words: Vec<String>,
}

impl Failures {
    /// The words that would have to be added to the rule's lists, and nothing wider.
    fn edit(&self, tables: &Tables, peer: &Peer, operation: OperationIx) -> Option<String> {
        if self.other {
            return None;
        }
        let caller = self.caller.then(|| match peer.identity() {
            Some(identity) => reference(identity, &tables.slice().trust_domain),
            None => "anonymous".to_owned(),
        });
        let name = tables.operation_name(operation);
        match (caller, self.operation) {
            (Some(caller), true) => {
                Some(format!("add a rule: {{name: …, from: [{caller}], operations: [{name}]}}"))
            }
            (Some(caller), false) => Some(format!("add `{caller}` to `from`")),
            (None, true) => Some(format!("add `{name}` to `operations`")),
            (None, false) => None,
        }
    }
}

/// A caller as `from` names it.
fn reference(identity: &str, trust_domain: &str) -> String {
    let ours = identity.strip_prefix("spiffe://").and_then(|rest| rest.strip_prefix(trust_domain));
    let parts: Vec<&str> = ours.unwrap_or_default().split('/').collect();
    match parts.as_slice() {
        ["", "ns", namespace, "sa", account] => format!("{namespace}/{account}"),
        _ => format!("{{identity: \"{identity}\"}}"),
    }
}

fn failures<F: Fields>(
    tables: &Tables,
    (at, rule): (usize, &Rule),
    peer: &Peer,
    operation: OperationIx,
    asked: &Asked<'_, F>,
) -> Failures {
    let rules = &tables.admission.allow;
    let mut failed = Failures::default();
    if !rules.names_caller(at, peer.identity()) {
        failed.caller = true;
        let caller = peer.identity().unwrap_or("anonymous");
        failed.words.push(format!("caller is {caller}, rule allows {}", callers(&rule.from)));
    }
    if !rules.covers(at, operation) {
        failed.operation = true;
        let request = asked.request.map(|(one, _)| one);
        failed.words.push(operation_words(tables, rule, operation, request));
    }
    let named = failed.words.len();
    if rule.audit {
        failed.words.push("the rule is only audited".to_owned());
    }
    if !rules.takes_source(at, peer.address()) {
        let from = peer.address().map_or("unknown".to_owned(), |address| address.to_string());
        let networks = rule.source.join(", ");
        failed.words.push(format!("source address is {from}, rule allows {networks}"));
    }
    if let Some(since) = rule.since.filter(|since| asked.now.0 < *since) {
        failed.words.push(format!("the rule begins at {}", UnixSeconds(since)));
    }
    if rule.until.is_some_and(|until| asked.now.0 >= until) {
        failed.words.push("the rule has expired (`until`)".to_owned());
    }
    if let Some(demands) = rules.demands(at) {
        let is_open = |one: &Schedule| one.holds(asked.now).unwrap_or(false);
        if let Some(hours) =
            rule.hours.as_ref().filter(|_| !demands.schedule.as_ref().is_some_and(is_open))
        {
            failed.words.push(format!("it is outside of {}", hours_words(hours)));
        }
        if !demands.client.holds(asked.client, View::Every) {
            let client = asked.client.map_or("unknown".to_owned(), |client| client.to_string());
            let networks = rule.client.join(", ");
            failed.words.push(format!("client address is {client}, rule allows {networks}"));
        }
        failed.words.extend(demands.user.as_ref().and_then(|user| user.words(asked.user)));
        condition_words(&demands.conditions, asked.request, &mut failed.words);
    }
    failed.other = failed.words.len() > named;
    failed
}

fn hours_words(hours: &Hours) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let days = hours.days.iter().filter_map(|day| DAYS.get(usize::from(*day).checked_sub(1)?));
    let days: Vec<&str> = days.copied().collect();
    format!("{} to {} on {} ({})", clock(hours.from), clock(hours.to), days.join(", "), hours.zone)
}

/// The declared call whose authority is spelled most like `host`.
pub(crate) fn call(tables: &Tables, host: &str) -> Option<Nearest> {
    let destinations = tables.slice().destinations.iter().enumerate();
    let names = destinations
        .flat_map(|(at, to)| to.authorities.iter().map(move |name| (at, to, name.as_str())));
    let (at, to, name) = names.min_by_key(|(_, _, name)| distance(name, host))?;
    let place = place(tables, |places| places.destinations.get(at)?.calls.first());
    let failed = vec![format!("host is {host}, the call is to {name}")];
    Some(Nearest { rule: to.callee.workload.clone(), place, failed, edit: None })
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
    Some(Nearest { rule: route.name.clone(), place, failed, edit: None })
}

fn callers(from: &From) -> String {
    let mut words = from.identities.clone();
    words.extend(from.namespaces.iter().map(|namespace| format!("{namespace}/*")));
    words.extend(from.prefixes.iter().map(|prefix| format!("{prefix}*")));
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
    // Every operation of the rule that host and path fit: together they say which methods it takes.
    // The slice lists operations by name, so a rule costs what it names, not what there is.
    let mut matches = Vec::new();
    for name in names {
        let Ok(found) = operations.binary_search_by(|one| one.name.cmp(name)) else { continue };
        let fits = |near: OperationIx| near.index() == found;
        if tables.admission.methods_near(request, fits).is_some() {
            matches.extend(operations.get(found).into_iter().flat_map(|one| &*one.matches));
        }
    }
    let words = method_words(matches.into_iter(), request, "rule allows");
    words.unwrap_or(plain)
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
    conditions: &Conditions,
    request: Option<(&Canonical<'_>, &F)>,
    failed: &mut Vec<String>,
) {
    let header =
        |one: &&Check| !request.is_some_and(|(_, fields)| header_holds(one, fields, View::Every));
    let parameter = |one: &&Check| {
        !request.is_some_and(|(request, _)| parameter_holds(one, request.query(), View::Every))
    };
    let words = |one: &Check| wanted(&one.condition);
    let headers: Vec<_> = conditions.headers.iter().filter(header).map(words).collect();
    let query: Vec<_> = conditions.query.iter().filter(parameter).map(words).collect();
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
        Test::Has(value) => format!("have `{value}`"),
        Test::Regex(text) => format!("match `{text}`"),
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
        assert_eq!(distance("abc", ""), 3);
        assert_eq!((distance("a", "ab"), distance("ab", "a")), (1, 1));
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
