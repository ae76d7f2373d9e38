use core::fmt;

use crate::algorithm::Algorithm;
use crate::key_set::KeySet;

/// What is declared about one issuer.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    /// What policy calls it.
    pub name: String,
    /// The exact `iss` of its tokens, not empty.
    pub issuer: String,
    /// The values of `aud` that mean us, at least one and none empty.
    pub audiences: Vec<String>,
    /// The algorithms it may sign with, at least one.
    pub algorithms: Vec<Algorithm>,
    /// How far its clock and ours may differ, in seconds; at most 60.
    pub skew_seconds: u32,
    /// The longest token, in bytes; at most 64 KiB.
    pub max_token_bytes: usize,
    /// Its keys; absent where they were never fetched, which refuses every token of it.
    pub keys: Option<KeySet>,
}

/// Why an issuer cannot be declared so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigFault {
    /// The issuer is empty.
    NoIssuer,
    /// There is no audience, or an empty one.
    NoAudience,
    /// There is no algorithm.
    NoAlgorithm,
    /// The skew is more than 60 seconds.
    Skew,
    /// Tokens may be of no byte, or of more than 64 KiB.
    TokenBytes,
    /// Two issuers have one `iss` or one name, this one.
    DuplicateIssuer(String),
}

impl IssuerConfig {
    /// The most seconds of skew.
    pub const MAX_SKEW: u32 = 60;

    /// The most bytes a token may ever have: what a request's head may.
    pub const MAX_TOKEN_BYTES: usize = 64 << 10;

    /// An issuer with the defaults: RS256, ES256 and EdDSA, 60 seconds of skew, tokens of 8 KiB,
    /// called by its `iss`.
    #[must_use]
    pub fn new(issuer: String, audiences: Vec<String>, keys: Option<KeySet>) -> Self {
        Self {
            name: issuer.clone(),
            issuer,
            audiences,
            algorithms: Algorithm::DEFAULT.to_vec(),
            skew_seconds: Self::MAX_SKEW,
            max_token_bytes: 8 << 10,
            keys,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigFault> {
        let broken = [
            (self.issuer.is_empty(), ConfigFault::NoIssuer),
            (self.audiences.is_empty(), ConfigFault::NoAudience),
            (self.audiences.iter().any(String::is_empty), ConfigFault::NoAudience),
            (self.algorithms.is_empty(), ConfigFault::NoAlgorithm),
            (self.skew_seconds > Self::MAX_SKEW, ConfigFault::Skew),
            (self.max_token_bytes == 0, ConfigFault::TokenBytes),
            (self.max_token_bytes > Self::MAX_TOKEN_BYTES, ConfigFault::TokenBytes),
        ];
        broken.into_iter().find(|(broken, _)| *broken).map_or(Ok(()), |(_, fault)| Err(fault))
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIssuer => f.write_str("the issuer is empty"),
            Self::NoAudience => f.write_str("the issuer needs at least one audience, none empty"),
            Self::NoAlgorithm => f.write_str("the issuer needs at least one algorithm"),
            Self::Skew => f.write_str("the skew is more than 60 seconds"),
            Self::TokenBytes => f.write_str("tokens must be allowed 1 byte to 64 KiB"),
            Self::DuplicateIssuer(issuer) => write!(f, "the issuer `{issuer}` is declared twice"),
        }
    }
}

impl core::error::Error for ConfigFault {}
