//! Our own answers: status, flags and a JSON body.

use meshc_decide::{Denial, DenialKind, Reason};
use meshc_http1::{Body, ExtraField, Fault, Field, StatusLine, write_response_head};
use serde::Serialize;

use crate::exchange::{Failure, Route};
use crate::headers::{FLAGS, REASON, SNAPSHOT};

/// What we answer ourselves.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Envoy's response flags.
    pub flags: &'static str,
    /// A stable word.
    pub word: &'static str,
    /// A sentence for a person.
    pub sentence: String,
    /// What was decided and why, where it was a decision.
    pub reason: Option<Reason>,
    /// Seconds after which the same request may be let through (RFC 9110, 10.2.3).
    pub retry_after: Option<u64>,
    /// Which credentials are asked for (RFC 6750, 3).
    pub challenge: Option<&'static str>,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// The request was a HEAD.
    pub head_only: bool,
    /// The connection ends with it.
    pub close: bool,
    /// The asker is one of ours: rules and places are named.
    pub trusted: bool,
    /// The asker is one that a rule names: it is told in a header field too.
    pub listed: bool,
    /// The snapshot to name.
    pub snapshot: Option<&'a str>,
}

#[derive(Serialize)]
struct Document<'a> {
    error: &'a str,
    reason: &'a str,
    flags: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a Reason>,
}

impl Answer {
    /// To a request that is no sound HTTP.
    #[must_use]
    pub fn fault(fault: Fault) -> Self {
        Self::new(fault.status(), "DPE", "bad-request", fault.reason())
    }

    /// To a request that is not let through.
    #[must_use]
    pub fn denial(denial: Denial, reason: Reason) -> Self {
        let flags = match denial.kind() {
            DenialKind::NoRoute | DenialKind::NotDeclared | DenialKind::Port => "NR",
            DenialKind::AmbiguousRequest | DenialKind::HeaderSpelling | DenialKind::Query => "DPE",
            _ => "UAEX",
        };
        let (status, word) = (denial.status(), denial.kind().word());
        let sentence = reason.sentence.clone();
        let challenge = match denial.kind() {
            DenialKind::BadToken => Some("Bearer error=\"invalid_token\""),
            DenialKind::NoUser => Some("Bearer"),
            _ => None,
        };
        Self { reason: Some(reason), challenge, ..Self::new(status, flags, word, &sentence) }
    }

    /// To a request that a rate limit does not admit now.
    #[must_use]
    pub fn limited(reason: Reason, retry_after: u64) -> Self {
        let answer = Self::new(reason.status, "RL", reason.kind, &reason.sentence);
        Self { reason: Some(reason), retry_after: Some(retry_after), ..answer }
    }

    /// To a request whose upstream failed.
    #[must_use]
    pub fn failure(failure: Failure, route: &Route) -> Self {
        Self::new(failure.status(), failure.flags(), failure.word(), failure.sentence(route))
    }

    /// Any other.
    #[must_use]
    pub fn new(status: u16, flags: &'static str, word: &'static str, sentence: &str) -> Self {
        let sentence = sentence.to_owned();
        let (reason, retry_after, challenge) = (None, None, None);
        Self { status, flags, word, sentence, reason, retry_after, challenge }
    }

    /// In logs and metrics: `limited`, `denied` where policy refused it otherwise, else `failed`.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match &self.reason {
            _ if self.retry_after.is_some() => "limited",
            None if self.flags != "UAEX" => "failed",
            _ => "denied",
        }
    }

    /// Appends head and body.
    pub fn write(&self, manner: Manner<'_>, out: &mut Vec<u8>) {
        let body = self.body(manner.trusted);
        let mut extra = Vec::with_capacity(6);
        extra.extend(ExtraField::new(b"content-type", b"application/json"));
        extra.extend(ExtraField::new(FLAGS, self.flags.as_bytes()));
        let snapshot = manner.snapshot.map(str::as_bytes);
        extra.extend(snapshot.and_then(|digest| ExtraField::new(SNAPSHOT, digest)));
        let reason = self.reason.as_ref().filter(|_| manner.listed).map(Reason::field);
        extra.extend(reason.as_ref().and_then(|field| ExtraField::new(REASON, field.as_bytes())));
        let retry_after = self.retry_after.map(|seconds| seconds.to_string());
        let retry_after = retry_after.as_deref().map(str::as_bytes);
        extra.extend(retry_after.and_then(|seconds| ExtraField::new(b"retry-after", seconds)));
        let challenge = self.challenge.map(str::as_bytes);
        extra.extend(challenge.and_then(|scheme| ExtraField::new(b"www-authenticate", scheme)));
        let Some(line) = StatusLine::new(self.status, manner.close) else { return };
        let none = std::iter::empty::<Field<'_>>();
        write_response_head(out, line, none, Body::Length(body.len() as u64), &extra);
        if !manner.head_only {
            out.extend_from_slice(&body);
        }
    }

    fn body(&self, trusted: bool) -> Vec<u8> {
        let decision = self.reason.as_ref().filter(|_| trusted);
        let place = decision.and_then(|reason| reason.place.as_ref());
        let document = Document {
            error: self.word,
            reason: &self.sentence,
            flags: self.flags,
            rule: decision.and_then(|reason| reason.rule.as_deref()),
            place: place.map(|place| format!("{}:{}", place.file, place.line)),
            decision,
        };
        let mut body = serde_json::to_vec(&document).unwrap_or_default();
        body.push(b'\n');
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_learn_no_rule() {
        let reason = Reason { rule: Some("no-bots".to_owned()), ..Reason::default() };
        let answer = Answer { reason: Some(reason), ..Answer::new(403, "UAEX", "deny-rule", "no") };
        let text = |trusted| {
            let (head_only, close, listed, snapshot) = (false, true, trusted, None);
            let manner = Manner { head_only, close, trusted, listed, snapshot };
            let mut out = Vec::new();
            answer.write(manner, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert!(text(true).contains("no-bots"));
        assert!(text(true).contains("x-meshc-reason: ;rule=\"no-bots\"\r\n"));
        assert!(!text(false).contains("no-bots") && !text(false).contains("x-meshc-reason"));
        assert!(text(false).starts_with("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n"));
    }
}
