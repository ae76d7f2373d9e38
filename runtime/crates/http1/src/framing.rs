use crate::{FaultKind, Method};

/// How the end of a message's body is found (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// There is no body and no length was stated (or none applies: answers to HEAD, 1xx, 204, 304).
    #[default]
    None,
    /// `Content-Length`, in bytes.
    Length(u64),
    /// `Transfer-Encoding: chunked`, the only coding accepted.
    Chunked,
    /// A response that ends when the upstream closes.
    UntilClose,
}

/// The framing fields of one head, gathered as they are read; at most one of each kind, never both.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Framing {
    length: Option<u64>,
    chunked: bool,
}

impl Framing {
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// Takes a `Content-Length` value.
    pub(crate) fn content_length(&mut self, value: &[u8]) -> Result<(), FaultKind> {
        if self.length.is_some() {
            return Err(FaultKind::LengthRepeated);
        }
        if self.chunked {
            return Err(FaultKind::LengthAndCoding);
        }
        self.length = Some(decimal(value).ok_or(FaultKind::LengthForm)?);
        Ok(())
    }

    /// Takes a `Transfer-Encoding` value of a message of HTTP/1.`minor`.
    pub(crate) fn transfer_encoding(&mut self, value: &[u8], minor: u8) -> Result<(), FaultKind> {
        if self.chunked {
            return Err(FaultKind::CodingRepeated);
        }
        if self.length.is_some() {
            return Err(FaultKind::LengthAndCoding);
        }
        if minor == 0 {
            return Err(FaultKind::CodingInOldVersion);
        }
        if !value.eq_ignore_ascii_case(b"chunked") {
            return Err(coding_fault(value));
        }
        self.chunked = true;
        Ok(())
    }

    /// The body of a request. A TRACE has none (RFC 9110, 9.3.8).
    pub(crate) fn request_body(self, method: Method) -> Result<Body, FaultKind> {
        let body = match self {
            Self { chunked: true, .. } => Body::Chunked,
            Self { length: Some(length), .. } => Body::Length(length),
            Self { length: None, .. } => Body::None,
        };
        match (method, body) {
            (Method::Trace, Body::Chunked | Body::Length(1..)) => Err(FaultKind::BodyForbidden),
            _ => Ok(body),
        }
    }

    /// The body of a response of this status to a request of this method. Interim answers and 204
    /// state no body; `Content-Length: 0` there is overlooked (RFC 9110, 8.6; RFC 9112, 6.1).
    pub(crate) fn response_body(self, status: u16, method: Method) -> Result<Body, FaultKind> {
        let never_has_body = status < 200 || status == 204;
        if never_has_body && (self.chunked || self.length.is_some_and(|length| length > 0)) {
            return Err(FaultKind::BodyForbidden);
        }
        if never_has_body || status == 304 || method == Method::Head {
            return Ok(Body::None);
        }
        Ok(match self {
            Self { chunked: true, .. } => Body::Chunked,
            Self { length: Some(length), .. } => Body::Length(length),
            Self { length: None, .. } => Body::UntilClose,
        })
    }
}

/// One plain decimal number of at most 18 digits, without leading zeros.
fn decimal(digits: &[u8]) -> Option<u64> {
    match digits {
        [b'0'] => return Some(0),
        [] | [b'0', ..] => return None,
        _ if digits.len() > 18 => return None,
        _ => {}
    }
    digits.iter().try_fold(0u64, |number, &digit| {
        digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'))
    })
}

/// A list of codings none of which but the last is `chunked` is well-formed and merely not ours.
fn coding_fault(value: &[u8]) -> FaultKind {
    use crate::class::{TOKEN, all};

    let mut codings = value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let last = codings.next_back().unwrap_or_default();
    let is_token = |coding: &[u8]| !coding.is_empty() && all(TOKEN, coding);
    let well_formed = is_token(last)
        && codings.all(|coding| is_token(coding) && !coding.eq_ignore_ascii_case(b"chunked"));
    if well_formed { FaultKind::CodingUnknown } else { FaultKind::CodingForm }
}
