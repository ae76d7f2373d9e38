//! Small policies over few names, so that rules and requests often meet.

use arbitrary::{Result, Unstructured};
use meshc_snapshot::slice::{
    Claim, ClaimTest, Condition, FORMAT, From, Hours, Inbound, Listener, Match, Operation,
    Protocol, Reading, Retry, Rule, Scalar, Slice, Test, Tls, TokenIssuer, TokenKeys, User,
};

use super::{IDENTITIES, ISSUERS, rarely, some};

const PATHS: [&str; 10] =
    ["/**", "/a", "/a/b", "/a/**", "/a/{x}", "/{x}/b", "/{x}", "/A", "/a/b:{x}", "/"];
const EXPRESSIONS: [&str; 3] = ["/a(/[a-z]+)?", "/.*b", "/[^/]*"];
const METHODS: [&str; 3] = ["GET", "POST", "get"];
const FIELDS: [&str; 3] = ["x-a", "x-b", "user-agent"];
const PARAMETERS: [&str; 2] = ["q", "x-a"];
const VALUES: [&str; 4] = ["1", "12", "", "2"];
const NETWORKS: [&str; 4] = ["10.0.0.0/8", "10.1.0.0/16", "::/0", "192.0.2.1/32"];

/// A slice of one workload: an HTTP port, a TCP port, up to four operations and up to four rules of
/// each kind. The loader may still refuse it.
pub(super) fn slice(choices: &mut Unstructured<'_>) -> Result<Slice> {
    let mut operations = vec![operation("db".to_owned(), Vec::new(), 1)];
    for number in 0..choices.int_in_range(0..=4_u8)? {
        let matches = some(choices, 2, matching)?;
        operations.push(operation(format!("o{number}"), matches, 0));
    }
    operations.retain(|one| one.name == "db" || !one.matches.is_empty());
    let names: Vec<String> =
        operations.iter().map(|one| one.name.clone()).chain(["rest".to_owned()]).collect();
    let mut rules = |most, direct| {
        let mut rules = some(choices, most, |choices| rule(choices, &names, direct))?;
        rules.iter_mut().enumerate().for_each(|(at, rule)| rule.name = format!("r{at}"));
        Ok(rules)
    };
    let (allow, deny, guardrails) = (rules(4, false)?, rules(4, true)?, rules(1, true)?);
    let inbound = Inbound {
        allow,
        audit: rarely(choices, 16)?,
        authorities: vec!["a.shop".to_owned()],
        deny,
        federated: Vec::new(),
        gateways: Vec::new(),
        guardrails,
        identity: "spiffe://mesh.test/ns/shop/sa/a".to_owned(),
        issuers: ISSUERS.map(issuer).into(),
        listeners: vec![listener("api", 80, Protocol::Http), listener("db", 81, Protocol::Tcp)],
        operations,
        probes: Vec::new(),
        rate_limits: Vec::new(),
        readings: readings(choices)?,
    };
    Ok(Slice {
        destinations: Vec::new(),
        format: FORMAT,
        inbound,
        routes: Vec::new(),
        trust_domain: "mesh.test".to_owned(),
        workload: "shop/a".to_owned(),
    })
}

/// One rule that names operations, or, where `direct`, perhaps requests.
pub(super) fn rule(
    choices: &mut Unstructured<'_>,
    operations: &[String],
    direct: bool,
) -> Result<Rule> {
    let matches = if direct { some(choices, 1, matching)? } else { Vec::new() };
    let named = some(choices, 2, |choices| choices.choose(operations).cloned())?;
    Ok(Rule {
        audit: rarely(choices, 12)?,
        client: some(choices, 1, |choices| text(choices, &NETWORKS))?,
        from: callers(choices)?,
        headers: some(choices, 1, |choices| condition(choices, &FIELDS))?,
        hours: if rarely(choices, 8)? { Some(hours(choices)?) } else { None },
        matches,
        name: "added".to_owned(),
        operations: (!named.is_empty()).then_some(named),
        query: some(choices, 1, |choices| condition(choices, &PARAMETERS))?,
        since: if rarely(choices, 8)? { Some(99_999) } else { None },
        source: some(choices, 1, |choices| text(choices, &NETWORKS))?,
        until: if rarely(choices, 8)? { Some(100_000) } else { None },
        user: if rarely(choices, 4)? { Some(user(choices)?) } else { None },
    })
}

fn operation(name: String, matches: Vec<Match>, port: u32) -> Operation {
    let retry = Retry { attempts: 0, on: None, per_try_ms: None };
    let matches = matches.into();
    Operation { idempotent: false, matches, name, ports: vec![port], retry, timeout_ms: 1_000 }
}

fn issuer(name: &str) -> TokenIssuer {
    let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    TokenIssuer {
        algorithms: vec!["EdDSA".to_owned()],
        audiences: vec!["mesh".to_owned()],
        forward: Vec::new(),
        issuer: format!("https://{name}.test"),
        keys: TokenKeys::Inline(keys.to_owned()),
        name: name.to_owned(),
    }
}

fn listener(name: &str, port: u16, protocol: Protocol) -> Listener {
    Listener {
        certificate: None,
        hosts: Vec::new(),
        name: name.to_owned(),
        port,
        protocol,
        target: port,
        tls: Tls::Mutual,
    }
}

fn readings(choices: &mut Unstructured<'_>) -> Result<Vec<Reading>> {
    let all = [Reading::Plain, Reading::Matrix, Reading::CaseInsensitive, Reading::DoubleDecoding];
    let mut some: Vec<Reading> = Vec::new();
    for one in all {
        if choices.arbitrary()? {
            some.push(one);
        }
    }
    Ok(if some.is_empty() { vec![Reading::Plain, Reading::Matrix] } else { some })
}

fn matching(choices: &mut Unstructured<'_>) -> Result<Match> {
    // Tables of regular expressions are dear to build; the loader's target meets more of them.
    let regex = if rarely(choices, 50)? { Some(text(choices, &EXPRESSIONS)?) } else { None };
    let path = text(choices, &PATHS)?;
    Ok(Match {
        headers: some(choices, 1, |choices| condition(choices, &FIELDS))?,
        host: if rarely(choices, 8)? { Some("a.shop".to_owned()) } else { None },
        methods: some(choices, 2, |choices| text(choices, &METHODS))?,
        path: if regex.is_some() { "/**".to_owned() } else { path },
        query: some(choices, 1, |choices| condition(choices, &PARAMETERS))?,
        regex,
    })
}

fn condition(choices: &mut Unstructured<'_>, names: &[&str]) -> Result<Condition> {
    let name = text(choices, names)?;
    let not = choices.arbitrary()?;
    let value = text(choices, &VALUES)?;
    let test = match choices.int_in_range(0..=50_u8)? {
        0..=9 => Test::Equals(value),
        10..=17 => Test::Has(value),
        18..=25 => Test::OneOf(vec![value, "3".to_owned()]),
        26..=33 => Test::Prefix(value),
        34..=41 => Test::Suffix(value),
        42 => Test::Regex("1.*|".to_owned()),
        _ => Test::Present(choices.arbitrary()?),
    };
    Ok(Condition { name, not, test })
}

fn callers(choices: &mut Unstructured<'_>) -> Result<From> {
    Ok(From {
        anonymous: rarely(choices, 4)?,
        anyone: rarely(choices, 4)?,
        everyone: rarely(choices, 8)?,
        identities: some(choices, 2, |choices| text(choices, &IDENTITIES))?,
        namespaces: some(choices, 1, |choices| text(choices, &["shop", "ops"]))?,
        prefixes: some(choices, 1, |choices| text(choices, &["spiffe://other.test/"]))?,
    })
}

fn hours(choices: &mut Unstructured<'_>) -> Result<Hours> {
    let from = choices.int_in_range(0..=1_439)?;
    let zone = text(choices, &["UTC0", "CET-1CEST,M3.5.0,M10.5.0/3"])?;
    let days = vec![1, choices.int_in_range(2..=7)?];
    Ok(Hours { days, from, to: choices.int_in_range(from + 1..=1_440)?, zone })
}

fn user(choices: &mut Unstructured<'_>) -> Result<User> {
    let claims = some(choices, 2, |choices| {
        let value = if choices.arbitrary()? {
            Scalar::Number(choices.int_in_range(0..=2)?)
        } else {
            Scalar::Text(text(choices, &VALUES)?)
        };
        let test = match choices.int_in_range(0..=4_u8)? {
            0 => ClaimTest::Equals(value),
            1 => ClaimTest::Has(value),
            2 => ClaimTest::OneOf(vec![value]),
            3 => ClaimTest::Prefix(text(choices, &VALUES)?),
            _ => ClaimTest::Present(choices.arbitrary()?),
        };
        let path = text(choices, &["role", "realm/roles", "scope"])?;
        Ok(Claim { not: choices.arbitrary()?, path, test })
    })?;
    Ok(User { claims, issuer: text(choices, &ISSUERS)? })
}

fn text(choices: &mut Unstructured<'_>, among: &[&str]) -> Result<String> {
    choices.choose(among).map(|text| (*text).to_owned())
}
