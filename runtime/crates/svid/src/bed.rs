//! The test bed: roots, intermediates and leaves minted on the fly from recipes.

use std::collections::BTreeMap;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

/// 1 January 2026, 00:00:00, the first second of every leaf.
pub(crate) const FIRST: i64 = 1_767_225_600;
/// 31 January 2026, 00:00:00, the last.
pub(crate) const LAST: i64 = FIRST + 30 * 86_400;

const SUBJECT_ALTERNATIVE_NAME: &[u64] = &[2, 5, 29, 17];
const KEY_USAGE: &[u64] = &[2, 5, 29, 15];
const NAME_CONSTRAINTS: &[u64] = &[2, 5, 29, 30];

/// Something that has signed, or may: a CA, or a leaf misused as one.
struct Signer {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// All signers by name.
pub(crate) struct Bed {
    signers: BTreeMap<String, Signer>,
}

/// A parsed recipe: the words of one row.
pub(crate) struct Recipe<'a>(pub(crate) &'a str);

impl<'a> Recipe<'a> {
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.split_whitespace().any(|each| each == word)
    }

    pub(crate) fn all(&self, key: &str) -> impl Iterator<Item = &'a str> {
        let prefix = format!("{key}=");
        self.0.split_whitespace().filter_map(move |word| word.strip_prefix(&prefix))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a str> {
        self.all(key).next()
    }

    pub(crate) fn list(&self, key: &str, default: &'a str) -> Vec<&'a str> {
        let list = self.get(key).unwrap_or(default);
        list.split(',').filter(|item| !item.is_empty()).collect()
    }
}

/// A DER value of fewer than 64 KiB.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let len = contents.len();
    let mut out = match len {
        0..=0x7f => vec![tag, len as u8],
        0x80..=0xff => vec![tag, 0x81, len as u8],
        _ => vec![tag, 0x82, (len >> 8) as u8, len as u8],
    };
    out.extend_from_slice(contents);
    out
}

fn extension(oid: &[u64], contents: Vec<u8>, critical: bool) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, contents);
    extension.set_criticality(critical);
    extension
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2060, 1, 1);
    params
}

fn ca(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params
}

fn uri_names(uri: &str) -> CustomExtension {
    let names = der(0x30, &der(0x86, uri.as_bytes()));
    extension(SUBJECT_ALTERNATIVE_NAME, names, false)
}

/// `permitted` or excluded subtrees with one general name.
fn constraint(permitted: bool, tag: u8, name: &str) -> CustomExtension {
    let subtree = der(0x30, &der(tag, name.as_bytes()));
    let subtrees = der(if permitted { 0xa0 } else { 0xa1 }, &subtree);
    extension(NAME_CONSTRAINTS, der(0x30, &subtrees), true)
}

impl Bed {
    pub(crate) fn new() -> Self {
        let mut bed = Self { signers: BTreeMap::new() };
        for root in ["a", "a2", "b"] {
            bed.root(root, ca(root));
        }
        // Another key under the name of root a.
        bed.root("impostor", ca("a"));
        let mut old = ca("old");
        old.not_after = date_time_ymd(2025, 12, 31);
        bed.root("old", old);
        let mut not_ca = ca("not-ca");
        not_ca.is_ca = IsCa::ExplicitNoCa;
        bed.root("not-ca", not_ca);
        bed.intermediates();
        bed.loops();
        bed
    }

    fn intermediates(&mut self) {
        let with = |name: &str, extra: CustomExtension| {
            let mut params = ca(name);
            params.custom_extensions.push(extra);
            params
        };
        let mut inter = ca("inter");
        inter.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        self.signed("inter", inter, "a");
        self.signed("sub", ca("sub"), "inter");
        let mut middle = ca("inter-of-mid");
        middle.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        self.signed("mid-root", middle, "a");
        self.signed("mid", ca("mid"), "mid-root");
        self.signed("uri-limited", with("u", constraint(true, 0x86, "td-a")), "a");
        self.signed("uri-excluded", with("e", constraint(false, 0x86, "td-x")), "a");
        self.signed("dns-limited", with("d", constraint(true, 0x82, "a.test")), "a");
        self.signed("workload-ca", with("w", uri_names("spiffe://td-a/ca")), "a");
        self.signed("domain-ca", with("t", uri_names("spiffe://td-a")), "a");
        self.signed("foreign-ca", with("f", uri_names("spiffe://td-b")), "a");
        let mut no_sign = ca("no-sign");
        no_sign.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        self.signed("no-sign", no_sign, "a");
        let mut server_only = ca("server-only");
        server_only.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.signed("server-only", server_only, "a");
        let mut leaf = leaf_params(&Recipe(""));
        leaf.distinguished_name = named("leaf").distinguished_name;
        self.signed("leaf", leaf, "a");
        let mut above = "a".to_owned();
        for depth in 1..=9 {
            let name = format!("d{depth}");
            self.signed(&name, ca(&name), &above);
            above = name;
        }
        self.signed("deep", ca("deep"), &above);
    }

    /// Two intermediates, each signed by the other.
    fn loops(&mut self) {
        let (x, y) = (ca("loop-x"), ca("loop-y"));
        let (key_x, key_y) = (key(), key());
        let (issuer_x, issuer_y) = (Issuer::new(x.clone(), key_x), Issuer::new(y.clone(), key_y));
        let der_x = x.signed_by(issuer_x.key(), &issuer_y).unwrap().der().clone();
        let der_y = y.signed_by(issuer_y.key(), &issuer_x).unwrap().der().clone();
        self.signers.insert("loop-x".into(), Signer { der: der_x, issuer: issuer_x });
        self.signers.insert("loop-y".into(), Signer { der: der_y, issuer: issuer_y });
    }

    fn root(&mut self, name: &str, params: CertificateParams) {
        let key = key();
        let der = params.self_signed(&key).unwrap().der().clone();
        self.signers.insert(name.into(), Signer { der, issuer: Issuer::new(params, key) });
    }

    fn signed(&mut self, name: &str, params: CertificateParams, by: &str) {
        let key = key();
        let der = params.signed_by(&key, &self.signers[by].issuer).unwrap().der().clone();
        self.signers.insert(name.into(), Signer { der, issuer: Issuer::new(params, key) });
    }

    /// A signer's certificate.
    pub(crate) fn certificate(&self, name: &str) -> CertificateDer<'static> {
        self.signers[name].der.clone()
    }

    /// The certificates a peer of this recipe presents.
    pub(crate) fn chain(&self, recipe: &Recipe<'_>) -> Vec<CertificateDer<'static>> {
        if recipe.has("no-leaf") {
            return Vec::new();
        }
        let params = leaf_params(recipe);
        let by = recipe.get("by").unwrap_or("inter");
        let leaf = if by == "self" {
            params.self_signed(&key()).unwrap()
        } else {
            params.signed_by(&key(), &self.signers[by].issuer).unwrap()
        };
        let is_root = matches!(by, "a" | "a2" | "b" | "old" | "impostor" | "self");
        let others = recipe.list("send", if is_root { "" } else { by });
        let mut chain = vec![leaf.der().clone()];
        chain.extend(others.into_iter().map(|name| self.certificate(name)));
        chain
    }
}

fn leaf_params(recipe: &Recipe<'_>) -> CertificateParams {
    let mut params = named(recipe.get("cn").unwrap_or("a leaf"));
    if recipe.get("subject") == Some("empty") {
        params.distinguished_name = DistinguishedName::new();
    }
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2026, 1, 31);
    if recipe.has("ca") {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params.extended_key_usages = match recipe.get("eku").unwrap_or("server,client") {
        "none" => Vec::new(),
        list => list.split(',').map(purpose).collect(),
    };
    params.custom_extensions.extend(key_usage(recipe));
    params.custom_extensions.extend(names(recipe));
    if recipe.has("twice") {
        params.custom_extensions.extend(names(recipe));
    }
    params
}

fn purpose(name: &str) -> ExtendedKeyUsagePurpose {
    match name {
        "server" => ExtendedKeyUsagePurpose::ServerAuth,
        "client" => ExtendedKeyUsagePurpose::ClientAuth,
        "any" => ExtendedKeyUsagePurpose::Any,
        "code" => ExtendedKeyUsagePurpose::CodeSigning,
        other => panic!("unknown purpose {other}"),
    }
}

fn key_usage(recipe: &Recipe<'_>) -> Option<CustomExtension> {
    let list = match recipe.get("ku") {
        Some("none") => return None,
        Some("soft") => vec!["ds"],
        _ => recipe.list("ku", "ds"),
    };
    let bit = |(name, bit)| if list.contains(&name) { bit } else { 0u8 };
    // keyAgreement is always there, so that the list is never empty.
    let bits = [("ds", 0x80), ("sign", 0x04), ("crl", 0x02)].map(bit).iter().sum::<u8>() | 0x08;
    let critical = recipe.get("ku") != Some("soft");
    Some(extension(KEY_USAGE, der(3, &[0, bits]), critical))
}

fn names(recipe: &Recipe<'_>) -> Option<CustomExtension> {
    let mut list = Vec::new();
    let raw = recipe.all("raw-uri").map(hex);
    let texts: Vec<_> = recipe.all("uri").collect();
    let default = texts.is_empty() && recipe.get("raw-uri").is_none();
    let texts = if default { vec!["spiffe://td-a/web"] } else { texts };
    for uri in texts.iter().filter(|uri| !uri.is_empty()) {
        list.extend(der(0x86, expand(uri).as_bytes()));
    }
    for uri in raw {
        list.extend(der(0x86, &uri));
    }
    for name in recipe.all("dns") {
        list.extend(der(0x82, name.as_bytes()));
    }
    let critical = recipe.get("names") == Some("hard");
    let some = !list.is_empty();
    some.then(|| extension(SUBJECT_ALTERNATIVE_NAME, der(0x30, &list), critical))
}

/// `x{a*3}` is `xaaa`.
fn expand(text: &str) -> String {
    let Some((before, rest)) = text.split_once('{') else { return text.to_owned() };
    let (repeat, behind) = rest.split_once('}').unwrap();
    let (piece, count) = repeat.split_once('*').unwrap();
    format!("{before}{}{behind}", piece.repeat(count.parse().unwrap()))
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
