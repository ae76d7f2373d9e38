//! What a text that does not fit was probably meant to be.

/// Texts that may have been meant, likeliest first; whoever asks keeps those that fit.
pub(crate) fn candidates(format: &str, text: &str) -> Vec<String> {
    let bare = text.trim_matches(['“', '”', '„', '‘', '’', '"', '\'', ' ']).to_owned();
    let other = bare.contains("://") || bare.parse::<core::net::IpAddr>().is_ok();
    let mut all = match format {
        // An identity or an address is no name of a workload; `advice` says where it goes.
        "caller"
            if other || bare.contains(|one: char| one.is_ascii_digit()) && bare.contains('/') =>
        {
            return Vec::new();
        }
        "dns-label" => vec![bare.split('@').next().map_or_else(String::new, slug), slug(&bare)],
        "host" => vec![host(&bare)],
        "trust-domain" => vec![bare.replace("spiffe://", "").to_ascii_lowercase()],
        "caller" | "object" => vec![without_operation(&workload(&bare))],
        "reference" => vec![workload(&bare)],
        "duration" => duration(&bare).into_iter().collect(),
        "rate" => rate(&bare).into_iter().collect(),
        "date" => day(&bare).into_iter().collect(),
        "code" | "method" => vec![bare.to_ascii_uppercase()],
        "address" => vec![bare.rsplit_once(':').map_or("", |(address, _)| address).to_owned()],
        "percentage" => vec![format!("{bare}%")],
        "path" | "path-pattern" => vec![path(&bare), format!("/{bare}")],
        "header-name" => vec![bare.trim_end_matches(':').to_owned()],
        "operation-match" => operation(&bare),
        _ => Vec::new(),
    };
    all.push(bare);
    all.retain(|one| one != text && !one.is_empty());
    all
}

/// What to know about a text that stands for something the place does not take.
pub(crate) fn advice(format: &str, text: &str) -> Option<String> {
    let address = text.split('/').next().unwrap_or_default().parse::<core::net::IpAddr>();
    match format {
        "caller" if matches!(text, "*" | "*/*" | "all" | "any" | "everyone") => {
            Some("`anyone` is every workload with an identity, `anonymous` whoever has none".into())
        }
        "caller" if text.starts_with("spiffe://") => {
            Some(format!("an identity of another mesh is written `{{identity: \"{text}\"}}`"))
        }
        "caller" if address.is_ok() => {
            Some(format!("addresses stand in `when: {{source: {{cidr: [{text}]}}}}`"))
        }
        "caller" if text.contains('.') && !text.contains(".svc") => {
            Some("operations stand in `operations`".into())
        }
        "host" if text == "*" => Some("a gateway without `hosts` takes every host".into()),
        "date" if !text.bytes().any(|byte| byte.is_ascii_digit()) => {
            Some("everything of this kind ends; choose a day".into())
        }
        _ => None,
    }
}

fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.rsplit('/').next().unwrap_or_default().chars() {
        match letter {
            'A'..='Z' => {
                let inside = slug.ends_with(|before: char| before.is_ascii_lowercase());
                slug.push_str(if inside { "-" } else { "" });
                slug.push(letter.to_ascii_lowercase());
            }
            '_' | '.' | ' ' => slug.push('-'),
            '#' => break,
            other => slug.push(other),
        }
    }
    slug.trim_matches('-').to_owned()
}

/// The host of a URL or authority, in lower case.
fn host(text: &str) -> String {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    let host = behind.split(['/', ':']).next().unwrap_or_default();
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// A URL, a cluster name or a path of names as `[namespace/]name[.operation]`.
fn workload(text: &str) -> String {
    let name = if text.contains("://") { host(text) } else { text.to_ascii_lowercase() };
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [name, namespace, "svc", ..] => format!("{namespace}/{name}"),
        _ => match name.split('/').collect::<Vec<_>>().as_slice() {
            [namespace, name, operation] => format!("{namespace}/{name}.{operation}"),
            _ => name.replace('_', "-"),
        },
    }
}

fn without_operation(reference: &str) -> String {
    reference.split('.').next().unwrap_or_default().to_owned()
}

/// A number and its unit, a word or some letters.
fn measured(text: &str) -> Option<(&str, String)> {
    let end = text.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    (!number.is_empty()).then(|| (number, unit.trim().to_ascii_lowercase()))
}

fn duration(text: &str) -> Option<String> {
    let (number, unit) = measured(text)?;
    let milliseconds: u64 = match unit.as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => 1,
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000,
        "h" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        _ => return None,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = u32::try_from(part.len()).ok()?;
    let part: u64 = if part.is_empty() { 0 } else { part.parse().ok()? };
    let beyond = part.checked_mul(milliseconds)?.checked_div(10_u64.checked_pow(digits)?)?;
    let all = whole.parse::<u64>().ok()?.checked_mul(milliseconds)?.checked_add(beyond)?;
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let mut rest = all;
    let mut written = String::new();
    for (name, size) in units {
        let count = rest.checked_div(size)?;
        rest = rest.checked_rem(size)?;
        if count > 0 {
            written.push_str(&format!("{count}{name}"));
        }
    }
    Some(written)
}

fn rate(text: &str) -> Option<String> {
    let (count, unit) = measured(text)?;
    let unit = unit.trim_start_matches(['/', ' ']).trim_start_matches("per").trim();
    let period = match unit {
        "" | "s" | "sec" | "second" | "rps" => "s",
        "m" | "min" | "minute" => "m",
        "h" | "hour" => "h",
        _ => return None,
    };
    Some(format!("{count}/{period}"))
}

/// The day of an instant, or of a date with the day first.
fn day(text: &str) -> Option<String> {
    if let Some((day, _)) = text.split_once('T') {
        return Some(day.to_owned());
    }
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    match parts.as_slice() {
        [day, month, year] if year.len() == 4 => Some(format!("{year}-{month:0>2}-{day:0>2}")),
        [year, month, day] if year.len() == 4 => Some(format!("{year}-{month:0>2}-{day:0>2}")),
        _ => None,
    }
}

/// The path of a URL.
fn path(text: &str) -> String {
    let behind = text.split_once("://").map_or("", |(_, behind)| behind);
    behind.find('/').and_then(|at| behind.get(at..)).unwrap_or_default().to_owned()
}

/// Methods and a path in another order, another case, or one of them alone.
fn operation(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split([' ', ':']).filter(|word| !word.is_empty()).collect();
    let methods = |word: &str| match word {
        "*" | "ALL" | "all" => "ANY".to_owned(),
        word => word.to_ascii_uppercase(),
    };
    match words.as_slice() {
        [one] if one.starts_with('/') => vec![format!("ANY {one}")],
        [one] if one.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b',') => {
            vec![format!("{} /**", methods(one))]
        }
        [one, two] if one.starts_with('/') => vec![format!("{} {one}", methods(two))],
        [one, two] if two.starts_with('/') => vec![format!("{} {two}", methods(one))],
        [one, ..] => vec![format!("{} {}", methods(one), path(text))],
        [] => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likely_meanings() {
        let first = |format: &str, text: &str| candidates(format, text).first().cloned();
        for (format, text, meant) in [
            ("dns-label", "readCart", "read-cart"),
            ("dns-label", "cart_v2", "cart-v2"),
            ("dns-label", "shop/cart", "cart"),
            ("host", "https://Pay.Shop:8443/x", "pay.shop"),
            ("caller", "web.shop.svc.cluster.local", "shop/web"),
            ("caller", "web.read", "web"),
            ("reference", "http://payments:8080", "payments"),
            ("reference", "shop/payments/charge", "shop/payments.charge"),
            ("duration", "5", "5s"),
            ("duration", "1.5s", "1s500ms"),
            ("duration", "90 minutes", "1h30m"),
            ("duration", "1d", "24h"),
            ("rate", "10 per second", "10/s"),
            ("rate", "600/min", "600/m"),
            ("date", "31.03.2027", "2027-03-31"),
            ("date", "2027-03-31T00:00:00Z", "2027-03-31"),
            ("operation-match", "get /carts", "GET /carts"),
            ("operation-match", "/carts GET", "GET /carts"),
            ("operation-match", "GET: /carts", "GET /carts"),
            ("operation-match", "* /carts", "ANY /carts"),
            ("operation-match", "GET https://cart/carts", "GET /carts"),
            ("address", "10.1.2.3:8080", "10.1.2.3"),
            ("path-pattern", "carts", "/carts"),
        ] {
            assert_eq!(first(format, text).as_deref(), Some(meant), "{format} {text}");
        }
        assert_eq!(candidates("duration", "soon"), Vec::<String>::new());
    }
}
