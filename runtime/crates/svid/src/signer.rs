//! The rules for certificates that sign (X509-SVID, 3 and 4).

use crate::profile::Profile;
use crate::{SpiffeId, SvidFault, TrustDomain};

/// A signer is a CA, may sign certificates, and names nothing or just its trust domain.
pub(crate) fn check(profile: &Profile<'_>, trust_domain: &TrustDomain) -> Result<(), SvidFault> {
    if !profile.is_ca || !profile.key_usage.is_some_and(|usage| usage.certificate_sign) {
        return Err(SvidFault::SignerMayNotSign);
    }
    let names = profile.names.unwrap_or_default();
    let Some(uri) = names.first_uri else { return Ok(()) };
    let id = core::str::from_utf8(uri).ok().and_then(|text| SpiffeId::parse(text).ok());
    let sound = names.uris == 1
        && id.is_some_and(|id| id.path().is_empty() && id.trust_domain() == trust_domain.as_str());
    if sound { Ok(()) } else { Err(SvidFault::SignerNamesWorkload) }
}
