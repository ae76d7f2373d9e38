use crate::der::{BIT_STRING, Der, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use crate::time;

/// What the rules for SVIDs look at in a certificate (RFC 5280, 4.1 and 4.2).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Profile<'a> {
    /// Seconds since 1970, inclusive.
    pub(crate) not_before: i64,
    /// Seconds since 1970, inclusive.
    pub(crate) not_after: i64,
    pub(crate) subject_is_empty: bool,
    pub(crate) names: Option<Names<'a>>,
    pub(crate) is_ca: bool,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<ExtendedKeyUsage>,
}

/// The URI names of the subject alternative name extension.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) critical: bool,
    pub(crate) first_uri: Option<&'a [u8]>,
    pub(crate) uris: usize,
}

/// The key usage bits that matter here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyUsage {
    pub(crate) critical: bool,
    pub(crate) digital_signature: bool,
    pub(crate) certificate_sign: bool,
    pub(crate) crl_sign: bool,
}

/// The purposes that matter here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ExtendedKeyUsage {
    pub(crate) server: bool,
    pub(crate) client: bool,
}

/// `[0]`, the version.
const VERSION: u8 = 0xa0;
/// `[1]` and `[2]`, unique identifiers nobody uses.
const ISSUER_ID: u8 = 0x81;
const SUBJECT_ID: u8 = 0x82;
/// `[3]`, the extensions.
const EXTENSIONS: u8 = 0xa3;
/// `[6]` of a general name: a URI.
const URI: u8 = 0x86;

const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

impl<'a> Profile<'a> {
    /// Reads a version 3 certificate; `None` when it is not sound DER, has one of the extensions
    /// twice, or bytes behind its end.
    pub(crate) fn read(certificate: &'a [u8]) -> Option<Self> {
        let mut whole = Der::new(certificate);
        let mut certificate = whole.sequence()?;
        let mut fields = certificate.sequence()?;
        if !whole.is_empty() || fields.optional(VERSION)? != Some(&[INTEGER, 1, 2]) {
            return None;
        }
        fields.expect(INTEGER)?; // serial number
        fields.sequence()?; // signature algorithm
        fields.sequence()?; // issuer
        let mut validity = fields.sequence()?;
        let (not_before, not_after) = (time::read(&mut validity)?, time::read(&mut validity)?);
        let subject_is_empty = fields.sequence()?.is_empty();
        fields.sequence()?; // public key
        fields.optional(ISSUER_ID)?;
        fields.optional(SUBJECT_ID)?;
        let mut profile = Self { not_before, not_after, subject_is_empty, ..Self::default() };
        if let Some(extensions) = fields.optional(EXTENSIONS)? {
            profile.read_extensions(Der::new(extensions).sequence()?)?;
        }
        fields.is_empty().then_some(profile)
    }

    fn read_extensions(&mut self, mut extensions: Der<'a>) -> Option<()> {
        let mut has_constraints = false;
        while !extensions.is_empty() {
            let mut extension = extensions.sequence()?;
            let id = extension.expect(OBJECT_IDENTIFIER)?;
            let critical = extension.flag()?;
            let contents = Der::new(extension.expect(OCTET_STRING)?);
            let repeated = match id {
                KEY_USAGE => self.key_usage.replace(KeyUsage::read(contents, critical)?).is_some(),
                ALTERNATIVE_NAMES => self.names.replace(Names::read(contents, critical)?).is_some(),
                BASIC_CONSTRAINTS => {
                    self.is_ca = read_basic_constraints(contents)?;
                    core::mem::replace(&mut has_constraints, true)
                }
                EXTENDED_KEY_USAGE => {
                    let read = ExtendedKeyUsage::read(contents)?;
                    self.extended_key_usage.replace(read).is_some()
                }
                _ => false,
            };
            if repeated || !extension.is_empty() {
                return None;
            }
        }
        Some(())
    }
}

impl<'a> Names<'a> {
    fn read(mut contents: Der<'a>, critical: bool) -> Option<Self> {
        let mut list = contents.sequence()?;
        let mut names = Self { critical, ..Self::default() };
        while !list.is_empty() {
            let (tag, value) = list.value()?;
            if tag == URI {
                names.first_uri = names.first_uri.or(Some(value));
                names.uris += 1;
            }
        }
        contents.is_empty().then_some(names)
    }
}

impl KeyUsage {
    fn read(mut contents: Der<'_>, critical: bool) -> Option<Self> {
        let [0..=7, bits, ..] = contents.expect(BIT_STRING)? else { return None };
        let bit = |index: u32| bits & (0x80 >> index) != 0;
        let usage = Self {
            critical,
            digital_signature: bit(0),
            certificate_sign: bit(5),
            crl_sign: bit(6),
        };
        contents.is_empty().then_some(usage)
    }
}

impl ExtendedKeyUsage {
    fn read(mut contents: Der<'_>) -> Option<Self> {
        let mut list = contents.sequence()?;
        let mut usage = Self::default();
        while !list.is_empty() {
            let purpose = list.expect(OBJECT_IDENTIFIER)?;
            usage.server |= purpose == SERVER_AUTH;
            usage.client |= purpose == CLIENT_AUTH;
        }
        contents.is_empty().then_some(usage)
    }
}

/// Whether the certificate is a CA's; the path length is webpki's to check.
fn read_basic_constraints(mut contents: Der<'_>) -> Option<bool> {
    let mut constraints = Der::new(contents.expect(SEQUENCE)?);
    let is_ca = constraints.flag()?;
    constraints.optional(INTEGER)?;
    (constraints.is_empty() && contents.is_empty()).then_some(is_ca)
}
