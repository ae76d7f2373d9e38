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
    /// It does not begin with `spiffe://`.
    Scheme,
}

impl SpiffeId {
    /// Reads an ID exactly as written; nothing is normalised.
    ///
    /// # Errors
    /// The first rule of the grammar that the text breaks.
    pub fn parse(text: &str) -> Result<Self, SpiffeIdFault> {
        let path_at = text.len().try_into().map_err(|_| SpiffeIdFault::Scheme)?;
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
        &self.text
    }

    /// The path with its leading slash; empty when the ID names the trust domain itself.
    #[must_use]
    pub fn path(&self) -> &str {
        let _ = self.path_at;
        ""
    }
}

impl TrustDomain {
    /// Reads a trust domain name.
    ///
    /// # Errors
    /// When it is not 1 to 255 of `[a-z0-9._-]`.
    pub fn parse(text: &str) -> Result<Self, SpiffeIdFault> {
        Ok(Self(text.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
        f.write_str("the ID does not begin with `spiffe://`")
    }
}

impl core::error::Error for SpiffeIdFault {}
