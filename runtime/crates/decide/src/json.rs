//! Decisions as JSON, for tests, `meshc eval` and people: the same functions a proxy calls.

use core::net::IpAddr;

use meshc_request::{BadRequest, Canonical, Raw, Scratch, canonicalise};
use meshc_snapshot::slice::Protocol;
use meshc_token::Payload;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::asked::{Asked, External};
use crate::claims::{Claims, User};
use crate::ids::{ListenerIx, UnixSeconds};
use crate::outcome::{Forward, Outcome};
use crate::peer::Peer;
use crate::reason::{Reason, Scene};
use crate::tables::Tables;

/// Answers that are no decision: the question itself is wrong.
#[derive(Serialize)]
struct Refusal {
    verdict: &'static str,
    error: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    from: Option<String>,
    listener: Option<String>,
    #[serde(default)]
    method: String,
    #[serde(default)]
    target: String,
    host: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    now: i64,
    #[serde(default)]
    draw: u32,
    destination: Option<String>,
    port: Option<u16>,
    source: Option<IpAddr>,
    client: Option<IpAddr>,
    #[serde(default)]
    external: External,
    user: Option<Token>,
}

/// A user as the question says it: as if a sound token of the issuer had been presented.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    issuer: String,
    #[serde(default, deserialize_with = "claims")]
    claims: Payload,
}

impl Claims for Token {
    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn payload(&self) -> &Payload {
        &self.claims
    }
}

fn claims<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Payload, D::Error> {
    let text = <&RawValue>::deserialize(source)?.get();
    let unsound = "`claims` are no object of claims that a token could hold";
    Payload::read(text.as_bytes()).ok_or_else(|| serde::de::Error::custom(unsound))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    verdict: &'static str,
    status: u16,
    operation: Option<String>,
    rule: Option<String>,
    destination: Option<String>,
    cluster: Option<String>,
    port: Option<u16>,
    timeout_ms: Option<u32>,
    /// The canonical path that is sent on.
    path: Option<String>,
    /// Names of the rate limits that the request is charged to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<String>,
    reason: Reason,
}

/// Decides one inbound request: `{"from", "listener", "method", "target", "host", "headers": [[name,
/// value]], "now", "draw", "source", "client", "external", "user": {"issuer", "claims"}}`. `client` is
/// what our gateway saw; without it, what [`Tables::client`] finds. `external` is `not-asked`,
/// `allowed`, `denied` or `unavailable`. Without `listener` the first HTTP one; a TCP listener needs nothing but
/// `from` and `now`. What a gateway admits, it routes. The answer holds `verdict`, `status`,
/// `operation`, `rule`, `destination`, `cluster`, `path`, `reason` and, where there are any, the rate
/// `limits` it is charged to (what they have left is not known here); a question that is none is
/// answered with the verdict `error`.
#[must_use]
pub fn inbound_json(tables: &Tables, question: &str) -> String {
    written(read(question).and_then(|question| inbound(tables, &question)))
}

/// Decides one outbound request of the workload: as [`inbound_json`], without `from` and
/// `listener`. With `destination` (`namespace/name`) and `port` it is a TCP connection.
#[must_use]
pub fn outbound_json(tables: &Tables, question: &str) -> String {
    written(read(question).and_then(|question| outbound(tables, &question)))
}

/// [`inbound_json`] for every line; one answer a line.
#[must_use]
pub fn inbound_batch(tables: &Tables, questions: &str) -> String {
    batch(questions, |question| inbound_json(tables, question))
}

/// [`outbound_json`] for every line; one answer a line.
#[must_use]
pub fn outbound_batch(tables: &Tables, questions: &str) -> String {
    batch(questions, |question| outbound_json(tables, question))
}

fn batch(questions: &str, answer: impl Fn(&str) -> String) -> String {
    let mut answers = String::new();
    for question in questions.lines().filter(|line| !line.trim().is_empty()) {
        answers.push_str(&answer(question));
        answers.push('\n');
    }
    answers
}

fn read(question: &str) -> Result<Question, String> {
    serde_json::from_str(question).map_err(|error| format!("the question is malformed: {error}"))
}

fn written(answer: Result<Answer, String>) -> String {
    let text = match answer {
        Ok(answer) => serde_json::to_string(&answer),
        Err(error) => serde_json::to_string(&Refusal { verdict: "error", error }),
    };
    text.unwrap_or_default()
}

fn inbound(tables: &Tables, question: &Question) -> Result<Answer, String> {
    let listeners = &tables.slice().inbound.listeners;
    let at = match &question.listener {
        Some(name) => listeners.iter().position(|one| one.name == *name),
        None => listeners.iter().position(|one| one.protocol == Protocol::Http),
    };
    let at = at.ok_or("the workload has no such listener".to_owned())?;
    let tcp = listeners.get(at).is_some_and(|one| one.protocol == Protocol::Tcp);
    let listener = ListenerIx(at as u32);
    let peer = tables.peer(question.from.as_deref(), question.source);
    let now = UnixSeconds(question.now);
    let scene = Scene::Inbound { listener, peer: &peer };
    if tcp {
        let outcome = tables.admit_connection(listener, &peer, now).into();
        return Ok(answer(tables, question, scene, None, outcome));
    }
    let mut scratch = Scratch::new();
    let request = match canonical(question, &mut scratch) {
        Ok(request) => request,
        Err(bad) => return Ok(Answer::of(Reason::bad_request(bad, tables.commit()))),
    };
    let asked = question.asked_of(tables, &peer, Some(&request));
    let permit = match tables.admit(listener, &peer, &asked) {
        Ok(permit) => permit,
        denied => return Ok(answer(tables, question, scene, Some(&request), denied.into())),
    };
    let would = tables.reason(scene, &asked, Outcome::Permitted(permit)).would;
    let mut answer = if tables.is_gateway() {
        let routed = tables.route_gateway(permit, &request, &question.headers, question.draw);
        let sent = routed.is_ok();
        let scene = Scene::Gateway { listener };
        let mut answer = answer(tables, question, scene, Some(&request), routed.into());
        answer.reason.would = would.filter(|_| sent);
        answer
    } else {
        answer(tables, question, scene, Some(&request), Outcome::Permitted(permit))
    };
    if answer.reason.verdict == "allowed" {
        let limits = tables.limits(permit.operation()).iter();
        answer.limits = limits.map(|limit| tables.limit_name(*limit).to_owned()).collect();
    }
    Ok(answer)
}

fn outbound(tables: &Tables, question: &Question) -> Result<Answer, String> {
    if let Some(name) = &question.destination {
        let destination = tables.destination_named(name);
        let destination = destination.ok_or(format!("`{name}` is no destination"))?;
        let port = question.port.ok_or("`port` is missing".to_owned())?;
        let outcome = tables.route_connection(destination, port, question.draw).into();
        let scene = Scene::OutboundConnection { destination };
        return Ok(answer(tables, question, scene, None, outcome));
    }
    let mut scratch = Scratch::new();
    let request = match canonical(question, &mut scratch) {
        Ok(request) => request,
        Err(bad) => return Ok(Answer::of(Reason::bad_request(bad, tables.commit()))),
    };
    let outcome = tables.route(&request, &question.headers, question.draw).into();
    Ok(answer(tables, question, Scene::Outbound, Some(&request), outcome))
}

fn canonical<'a>(
    question: &'a Question,
    scratch: &'a mut Scratch,
) -> Result<Canonical<'a>, BadRequest> {
    let raw = Raw {
        method: question.method.as_bytes(),
        target: question.target.as_bytes(),
        host: question.host.as_deref().map(str::as_bytes),
        odd: false,
    };
    canonicalise(raw, scratch)
}

fn answer(
    tables: &Tables,
    question: &Question,
    scene: Scene<'_>,
    request: Option<&Canonical<'_>>,
    outcome: Outcome,
) -> Answer {
    let asked = match scene {
        Scene::Inbound { peer, .. } => question.asked_of(tables, peer, request),
        _ => question.asked(request),
    };
    let reason = tables.reason(scene, &asked, outcome);
    let mut answer = Answer::of(reason);
    answer.path = request.map(|request| request.path().to_owned());
    match outcome {
        Outcome::Permitted(permit) => answer.timeout_ms = Some(permit.settings().timeout_ms),
        Outcome::Forwarded(forward) => {
            answer.cluster = Some(cluster_name(tables, &forward));
            answer.port = Some(forward.port());
            answer.timeout_ms = Some(forward.settings().timeout_ms);
        }
        Outcome::Denied(_) => {}
    }
    answer
}

fn cluster_name(tables: &Tables, forward: &Forward) -> String {
    let clusters = tables.destination(forward.destination()).map(|to| to.clusters.as_slice());
    let cluster = clusters.unwrap_or_default().get(forward.cluster().index());
    cluster.map(|one| one.name.clone()).unwrap_or_default()
}

impl Question {
    fn asked<'a>(&'a self, request: Option<&'a Canonical<'a>>) -> Asked<'a, Vec<(String, String)>> {
        let token = self.user.as_ref().filter(|_| request.is_some());
        let user = token.map_or(User::Nobody, |token| User::Verified(token));
        let request = request.map(|request| (request, &self.headers));
        let Self { client, external, .. } = *self;
        Asked { request, user, client, external, now: UnixSeconds(self.now) }
    }

    /// The same about one peer, who may be a gateway that names a client.
    fn asked_of<'a>(
        &'a self,
        tables: &Tables,
        peer: &Peer,
        request: Option<&'a Canonical<'a>>,
    ) -> Asked<'a, Vec<(String, String)>> {
        let asked = self.asked(request);
        let seen = || request.and_then(|_| tables.client(peer, &self.headers));
        Asked { client: asked.client.filter(|_| request.is_some()).or_else(seen), ..asked }
    }
}

impl Answer {
    fn of(reason: Reason) -> Self {
        Self {
            verdict: reason.verdict,
            status: reason.status,
            operation: reason.operation.clone(),
            rule: reason.rule.clone(),
            destination: reason.destination.clone(),
            cluster: None,
            port: None,
            timeout_ms: None,
            path: None,
            limits: Vec::new(),
            reason,
        }
    }
}
