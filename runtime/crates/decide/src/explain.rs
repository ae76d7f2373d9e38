//! Reasons, worked out when somebody asks.

use meshc_request::Fields;
use meshc_snapshot::places::Place;
use meshc_snapshot::slice::Per;

use crate::asked::Asked;
use crate::claims::User;
use crate::denial::{Denial, DenialKind};
use crate::ids::{LimitIx, OperationIx, RuleIx};
use crate::nearest;
use crate::outcome::{Forward, Outcome, Permit};
use crate::reason::{Later, Nearest, Reason, ReasonPlace, Scene};
use crate::tables::Tables;

pub(crate) fn explain<F: Fields>(
    tables: &Tables,
    scene: Scene<'_>,
    asked: &Asked<'_, F>,
    outcome: Outcome,
) -> Reason {
    let reason = match outcome {
        Outcome::Permitted(permit) => permitted(tables, scene, asked, permit),
        Outcome::Forwarded(forward) => forwarded(tables, forward),
        Outcome::Denied(denial) => denied(tables, scene, asked, denial),
    };
    let commit = tables.commit();
    let would = reason.would.map(|would| Box::new(Reason { commit: commit.to_owned(), ..*would }));
    Reason { commit: commit.to_owned(), would, ..reason }
}

/// A place by its list in the places of the slice.
pub(crate) fn place(
    tables: &Tables,
    find: impl Fn(&meshc_snapshot::places::Places) -> Option<&Place>,
) -> Option<ReasonPlace> {
    let places = tables.places()?;
    let Place(file, line, column) = *find(places)?;
    let file = places.files.get(file as usize)?.clone();
    Some(ReasonPlace { file, line, column })
}

fn permitted<F: Fields>(
    tables: &Tables,
    scene: Scene<'_>,
    asked: &Asked<'_, F>,
    permit: Permit,
) -> Reason {
    let rule = permit.rule.map(|rule| tables.allow_name(rule).to_owned());
    let would = permit.would.map(|denial| Box::new(denied(tables, scene, asked, denial)));
    let (kind, sentence) = match &rule {
        Some(rule) => ("allow-rule", format!("allow rule `{rule}` matches")),
        None => ("audit", format!("`{}` is only audited", tables.slice().workload)),
    };
    Reason {
        verdict: "allowed",
        status: 200,
        kind,
        sentence,
        rule,
        place: permit.rule.and_then(|rule| place(tables, |places| places.allow.get(rule.index()))),
        operation: Some(tables.operation_name(permit.operation).to_owned()),
        later: later(tables, scene, asked, permit),
        would,
        ..Reason::default()
    }
}

/// The rule that has not begun and will refuse what is let through now.
fn later<F: Fields>(
    tables: &Tables,
    scene: Scene<'_>,
    asked: &Asked<'_, F>,
    permit: Permit,
) -> Option<Later> {
    let Scene::Inbound { peer, .. } = scene else { return None };
    let (at, denial) = tables.admission.later(peer, permit.operation, asked)?;
    let (kind, rule) = (denial.kind(), denial.rule()?);
    let place = denying_place(tables, kind, rule);
    Some(Later { at: at.to_string(), rule: denying_name(tables, kind, rule).to_owned(), place })
}

fn forwarded(tables: &Tables, forward: Forward) -> Reason {
    let at = forward.destination;
    let destination = tables.destination(at);
    let to = destination.map_or("", |to| to.workload.as_str());
    let route = forward.route.map(|at| at as usize);
    let item = forward.traffic.map(|at| at as usize);
    let route_name = route.and_then(|at| tables.slice().routes.get(at)).map(|one| &one.name);
    let item_name = item.and_then(|at| destination?.traffic.get(at)).map(|one| &one.name);
    let where_ = place(tables, |places| {
        let destination = places.destinations.get(at.index());
        match (route, item) {
            (Some(route), _) => places.routes.get(route),
            (None, Some(item)) => destination?.traffic.get(item),
            (None, None) => destination?.calls.first(),
        }
    });
    Reason {
        verdict: "allowed",
        status: 200,
        kind: "routed",
        sentence: format!("sent to `{to}`"),
        rule: route_name.or(item_name).cloned(),
        place: where_,
        operation: Some(tables.destination_operation_name(at, forward.operation).to_owned()),
        destination: Some(to.to_owned()),
        ..Reason::default()
    }
}

fn denied<F: Fields>(
    tables: &Tables,
    scene: Scene<'_>,
    asked: &Asked<'_, F>,
    denial: Denial,
) -> Reason {
    let kind = denial.kind();
    let rule = denial.rule().map(|rule| denying_name(tables, kind, rule).to_owned());
    let rule_place = denial.rule().and_then(|rule| denying_place(tables, kind, rule));
    let destination = denial.destination().and_then(|at| tables.destination(at));
    let operation = denial.operation().map(|operation| match denial.destination() {
        Some(at) => tables.destination_operation_name(at, operation).to_owned(),
        None => tables.operation_name(operation).to_owned(),
    });
    Reason {
        verdict: verdict(kind),
        status: denial.status(),
        kind: kind.word(),
        sentence: sentence(tables, scene, asked, denial),
        rule,
        place: rule_place,
        operation,
        destination: destination.map(|to| to.workload.clone()),
        nearest: near(tables, scene, asked, denial),
        would: denial.would_allow().map(|rule| Box::new(would_allow(tables, denial, rule))),
        ..Reason::default()
    }
}

/// What an audited allow rule would have made of it.
fn would_allow(tables: &Tables, denial: Denial, rule: RuleIx) -> Reason {
    let name = tables.allow_name(rule).to_owned();
    Reason {
        verdict: "allowed",
        status: 200,
        kind: "allow-rule",
        sentence: format!("allow rule `{name}` matches"),
        rule: Some(name),
        place: place(tables, |places| places.allow.get(rule.index())),
        operation: denial.operation().map(|one| tables.operation_name(one).to_owned()),
        ..Reason::default()
    }
}

pub(crate) fn limited(tables: &Tables, limit: LimitIx, operation: OperationIx) -> Reason {
    let written = tables.slice().inbound.rate_limits.get(limit.index());
    let sentence = match written.map(|one| &one.per) {
        Some(Per::Caller) => "too many requests of this caller",
        Some(Per::User { .. }) => "too many requests for this user",
        _ => "too many requests",
    };
    Reason {
        verdict: "limited",
        status: 429,
        kind: "rate-limit",
        sentence: sentence.to_owned(),
        rule: written.map(|one| one.name.clone()),
        place: place(tables, |places| places.rate_limits.get(limit.index())),
        commit: tables.commit().to_owned(),
        operation: Some(tables.operation_name(operation).to_owned()),
        ..Reason::default()
    }
}

fn denying_name(tables: &Tables, kind: DenialKind, rule: RuleIx) -> &str {
    match kind {
        DenialKind::Guardrail => tables.guardrail_name(rule),
        _ => tables.deny_name(rule),
    }
}

fn denying_place(tables: &Tables, kind: DenialKind, rule: RuleIx) -> Option<ReasonPlace> {
    place(tables, |places| match kind {
        DenialKind::Guardrail => places.guardrails.get(rule.index()),
        _ => places.deny.get(rule.index()),
    })
}

fn near<F: Fields>(
    tables: &Tables,
    scene: Scene<'_>,
    asked: &Asked<'_, F>,
    denial: Denial,
) -> Option<Nearest> {
    let request = asked.request;
    match (denial.kind(), scene) {
        (DenialKind::NoRule | DenialKind::NoUser, Scene::Inbound { peer, .. }) => {
            let operation = denial.operation().unwrap_or(OperationIx::REST);
            nearest::allow(tables, peer, operation, asked)
        }
        (DenialKind::NotDeclared, _) => nearest::call(tables, request?.0.authority().host),
        (DenialKind::NoRoute, _) => nearest::route(tables, request?.0),
        _ => None,
    }
}

const fn verdict(kind: DenialKind) -> &'static str {
    match kind.status() {
        400 => "bad-request",
        401 => "unauthenticated",
        404 => "no-route",
        421 => "misdirected",
        503 => "unavailable",
        _ => "denied",
    }
}

fn sentence<F: Fields>(
    tables: &Tables,
    scene: Scene<'_>,
    asked: &Asked<'_, F>,
    denial: Denial,
) -> String {
    let request = asked.request;
    let host = request.map_or("", |(request, _)| request.authority().host);
    let plain = denial.kind().sentence();
    match (denial.kind(), denial.rule()) {
        (DenialKind::DenyRule, Some(rule)) => {
            format!("deny rule `{}` matches", tables.deny_name(rule))
        }
        (DenialKind::Guardrail, Some(rule)) => {
            format!("`{}` matches", tables.guardrail_name(rule))
        }
        (DenialKind::BadToken, _) => match asked.user {
            User::Unsound(issuer, fault) => format!("a token of issuer `{issuer}`: {fault}"),
            User::Nobody | User::Verified(_) => plain.to_owned(),
        },
        (DenialKind::Authority, _) => {
            format!("`{}` does not answer to host `{host}`", tables.slice().workload)
        }
        (DenialKind::NotDeclared, _) => {
            format!("`{}` declares no call to host `{host}`", tables.slice().workload)
        }
        (DenialKind::HeaderSpelling, _) => {
            let reads = match (denial.destination(), scene) {
                (Some(at), _) => tables.routing.targets.get(at.index()).map(|to| &to.reads),
                (None, Scene::Gateway { .. }) => Some(&tables.routing.routes.reads),
                (None, _) => Some(&tables.admission.reads),
            };
            let name = reads.zip(request).and_then(|(reads, (_, fields))| reads.misspelled(fields));
            name.map_or(plain.to_owned(), |name| {
                format!("a header must be spelled `{name}`, because policy reads it")
            })
        }
        _ => plain.to_owned(),
    }
}
