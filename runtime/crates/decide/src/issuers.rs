//! The issuers of a slice, as what verifies their tokens.

use std::sync::Arc;

use meshc_snapshot::slice::{TokenIssuer, TokenKeys};
use meshc_token::{Algorithm, Issuer, IssuerConfig, Issuers, KeySet, KeyUrl};

/// The issuers of a slice with their keys: those that are in the slice, and those that were
/// `fetched` from a URL, where they were.
///
/// # Errors
/// A declaration that cannot be.
pub(crate) fn issuers(
    declared: &[TokenIssuer],
    fetched: impl Fn(&str) -> Option<KeySet>,
) -> Result<Issuers, String> {
    let mut all = Vec::with_capacity(declared.len());
    for one in declared {
        let issuer =
            issuer(one, &fetched).map_err(|why| format!("issuer `{}`: {why}", one.name))?;
        all.push(Arc::new(issuer));
    }
    Issuers::new(all).map_err(|fault| fault.to_string())
}

fn issuer(
    declared: &TokenIssuer,
    fetched: impl Fn(&str) -> Option<KeySet>,
) -> Result<Issuer, String> {
    let algorithm = |name: &String| {
        Algorithm::parse(name).ok_or_else(|| format!("algorithm `{name}` is not taken"))
    };
    let algorithms = declared.algorithms.iter().map(algorithm).collect::<Result<_, _>>()?;
    let keys = match &declared.keys {
        TokenKeys::Inline(text) => {
            Some(KeySet::from_jwks(text.as_bytes()).map_err(|fault| fault.to_string())?)
        }
        TokenKeys::Url { refresh_seconds, url } => {
            KeyUrl::parse(url).map_err(|fault| format!("`{url}`: {fault}"))?;
            if !(60..=86_400).contains(refresh_seconds) {
                return Err(format!("`{url}` cannot be fetched every {refresh_seconds} s"));
            }
            fetched(url)
        }
    };
    let (iss, audiences) = (declared.issuer.clone(), declared.audiences.clone());
    let name = declared.name.clone();
    let config = IssuerConfig { name, algorithms, ..IssuerConfig::new(iss, audiences, keys) };
    Issuer::new(config).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

    fn declared(keys: TokenKeys) -> TokenIssuer {
        TokenIssuer {
            algorithms: vec!["EdDSA".into()],
            audiences: vec!["shop".into()],
            forward: Vec::new(),
            issuer: "https://corp.test".into(),
            keys,
            name: "corp".into(),
        }
    }

    fn url(url: &str, refresh_seconds: u32) -> TokenKeys {
        TokenKeys::Url { refresh_seconds, url: url.into() }
    }

    #[test]
    fn keys_come_from_the_slice_or_from_where_it_says() {
        let none = |_: &str| None;
        let inline = declared(TokenKeys::Inline(KEYS.into()));
        assert!(!issuers(&[inline], none).unwrap().is_empty());
        assert!(issuers(&[], none).unwrap().is_empty());
        let asked = core::cell::Cell::new(0);
        let fetched = |url: &str| {
            assert_eq!(url, "https://corp.test/keys");
            asked.set(asked.get() + 1);
            KeySet::from_jwks(KEYS.as_bytes()).ok()
        };
        issuers(&[declared(url("https://corp.test/keys", 300))], fetched).unwrap();
        assert_eq!(asked.get(), 1);
    }

    #[test]
    fn declarations_that_cannot_be_are_refused() {
        let refused = |change: fn(&mut TokenIssuer)| {
            let mut one = declared(TokenKeys::Inline(KEYS.into()));
            change(&mut one);
            issuers(&[one], |_| None).err().unwrap_or_default()
        };
        assert!(refused(|one| one.algorithms = vec!["HS256".into()]).contains("`HS256`"));
        assert!(refused(|one| one.algorithms.clear()).contains("algorithm"));
        assert!(refused(|one| one.audiences.clear()).contains("audience"));
        assert!(refused(|one| one.keys = TokenKeys::Inline("{}".into())).contains("key set"));
        assert!(refused(|one| one.keys = url("http://corp.test/keys", 300)).contains("http://"));
        assert!(refused(|one| one.keys = url("https://corp.test/keys", 59)).contains("fetched"));
        assert!(
            refused(|one| one.keys = url("https://corp.test/keys", 86_401)).contains("fetched")
        );
    }
}
