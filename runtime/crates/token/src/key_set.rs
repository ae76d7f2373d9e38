use core::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::ParsedPublicKey;

use crate::algorithm::Algorithm;
use crate::json::{Json, Object};
use crate::jwk::{Key, KeyFault};

/// The public keys of one issuer: a JWK set (RFC 7517, section 5) whose usable keys were read.
#[derive(Clone)]
pub struct KeySet {
    keys: Box<[Key]>,
    skipped: usize,
    digest: [u8; 32],
}

/// Why a document is no key set that can be used. Keys are named by their place in `keys`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwksFault {
    /// Longer than [`KeySet::MAX_BYTES`].
    TooLong,
    /// Not one JSON object with a list `keys` of objects, or a name stands twice in an object.
    Malformed,
    /// More keys than [`KeySet::MAX_KEYS`].
    TooManyKeys,
    /// A key holds private or symmetric members. Whoever published it must replace it.
    Secret(usize),
    /// A key is not what its type demands: a member is missing, of another form or off its curve.
    BadKey(usize),
    /// A key has the `kid` of an earlier one.
    DuplicateKeyId(usize),
    /// No key is of a type, size and use that is taken.
    NoUsableKey,
}

/// The most values a document may hold: 64 keys with long certificate chains.
const MAX_VALUES: u32 = 4096;

/// How many keys are tried on a token that names none.
const MAX_TRIES: usize = 4;

impl KeySet {
    /// The longest document that is read, in bytes.
    pub const MAX_BYTES: usize = 64 << 10;

    /// The most keys a document may hold, skipped ones included.
    pub const MAX_KEYS: usize = 64;

    /// Reads a JWK set. RSA keys of 2048 to 4096 bits, keys on P-256, P-384 and Ed25519 are used;
    /// keys of other types and sizes, for another use (`use`, `key_ops`) or for an algorithm that
    /// is not taken are skipped and counted.
    ///
    /// # Errors
    /// Why the document as a whole is not used; the set used so far should be kept.
    pub fn from_jwks(bytes: &[u8]) -> Result<Self, JwksFault> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(JwksFault::TooLong);
        }
        let object = Object::read(bytes, MAX_VALUES).ok_or(JwksFault::Malformed)?;
        let Some(Json::List(list)) = object.get("keys") else { return Err(JwksFault::Malformed) };
        if list.len() > Self::MAX_KEYS {
            return Err(JwksFault::TooManyKeys);
        }
        let mut keys: Vec<Key> = Vec::new();
        for (place, item) in list.iter().enumerate() {
            let Json::Object(item) = item else { return Err(JwksFault::Malformed) };
            let read = Key::read(item).map_err(|fault| match fault {
                KeyFault::Secret => JwksFault::Secret(place),
                KeyFault::Malformed => JwksFault::BadKey(place),
            })?;
            let Some(key) = read else { continue };
            if key.id().is_some() && keys.iter().any(|earlier| earlier.id() == key.id()) {
                return Err(JwksFault::DuplicateKeyId(place));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(JwksFault::NoUsableKey);
        }
        let skipped = list.len() - keys.len();
        let mut own = [0; 32];
        own.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Ok(Self { keys: keys.into(), skipped, digest: own })
    }

    /// How many keys can be used; at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a set without a key is never built")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many keys of the document are not used.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// SHA-256 of the document.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The key of that `kid`.
    pub(crate) fn named(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id() == Some(id))
    }

    /// The first four keys that fit the algorithm, for a token that names none.
    pub(crate) fn fitting(&self, algorithm: Algorithm) -> impl Iterator<Item = &ParsedPublicKey> {
        self.keys.iter().filter_map(move |key| key.verifier(algorithm)).take(MAX_TRIES)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(Key::id).collect();
        f.debug_struct("KeySet").field("keys", &ids).field("skipped", &self.skipped).finish()
    }
}

impl fmt::Display for JwksFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the key set is longer than 64 KiB"),
            Self::Malformed => f.write_str("the key set is no JSON object with a list `keys`"),
            Self::TooManyKeys => f.write_str("the key set holds more than 64 keys"),
            Self::Secret(place) => write!(f, "`keys[{place}]` holds a private or symmetric key"),
            Self::BadKey(place) => write!(f, "`keys[{place}]` is not a sound key of its type"),
            Self::DuplicateKeyId(place) => {
                write!(f, "`keys[{place}]` has the `kid` of an earlier key")
            }
            Self::NoUsableKey => f.write_str(
                "the key set holds no key that can be used: RSA of 2048 to 4096 bits, P-256, \
                 P-384 or Ed25519, for signatures",
            ),
        }
    }
}

impl core::error::Error for JwksFault {}
