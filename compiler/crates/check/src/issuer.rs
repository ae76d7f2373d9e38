//! `TokenIssuer` documents as rows.

use meshc_decide::check_forwarded_header;
use meshc_document::NodeId;
use meshc_token::{JwksFault, KeySet, KeyUrl, KeyUrlFault};

use crate::finding::Finding;
use crate::rows::Rows;
use crate::unit::{At, ForwardRow, IssuerRow, KeysRow};

/// Seconds between two fetches of keys.
const REFRESH: core::ops::RangeInclusive<u32> = 60..=86_400;

pub(crate) fn issuer(rows: &mut Rows<'_>, spec: NodeId, name: At<String>) -> IssuerRow {
    let keys = rows.get(spec, "keys").and_then(|node| keys(rows, node));
    let mut audiences: Vec<String> =
        rows.texts(spec, "audiences").into_iter().map(|one| one.value).collect();
    audiences.sort_unstable();
    audiences.dedup();
    IssuerRow {
        name,
        issuer: rows.text(spec, "issuer"),
        audiences,
        algorithms: rows.words(spec, "algorithms", |word| Some(word.to_owned())),
        keys,
        forward: forward(rows, spec),
    }
}

fn keys(rows: &mut Rows<'_>, node: NodeId) -> Option<KeysRow> {
    if let Some(text) = rows.text(node, "inline") {
        let sound = key_set(text.value.as_bytes());
        return match sound {
            Ok(()) => Some(KeysRow::Inline(text)),
            Err(fault) => {
                rows.findings.push(unusable(&fault, &text, None));
                None
            }
        };
    }
    if let Some(file) = rows.text(node, "file") {
        return Some(KeysRow::File(file));
    }
    let url = rows.text(node, "url")?;
    let refresh = rows.duration(node, "refresh");
    let seconds = refresh.map(|at| At { value: at.value / 1000, span: at.span });
    if let Some(at) = &seconds
        && !REFRESH.contains(&at.value)
    {
        let finding = Finding::new("MC112", at.span, "keys are fetched every 1m to 24h");
        rows.findings.push(finding);
        return None;
    }
    is_fetched(rows, &url).then_some(KeysRow::Url { url, refresh_seconds: seconds })
}

/// Whether keys may be fetched from a URL; says why not (MC410).
fn is_fetched(rows: &mut Rows<'_>, url: &At<String>) -> bool {
    let (shown, why, help) = match KeyUrl::parse(&url.value) {
        Ok(parsed) if !parsed.is_inside() => return true,
        Ok(_) => (
            url.value.as_str(),
            "its host is a name or address of the inside".to_owned(),
            "name the issuer's public host, or give the keys as a `file`",
        ),
        // A password is not repeated.
        Err(fault @ KeyUrlFault::User) => ("https://…@…", fault.to_string(), "leave it out"),
        Err(fault) => {
            let help = "an https URL such as `https://id.corp.example/keys`";
            (url.value.as_str(), fault.to_string(), help)
        }
    };
    let message = format!("no keys are fetched from `{shown}`: {why}");
    rows.findings.push(Finding::new("MC410", url.span, message).help(help));
    false
}

/// Whether a JWK set can be used.
///
/// # Errors
/// Why not.
pub fn key_set(bytes: &[u8]) -> Result<(), JwksFault> {
    KeySet::from_jwks(bytes).map(|_| ())
}

/// What is wrong with a JWK set; `file` is where it stands, if not here.
#[must_use]
pub fn unusable(fault: &JwksFault, at: &At<String>, file: Option<&str>) -> Finding {
    let place = file.map_or_else(String::new, |file| format!("`{file}`: "));
    let (code, help) = match fault {
        JwksFault::Secret(_) => (
            "MC409",
            "replace this key at its issuer, everybody who reads the repository has it; \
             then write the public half only",
        ),
        _ => ("MC207", "give the JWK set as the issuer publishes it (RFC 7517, section 5)"),
    };
    Finding::new(code, at.span, format!("{place}{fault}")).help(help)
}

fn forward(rows: &mut Rows<'_>, spec: NodeId) -> Vec<ForwardRow> {
    let mut all: Vec<ForwardRow> = Vec::new();
    for item in rows.items(spec, "forward") {
        let (Some(claim), Some(mut header)) = (rows.text(item, "claim"), rows.text(item, "header"))
        else {
            continue;
        };
        header.value.make_ascii_lowercase();
        if !rows.is_claim_path(&claim) {
            continue;
        }
        if let Err(why) = check_forwarded_header(&header.value) {
            let message = format!("header `{}` {why}", header.value);
            let help = "a field of your own that no protocol reads, such as `x-user`";
            rows.findings.push(Finding::new("MC113", header.span, message).help(help));
            continue;
        }
        if let Some(first) = all.iter().find(|one| one.header.value == header.value) {
            let message = format!("`{}` is forwarded twice", header.value);
            let mut finding = Finding::new("MC211", header.span, message);
            finding.related.push((first.header.span, "forwarded here too".into()));
            rows.findings.push(finding.help("give each claim a field of its own"));
            continue;
        }
        all.push(ForwardRow { claim, header });
    }
    all.sort_by(|a, b| a.header.value.cmp(&b.header.value));
    all
}
