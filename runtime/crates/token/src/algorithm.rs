use core::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, EcdsaVerificationAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
};

/// A signature algorithm of RFC 7518, section 3, or RFC 8037.
///
/// These are all there are: no type here can stand for a symmetric algorithm or for `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    Ps384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// EdDSA on Curve25519.
    EdDsa,
}

/// What the library calls an algorithm, by the type of key that it takes.
pub(crate) enum Scheme {
    Rsa(&'static RsaParameters),
    Ecdsa(&'static EcdsaVerificationAlgorithm),
    Ed25519,
}

impl Algorithm {
    /// Every algorithm that is taken at all.
    pub const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// What an issuer may use that does not say.
    pub const DEFAULT: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The algorithm of that name; names are compared exactly (RFC 7515, 4.1.1).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }

    /// Its `alg` value, as `ES256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The FIXED forms take r and s at full length, one after the other (RFC 7518, 3.4).
    pub(crate) const fn scheme(self) -> Scheme {
        match self {
            Self::Rs256 => Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => Scheme::Rsa(&RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Scheme::Rsa(&RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => Scheme::Rsa(&RSA_PSS_2048_8192_SHA512),
            Self::Es256 => Scheme::Ecdsa(&ECDSA_P256_SHA256_FIXED),
            Self::Es384 => Scheme::Ecdsa(&ECDSA_P384_SHA384_FIXED),
            Self::EdDsa => Scheme::Ed25519,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
