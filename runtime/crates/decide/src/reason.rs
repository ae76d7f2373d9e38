use meshc_request::BadRequest;
use serde::Serialize;

use crate::ids::{DestinationIx, ListenerIx};
use crate::peer::Peer;

/// What was asked, besides the request itself.
#[derive(Clone, Copy, Debug)]
pub enum Scene<'a> {
    /// [`crate::Tables::admit`], [`crate::Tables::admit_connection`].
    Inbound {
        /// Where the request arrived.
        listener: ListenerIx,
        /// Who sent it.
        peer: &'a Peer,
    },
    /// [`crate::Tables::route`].
    Outbound,
    /// [`crate::Tables::route_gateway`].
    Gateway {
        /// Where the request arrived.
        listener: ListenerIx,
    },
    /// [`crate::Tables::route_connection`].
    OutboundConnection {
        /// The workload whose address was connected to.
        destination: DestinationIx,
    },
}

/// Why a request was decided as it was, in words and places. Serialises to the JSON that logs,
/// error bodies and `meshc eval` show.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// `allowed`, `denied`, `limited`, `bad-request`, `no-route`, `misdirected` or `unavailable`.
    pub verdict: &'static str,
    /// The status a denial is answered with; 200 stands for allowed.
    pub status: u16,
    /// A stable word: `allow-rule`, `routed`, `rate-limit`, or one of [`crate::DenialKind::word`] and
    /// `meshc_request::BadRequestKind::word`.
    pub kind: &'static str,
    /// One sentence for a person.
    pub sentence: String,
    /// Name of the rule, rate limit, route or traffic item that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ReasonPlace>,
    /// The commit the tables were compiled from.
    pub commit: String,
    /// Name of the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// `namespace/name` of the destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// For a denial: what came closest to allowing it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
    /// For what is let through: what will refuse it without any change, because it begins then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
    /// What the verdict would be if what is only audited were enforced, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would: Option<Box<Self>>,
}

/// Where something was written.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReasonPlace {
    /// Path in the repository.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// A rule that denies from an instant on.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Later {
    /// When it begins, as RFC 3339 writes it.
    pub at: String,
    /// Its name.
    pub rule: String,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ReasonPlace>,
}

/// The rule, call or route that almost matched.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Nearest {
    /// Its name.
    pub rule: String,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ReasonPlace>,
    /// What did not hold, one clause a field.
    pub failed: Vec<String>,
    /// The smallest change of the rule that would allow exactly this operation for this caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
}

impl Reason {
    /// Why a request without a canonical form is refused.
    #[must_use]
    pub fn bad_request(bad: BadRequest, commit: &str) -> Self {
        Self {
            verdict: "bad-request",
            status: 400,
            kind: bad.kind().word(),
            sentence: bad.kind().sentence().to_owned(),
            commit: commit.to_owned(),
            ..Self::default()
        }
    }

    /// The reason as one header field: an Item of RFC 9651, `deny-rule;rule="no-debug";
    /// place="pay.yaml:12:5";commit="4f1c…"`, where it says these; a denial for want of an allow
    /// names what came nearest. What a field cannot hold is left out.
    #[must_use]
    pub fn field(&self) -> String {
        let mut field = self.kind.to_owned();
        let nearest = self.nearest.as_ref();
        let place = self.place.as_ref().or(nearest.and_then(|one| one.place.as_ref()));
        let place = place.map(|one| format!("{}:{}:{}", one.file, one.line, one.column));
        for (name, value) in [
            ("rule", self.rule.as_deref()),
            ("nearest", nearest.map(|one| one.rule.as_str())),
            ("place", place.as_deref()),
            ("commit", Some(self.commit.as_str()).filter(|commit| !commit.is_empty())),
        ] {
            let plain = |text: &&str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            if let Some(text) = value.filter(plain) {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                field.extend([";", name, "=\"", &text, "\""]);
            }
        }
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_field() {
        let place = ReasonPlace { file: "a \"b\".yaml".into(), line: 12, column: 5 };
        let denied = Reason {
            kind: "deny-rule",
            rule: Some("no-debug".into()),
            place: Some(place.clone()),
            commit: "4f1c".into(),
            ..Reason::default()
        };
        let wanted = r#"deny-rule;rule="no-debug";place="a \"b\".yaml:12:5";commit="4f1c""#;
        assert_eq!(denied.field(), wanted);
        let near = |rule: &str| Nearest {
            rule: rule.into(),
            place: Some(place.clone()),
            failed: Vec::new(),
            edit: None,
        };
        let short = Reason { kind: "no-rule", nearest: Some(near("x")), ..Reason::default() };
        assert_eq!(short.field(), r#"no-rule;nearest="x";place="a \"b\".yaml:12:5""#);
        let odd = Reason { kind: "no-rule", rule: Some("a\r\nb: c".into()), ..Reason::default() };
        assert_eq!(odd.field(), "no-rule");
    }
}
