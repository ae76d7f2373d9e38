use core::fmt;
use core::str::FromStr;

/// A SPIFFE ID; only [`SpiffeId::parse`] makes one (SPIFFE-ID standard, 2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpiffeId {
    text: Box<str>,
    /// Where the path begins; the length of `text` when there is none.
    path_at: u16,
}

/// A SPIFFE trust domain name: 1 to 255 of `[a-z0-9._-]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrustDomain(Box<str>);

/// Why some text is not a SPIFFE ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpiffeIdFault {
    /// It has more than 2,048 bytes.
    TooLong,
    /// It does not begin with `spiffe://` in lower case.
    Scheme,
    /// The trust domain is not 1 to 255 lower-case letters, digits, dots, hyphens and underscores;
    /// a port and a user name are faults of this kind.
    TrustDomain,
    /// A path segment is empty, `.` or `..`; a trailing slash is an empty segment.
    Segment,
    /// A path byte is no letter, digit, dot, hyphen or underscore; percent-encoding, a query and a
    /// fragment are faults of this kind.
    PathByte,
}

const SCHEME: &str = "spiffe://";
/// Bytes of a whole ID that must be supported (2.3); no longer one is taken.
const MAX_ID: usize = 2_048;
/// Bytes of a trust domain name (2.1).
const MAX_TRUST_DOMAIN: usize = 255;

impl SpiffeId {
    /// Reads an ID exactly as written; nothing is normalised.
    ///
    /// # Errors
    /// The first rule of the grammar that the text breaks.
    pub fn parse(text: &str) -> Result<Self, SpiffeIdFault> {
        if text.len() > MAX_ID {
            return Err(SpiffeIdFault::TooLong);
        }
        let rest = text.strip_prefix(SCHEME).ok_or(SpiffeIdFault::Scheme)?;
        let (domain, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        if !is_trust_domain(domain) {
            return Err(SpiffeIdFault::TrustDomain);
        }
        for segment in path.split('/').skip(1) {
            if matches!(segment, "" | "." | "..") {
                return Err(SpiffeIdFault::Segment);
            }
            if !segment.bytes().all(is_path_byte) {
                return Err(SpiffeIdFault::PathByte);
            }
        }
        let path_at = u16::try_from(text.len() - path.len()).map_err(|_| SpiffeIdFault::TooLong)?;
        Ok(Self { text: text.into(), path_at })
    }

    /// The whole ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The trust domain's name.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.text.get(SCHEME.len()..usize::from(self.path_at)).unwrap_or_default()
    }

    /// The path with its leading slash; empty when the ID names the trust domain itself.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(usize::from(self.path_at)..).unwrap_or_default()
    }
}

impl TrustDomain {
    /// Reads a trust domain name.
    ///
    /// # Errors
    /// When it is not 1 to 255 of `[a-z0-9._-]`.
    pub fn parse(text: &str) -> Result<Self, SpiffeIdFault> {
        if is_trust_domain(text) { Ok(Self(text.into())) } else { Err(SpiffeIdFault::TrustDomain) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_trust_domain(name: &str) -> bool {
    let sound = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    (1..=MAX_TRUST_DOMAIN).contains(&name.len()) && name.bytes().all(sound)
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

impl FromStr for SpiffeId {
    type Err = SpiffeIdFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for TrustDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SpiffeIdFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the ID is longer than 2,048 bytes",
            Self::Scheme => "the ID does not begin with `spiffe://`",
            Self::TrustDomain => {
                "the trust domain is not 1 to 255 lower-case letters, digits, dots, hyphens and underscores"
            }
            Self::Segment => "a path segment of the ID is empty, `.` or `..`",
            Self::PathByte => {
                "a path segment of the ID holds something other than letters, digits, dots, hyphens and underscores"
            }
        })
    }
}

impl core::error::Error for SpiffeIdFault {}
