//! From a signed manifest to tables: every check before anything is enforced.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use meshc_decide::Tables;
use meshc_snapshot::manifest::{Entry, Manifest};
use meshc_snapshot::slice::{FORMAT, Federated};
use meshc_snapshot::{Digest, capability, envelope, read};
use meshc_svid::{TrustBundle, TrustDomain};
use rustls::pki_types::pem::{PemObject, SectionKind};

use crate::allowances::Allowances;
use crate::generation::Generation;
use crate::issuer_keys::IssuerKeys;
use crate::store::Blobs;
use crate::tokens::Tokens;

/// The keys that sign snapshots.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<[u8; 32]>);

/// What a snapshot is held against.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Who signs; nobody: the state folder itself is trusted.
    pub keys: Option<&'a Keys>,
    /// Whose slice.
    pub workload: &'a str,
    /// The trust domain we belong to, where we know it.
    pub trust_domain: Option<&'a str>,
    /// The greatest height enforced so far.
    pub height: u64,
}

/// A manifest whose signature was checked.
#[derive(Debug)]
pub struct Signed {
    /// The manifest.
    pub manifest: Manifest,
    /// Its digest.
    pub digest: String,
}

/// Bytes of an Ed25519 key in DER before the key itself (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl Keys {
    /// Reads Ed25519 public keys: PEM, or hexadecimal digits, one a line.
    ///
    /// # Errors
    /// The file cannot be read or holds no key.
    pub fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let text =
            fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        let keys = if text.contains("-----BEGIN") { from_pem(&text) } else { from_hex(&text) };
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self(keys)),
            _ => Err(format!("{shown} holds no Ed25519 public keys in PEM or hexadecimal digits")),
        }
    }

    fn verify(&self, keyid: &str, message: &[u8], signature: &[u8]) -> bool {
        let named = |key: &&[u8; 32]| Digest::of(key.as_slice()).to_string() == keyid;
        let mut keys = self.0.iter().filter(named);
        keys.any(|key| UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok())
    }
}

fn from_pem(text: &str) -> Option<Vec<[u8; 32]>> {
    <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes())
        .map(|section| {
            let (_, der) = section.ok()?;
            der.strip_prefix(&SPKI)?.try_into().ok()
        })
        .collect()
}

fn from_hex(text: &str) -> Option<Vec<[u8; 32]>> {
    text.split_whitespace()
        .map(|word| format!("sha256:{word}").parse().ok())
        .map(|key: Option<Digest>| key.map(|one| *one.as_bytes()))
        .collect()
}

/// Opens an envelope and checks what can be checked before its blobs are at hand.
///
/// # Errors
/// Why the snapshot is refused.
pub fn open(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Signed, String> {
    let payload = envelope::open(bytes, |keyid, message, signature| {
        wanted.keys.is_none_or(|keys| keys.verify(keyid, message, signature))
    });
    let payload = payload.map_err(|why| why.to_string())?;
    let digest = Digest::of(&payload).to_string();
    let manifest = read::manifest(&payload).map_err(|why| why.to_string())?;
    if manifest.format != FORMAT {
        return Err(format!("the manifest is of format {}, not {FORMAT}", manifest.format));
    }
    if manifest.height < wanted.height {
        let Wanted { height, .. } = wanted;
        return Err(format!(
            "the snapshot is older: its height is {}, {height} was enforced already",
            manifest.height
        ));
    }
    if wanted.trust_domain.is_some_and(|domain| domain != manifest.trust_domain) {
        return Err(format!("the snapshot is for the trust domain `{}`", manifest.trust_domain));
    }
    let needed = manifest.capabilities.iter().map(String::as_str);
    if let Some(missing) = capability::missing(needed) {
        return Err(format!("the snapshot needs `{missing}`, which this proxy cannot do"));
    }
    Ok(Signed { manifest, digest })
}

/// The blobs of a workload.
///
/// # Errors
/// The manifest has none for it.
pub fn entry<'a>(manifest: &'a Manifest, workload: &str) -> Result<&'a Entry, String> {
    let found = manifest.slices.iter().find(|entry| entry.workload == workload);
    found.ok_or_else(|| format!("the snapshot holds nothing for `{workload}`"))
}

/// Holds a slice against the name that the manifest has for it.
///
/// # Errors
/// It is another one.
pub fn hold(slice: &[u8], name: &str) -> Result<(), String> {
    match Digest::of(slice).to_string() == name {
        true => Ok(()),
        false => Err("the slice is not the one the manifest names".to_owned()),
    }
}

/// Makes tables of a snapshot; its rate limits go on with the allowances they had.
///
/// # Errors
/// Why it is refused.
pub fn load(
    blobs: &Blobs,
    wanted: &Wanted<'_>,
    allowances: &Allowances,
    keys: &Arc<IssuerKeys>,
) -> Result<Generation, String> {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let Signed { manifest, digest } = open(&blobs.envelope, wanted)?;
    let entry = entry(&manifest, wanted.workload)?;
    hold(&blobs.slice, &entry.slice)?;
    let slice = read::slice(&blobs.slice, |name| blobs.callees.get(name));
    let slice = slice.map_err(|why| why.to_string())?;
    if slice.workload != wanted.workload || slice.trust_domain != manifest.trust_domain {
        return Err(format!("the slice is that of `{}`", slice.workload));
    }
    if let Some(missing) = capability::missing(capability::needs(&slice)) {
        return Err(format!("the slice needs `{missing}`, which this proxy cannot do"));
    }
    let places = match blobs.places.as_slice() {
        [] => None,
        places if Digest::of(places).to_string() == entry.places => {
            Some(read::places(places).map_err(|why| why.to_string())?)
        }
        _ => return Err("the places are not those the manifest names".to_owned()),
    };
    let tables = Tables::load(slice, places, manifest.commit).map_err(|fault| fault.to_string())?;
    let federated =
        tables.slice().inbound.federated.iter().map(bundle).collect::<Result<_, _>>()?;
    let limits = allowances.of(&tables).map_err(|fault| fault.to_string())?;
    let tokens = Tokens::new(&tables, keys)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let height = manifest.height;
    Ok(Generation { manifest: digest, height, tables, federated, limits, tokens, number })
}

fn bundle(federated: &Federated) -> Result<TrustBundle, String> {
    let Federated { bundle, trust_domain } = federated;
    let refused = |why: &dyn std::fmt::Display| {
        format!("the trust bundle of `{trust_domain}` is refused: {why}")
    };
    let domain = TrustDomain::parse(trust_domain).map_err(|why| refused(&why))?;
    TrustBundle::from_pem(domain, bundle.as_bytes()).map_err(|why| refused(&why))
}
