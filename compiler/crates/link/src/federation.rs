//! Trust domains besides ours: their bundles read, and the callers that are named by SPIFFE ID.

use meshc_check::unit::{At, FederationRow};
use meshc_check::{Finding, did_you_mean, nearest};
use meshc_svid::{TrustBundle, TrustDomain};

use crate::mesh::{Federation, Mesh, Workload};

pub(crate) fn settle(mesh: &mut Mesh, file: u32, rows: Vec<FederationRow>) {
    let mut found: Vec<Federation> = Vec::new();
    for FederationRow { trust_domain: name, bundle_file } in rows {
        if name.value == mesh.trust_domain {
            let message = format!("`{}` is our own trust domain", name.value);
            let help = "our own roots are the controller's; list other trust domains";
            mesh.report(file, Finding::new("MC105", name.span, message).help(help));
            continue;
        }
        if found.iter().any(|one| one.trust_domain == name.value) {
            let message = format!("`{}` is federated twice", name.value);
            let help = "a bundle may hold several roots; keep one entry";
            mesh.report(file, Finding::new("MC211", name.span, message).help(help));
            continue;
        }
        let bundle = bundle(mesh, &name.value, &bundle_file);
        let bundle = bundle.map_err(|finding| mesh.report(file, finding)).ok();
        found.push(Federation { trust_domain: name.value, bundle });
    }
    found.sort_by(|a, b| a.trust_domain.cmp(&b.trust_domain));
    mesh.federation = found;
}

/// The text of a bundle's file, if it is one.
fn bundle(mesh: &Mesh, trust_domain: &str, file: &At<String>) -> Result<String, Finding> {
    let unfit = |message: String| Finding::new("MC412", file.span, message);
    if !file.value.ends_with(".pem") {
        let message = format!("`{}` is not the name of a PEM file", file.value);
        return Err(unfit(message).help("a bundle is certificates in PEM, in a file named `*.pem`"));
    }
    let source = mesh.files.iter().find(|source| *source.path == *file.value);
    let Some(source) = source else {
        let message = format!("the repository holds no file `{}`", file.value);
        let help = "the path counts from the repository's root; links are not followed";
        return Err(Finding::new("MC201", file.span, message).help(help));
    };
    let refused = |why: &dyn core::fmt::Display| {
        let message = format!("`{}` is no trust bundle: {why}", file.value);
        unfit(message).help("it holds the root certificates of the trust domain, and nothing else")
    };
    let domain = TrustDomain::parse(trust_domain).map_err(|why| refused(&why))?;
    TrustBundle::from_pem(domain, &source.bytes).map_err(|why| refused(&why))?;
    let text = core::str::from_utf8(&source.bytes);
    text.map(str::to_owned).map_err(|_| refused(&"its text is not UTF-8"))
}

/// The trust domain in the SPIFFE ID of a caller; sound IDs were parted from others by the schema.
#[must_use]
pub fn trust_domain_of(id: &str) -> &str {
    let rest = id.strip_prefix("spiffe://").unwrap_or(id);
    rest.split_once('/').map_or(rest, |(domain, _)| domain)
}

/// What is wrong with a caller of another trust domain.
pub(crate) fn fault(mesh: &Mesh, caller: &At<String>) -> Option<Finding> {
    let domain = trust_domain_of(&caller.value);
    if domain == mesh.trust_domain {
        let message = format!("`{}` is of our own trust domain", caller.value);
        let help = match named(mesh, &caller.value) {
            Some(one) => format!("name the service: `{}`", one.id),
            None => "name the service, or `namespace/*`".to_owned(),
        };
        return Some(Finding::new("MC105", caller.span, message).help(help));
    }
    if mesh.federation.iter().any(|one| one.trust_domain == domain) {
        return None;
    }
    let message = format!("trust domain `{domain}` is not federated");
    let known = mesh.federation.iter().map(|one| one.trust_domain.as_str());
    let hint = did_you_mean(&nearest(domain, known));
    let advice = "list it with its bundle under `federation` of the Mesh";
    let help = hint.map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}"));
    Some(Finding::new("MC412", caller.span, message).help(help))
}

fn named<'a>(mesh: &'a Mesh, identity: &str) -> Option<&'a Workload> {
    mesh.each().map(|(_, one)| one).find(|one| one.identity == identity)
}
