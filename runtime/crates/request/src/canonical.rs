use crate::authority::Authority;
use crate::bytes::{is_query, is_token};
use crate::path;
use crate::refusal::{BadRequest, BadRequestKind};

/// What was received, before anything has read it.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The request target in origin, absolute or asterisk form.
    pub target: &'a [u8],
    /// The value of `Host` (or `:authority`), if there was one.
    pub host: Option<&'a [u8]>,
    /// The parser saw that the path is not canonical as it stands. Only a hint that saves a look:
    /// `false` for an odd path gives the same answer.
    pub odd: bool,
}

/// Memory for requests that are not canonical as they stand; reused from request to request.
#[derive(Debug, Default)]
pub struct Scratch {
    host: String,
    target_host: String,
    path: String,
    decoded: String,
    cut: String,
    matrix: String,
}

/// The one form of a request.
#[derive(Clone, Copy, Debug)]
pub struct Canonical<'a> {
    method: &'a str,
    authority: Authority<'a>,
    path: &'a str,
    query: Option<&'a str>,
    plain: &'a str,
    matrix: Option<&'a str>,
}

/// A target, taken apart.
struct Target<'a> {
    authority: Option<(&'a [u8], u16)>,
    path: &'a [u8],
    query: Option<&'a [u8]>,
}

impl Scratch {
    /// Empty; allocates when first needed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<'a> Canonical<'a> {
    /// The method, case as received (methods are case-sensitive, RFC 9110, 9.1).
    #[must_use]
    pub const fn method(&self) -> &'a str {
        self.method
    }

    /// Host and port.
    #[must_use]
    pub const fn authority(&self) -> Authority<'a> {
        self.authority
    }

    /// The same request under another host, as a gateway sends it on; no port.
    #[must_use]
    pub const fn addressed_to(self, host: &'a str) -> Self {
        Self { authority: Authority { host, port: None }, ..self }
    }

    /// The path to send on: starts with `/`, or is `*`.
    #[must_use]
    pub const fn path(&self) -> &'a str {
        self.path
    }

    /// The query as received, without `?`.
    #[must_use]
    pub const fn query(&self) -> Option<&'a str> {
        self.query
    }

    /// Whether this is `OPTIONS *`.
    #[must_use]
    pub fn is_asterisk(&self) -> bool {
        self.path == "*"
    }

    /// The path under the reading `plain`, decoded once. No segment holds a `/`, so it can be
    /// split.
    #[must_use]
    pub const fn plain(&self) -> &'a str {
        self.plain
    }

    /// The path under the reading `matrix`, decoded once, where it differs from [`Self::plain`].
    #[must_use]
    pub const fn matrix(&self) -> Option<&'a str> {
        self.matrix
    }
}

/// Brings a request into its one form (language reference, section 4).
///
/// # Errors
/// A [`BadRequest`] where there is none.
pub fn canonicalise<'a>(
    raw: Raw<'a>,
    scratch: &'a mut Scratch,
) -> Result<Canonical<'a>, BadRequest> {
    assemble(raw, scratch).map_err(BadRequest::new)
}

fn assemble<'a>(raw: Raw<'a>, scratch: &'a mut Scratch) -> Result<Canonical<'a>, BadRequestKind> {
    if !is_token(raw.method) {
        return Err(BadRequestKind::Method);
    }
    let method = text(raw.method, BadRequestKind::Method)?;
    if method == "CONNECT" {
        return Err(BadRequestKind::AuthorityForm);
    }
    let target = take_apart(method, raw.target)?;
    let Scratch { host, target_host, path, decoded, cut, matrix } = scratch;
    let authority = agreed(raw.host, target.authority, host, target_host)?;
    let query = match target.query {
        Some(query) if !is_query(query) => return Err(BadRequestKind::RawByte),
        Some(query) => Some(text(query, BadRequestKind::RawByte)?),
        None => None,
    };
    if target.path == b"*" || (!raw.odd && path::is_plain(target.path)) {
        let path = text(target.path, BadRequestKind::RawByte)?;
        return Ok(Canonical { method, authority, path, query, plain: path, matrix: None });
    }
    path::write_canonical(target.path, path)?;
    let path: &'a str = path;
    let plain = read_decoded(path, decoded)?;
    let matrix = if path.contains(';') {
        path::write_without_parameters(path, cut);
        let cut: &'a str = cut;
        Some(read_decoded(cut, matrix)?).filter(|matrix| *matrix != plain)
    } else {
        None
    };
    Ok(Canonical { method, authority, path, query, plain, matrix })
}

fn read_decoded<'a>(path: &'a str, out: &'a mut String) -> Result<&'a str, BadRequestKind> {
    if !path.contains('%') {
        return Ok(path);
    }
    path::write_decoded(path, out)?;
    Ok(out)
}

fn take_apart<'a>(method: &str, target: &'a [u8]) -> Result<Target<'a>, BadRequestKind> {
    if target == b"*" {
        return match method {
            "OPTIONS" => Ok(Target { authority: None, path: target, query: None }),
            _ => Err(BadRequestKind::AsteriskForm),
        };
    }
    if target.starts_with(b"/") {
        let (path, query) = split_query(target);
        return Ok(Target { authority: None, path, query });
    }
    let Some((rest, port)) = after_scheme(target) else {
        let form = target.contains(&b':') && !target.windows(3).any(|three| three == b"://");
        return Err(if form { BadRequestKind::AuthorityForm } else { BadRequestKind::TargetForm });
    };
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end).ok_or(BadRequestKind::TargetForm)?;
    let (path, query) = split_query(rest);
    // An absent path is `/` (RFC 9110, 4.2.3), except that `OPTIONS` then means `*` (RFC 9112,
    // 3.2.4).
    let path = match (path, query, method) {
        ([], None, "OPTIONS") => b"*",
        ([], _, _) => b"/",
        _ => path,
    };
    Ok(Target { authority: Some((authority, port)), path, query })
}

/// What follows `http://` or `https://`, and the scheme's own port.
fn after_scheme(target: &[u8]) -> Option<(&[u8], u16)> {
    [(&b"http://"[..], 80), (&b"https://"[..], 443)].into_iter().find_map(|(scheme, port)| {
        let (start, rest) = target.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some((rest, port))
    })
}

fn split_query(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut halves = target.splitn(2, |&byte| byte == b'?');
    (halves.next().unwrap_or_default(), halves.next())
}

/// The one authority of a request; target and `Host` must agree where both name one.
fn agreed<'a>(
    host: Option<&'a [u8]>,
    target: Option<(&'a [u8], u16)>,
    host_scratch: &'a mut String,
    target_scratch: &'a mut String,
) -> Result<Authority<'a>, BadRequestKind> {
    let host = host.map(|host| Authority::parse(host, host_scratch)).transpose()?;
    let Some((text, own_port)) = target else { return host.ok_or(BadRequestKind::NoAuthority) };
    let named = Authority::parse(text, target_scratch)?;
    let port = |authority: Authority<'_>| authority.port.unwrap_or(own_port);
    match host {
        Some(host) if host.host != named.host || port(host) != port(named) => {
            Err(BadRequestKind::AuthoritiesDiffer)
        }
        _ => Ok(named),
    }
}

fn text(bytes: &[u8], otherwise: BadRequestKind) -> Result<&str, BadRequestKind> {
    core::str::from_utf8(bytes).map_err(|_| otherwise)
}

#[cfg(test)]
mod tests;
