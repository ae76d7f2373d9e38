//! Words of other tools, and where the same thing is said here.

/// Kinds of Kubernetes and of other meshes, and what takes their place.
const KINDS: [(&str, &str); 17] = [
    ("AuthorizationPolicy", "`allow` and `deny` of a ServiceIntent"),
    ("ClientIntents", "`calls` of a ServiceIntent"),
    ("DestinationRule", "`versions` and `resilience` of a ServiceIntent"),
    ("GRPCRoute", "`routes` of a GatewayIntent, `traffic` of a ServiceIntent"),
    ("Gateway", "a GatewayIntent"),
    ("HTTPRoute", "`routes` of a GatewayIntent, `traffic` of a ServiceIntent"),
    ("Ingress", "a GatewayIntent"),
    ("MeshConfig", "a Mesh"),
    ("NetworkPolicy", "`allow` of a ServiceIntent"),
    ("PeerAuthentication", "`mtls` of a port; strict is the default"),
    ("RequestAuthentication", "a TokenIssuer, and `user` of a rule"),
    ("Server", "`ports` of a ServiceIntent"),
    ("Service", "a ServiceIntent"),
    ("ServiceDefaults", "a ServiceIntent"),
    ("ServiceEntry", "an ExternalIntent"),
    ("ServiceIntentions", "`allow` of a ServiceIntent"),
    (
        "VirtualService",
        "`traffic` and `operations` of a ServiceIntent, `routes` of a GatewayIntent",
    ),
];

/// Fields of Kubernetes and of other meshes, and our field; one counts where it is a field.
const FIELDS: &[(&str, &str)] = &[
    ("api", "operations"),
    ("audience", "audiences"),
    ("backend", "to"),
    ("backendRefs", "to"),
    ("backends", "routes"),
    ("callers", "from"),
    ("circuitBreaker", "resilience"),
    ("cn", "identity"),
    ("condition", "when"),
    ("conditions", "when"),
    ("containerPort", "port"),
    ("data", "spec"),
    ("dependencies", "calls"),
    ("dependsOn", "calls"),
    ("destination", "to"),
    ("destinations", "to"),
    ("egress", "calls"),
    ("endpoints", "instances"),
    ("exact", "equals"),
    ("exactly", "equals"),
    ("expires", "until"),
    ("file", "secret"),
    ("fqdn", "hosts"),
    ("hostname", "host"),
    ("hostnames", "hosts"),
    ("ingress", "allow"),
    ("jwks", "keys"),
    ("jwksUri", "keys"),
    ("livenessProbe", "probes"),
    ("loadBalancer", "resilience"),
    ("loadBalancing", "balance"),
    ("match", "operations"),
    ("matches", "operations"),
    ("maxRequests", "requests"),
    ("methods", "operations"),
    ("number", "port"),
    ("only", "from"),
    ("operation", "to"),
    ("outlierDetection", "outlier"),
    ("paths", "operations"),
    ("peers", "from"),
    ("perTryTimeout", "perTry"),
    ("permit", "allow"),
    ("prefix", "pathPrefix"),
    ("principals", "from"),
    ("readinessProbe", "probes"),
    ("replicas", "instances"),
    ("retries", "retry"),
    ("retryPolicy", "retry"),
    ("route", "to"),
    ("rules", "allow"),
    ("scopes", "claims"),
    ("secretName", "secret"),
    ("selector", "instances"),
    ("service", "to"),
    ("serviceAccount", "identity"),
    ("serviceAccountName", "serviceAccount"),
    ("serviceName", "to"),
    ("sources", "from"),
    ("startingWith", "prefix"),
    ("subset", "version"),
    ("subsets", "versions"),
    ("targetPort", "target"),
    ("team", "owner"),
    ("timeoutSeconds", "timeout"),
    ("tls", "certificate"),
    ("to", "operations"),
    ("to", "reach"),
    ("upstream", "to"),
    ("upstreams", "calls"),
    ("uri", "path"),
    ("value", "equals"),
];

/// What takes the place of a kind of another tool.
pub(crate) fn kind(name: &str) -> Option<&'static str> {
    KINDS.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}

/// Our fields for a field of another tool.
pub(crate) fn fields(name: &str) -> impl Iterator<Item = &'static str> {
    FIELDS.iter().filter(move |(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_say_one_thing_each() {
        assert!(KINDS.is_sorted_by(|one, two| one.0 < two.0));
        assert!(FIELDS.is_sorted_by(|one, two| one < two));
        assert_eq!(fields("to").collect::<Vec<_>>(), ["operations", "reach"]);
        assert_eq!((kind("Service"), kind("Deployment")), (Some("a ServiceIntent"), None));
    }
}
