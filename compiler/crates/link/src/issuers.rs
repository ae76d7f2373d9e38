//! Issuers of user tokens: one of each name and each `iss`, keys brought in from their files.

use meshc_check::unit::{IssuerRow, KeysRow};
use meshc_check::{Finding, did_you_mean, key_set, nearest, unusable};
use meshc_snapshot::slice::{ForwardedClaim, TokenIssuer, TokenKeys};
use meshc_token::Algorithm;

use crate::defaults::KEY_REFRESH_SECONDS;
use crate::mesh::Mesh;

/// An issuer of user tokens.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Index of its file.
    pub file: u32,
    /// What was written.
    pub row: IssuerRow,
    /// As a slice holds it; absent where a part of it was refused.
    pub sliced: Option<TokenIssuer>,
}

/// Settles what the files declare; what is refused keeps its name, so that rules find it.
pub(crate) fn gather(mesh: &mut Mesh, declared: Vec<(u32, IssuerRow)>) {
    let mut findings = Vec::new();
    let mut found: Vec<Issuer> = Vec::new();
    for (file, row) in declared {
        if let Some((finding, place)) = repeated(&found, &row) {
            findings.push((file, finding, Some(place)));
            continue;
        }
        let keys = keys(mesh, &row).unwrap_or_else(|finding| {
            findings.push((file, finding, None));
            None
        });
        let sliced = keys.and_then(|keys| sliced(&row, keys));
        found.push(Issuer { file, row, sliced });
    }
    found.sort_by(|a, b| a.row.name.value.cmp(&b.row.name.value));
    mesh.issuers = found;
    for (file, finding, place) in findings {
        match place {
            Some(place) => mesh.report_with(file, finding, place),
            None => mesh.report(file, finding),
        }
    }
}

type Place = (u32, meshc_document::Span, String);

/// A second issuer of one name, or of one `iss`: which of the two a token is of could not be said.
fn repeated(found: &[Issuer], row: &IssuerRow) -> Option<(Finding, Place)> {
    let name = &row.name;
    if let Some(first) = found.iter().find(|one| one.row.name.value == name.value) {
        let message = format!("the TokenIssuer `{}` is declared twice", name.value);
        let finding = Finding::new("MC211", name.span, message).help("rename or merge");
        return Some((finding, (first.file, first.row.name.span, "declared here too".into())));
    }
    let issuer = row.issuer.as_ref()?;
    let same = |one: &&Issuer| one.row.issuer.as_ref().is_some_and(|it| it.value == issuer.value);
    let first = found.iter().find(same)?;
    let message = format!("`{}` is the `iss` of two TokenIssuers", issuer.value);
    let finding = Finding::new("MC211", issuer.span, message)
        .help("one issuer of tokens is one TokenIssuer: give it both audiences");
    let span = first.row.issuer.as_ref().map_or(first.row.name.span, |it| it.span);
    Some((finding, (first.file, span, format!("`{}` has it too", first.row.name.value))))
}

/// The keys, those of a file as its text; nothing where what was written was refused before.
fn keys(mesh: &Mesh, row: &IssuerRow) -> Result<Option<TokenKeys>, Finding> {
    let named = match &row.keys {
        None => return Ok(None),
        Some(KeysRow::Inline(text)) => return Ok(Some(TokenKeys::Inline(text.value.clone()))),
        Some(KeysRow::Url { url, refresh_seconds }) => {
            let refresh_seconds =
                refresh_seconds.as_ref().map_or(KEY_REFRESH_SECONDS, |seconds| seconds.value);
            return Ok(Some(TokenKeys::Url { refresh_seconds, url: url.value.clone() }));
        }
        Some(KeysRow::File(named)) => named,
    };
    let json = named.value.ends_with(".json");
    let file = mesh.file_named(&named.value).and_then(|at| mesh.files.get(at as usize));
    let Some(file) = file.filter(|_| json) else {
        let message = format!("the repository holds no JSON file `{}`", named.value);
        let paths = mesh.files.iter().map(|file| &*file.path);
        let names = paths.filter(|path| path.ends_with(".json"));
        let advice = "the path counts from the repository's root, the name ends in `.json`";
        let help = did_you_mean(&nearest(&named.value, names));
        let help = help.map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}"));
        return Err(Finding::new("MC201", named.span, message).help(help));
    };
    key_set(&file.bytes).map_err(|fault| unusable(&fault, named, Some(&file.path)))?;
    // A key set that was read is JSON, which is UTF-8.
    Ok(Some(TokenKeys::Inline(String::from_utf8_lossy(&file.bytes).into_owned())))
}

fn sliced(row: &IssuerRow, keys: TokenKeys) -> Option<TokenIssuer> {
    let written = row.algorithms.as_ref().map(|at| at.value.clone());
    let mut algorithms = written
        .unwrap_or_else(|| Algorithm::DEFAULT.iter().map(|one| one.name().to_owned()).collect());
    algorithms.sort_unstable();
    let forward = row.forward.iter().map(|one| ForwardedClaim {
        claim: one.claim.value.clone(),
        header: one.header.value.clone(),
    });
    Some(TokenIssuer {
        algorithms,
        audiences: row.audiences.clone(),
        forward: forward.collect(),
        issuer: row.issuer.as_ref()?.value.clone(),
        keys,
        name: row.name.value.clone(),
    })
}

impl Mesh {
    /// An issuer by its name.
    #[must_use]
    pub fn issuer(&self, name: &str) -> Option<&Issuer> {
        let at = self.issuers.binary_search_by(|one| one.row.name.value.as_str().cmp(name)).ok()?;
        self.issuers.get(at)
    }
}
