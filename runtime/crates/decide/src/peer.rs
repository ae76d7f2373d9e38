use crate::bits::Bits;

/// Who is at the other end of a connection, and which rules can ever speak of them. Made once per
/// connection by [`crate::Tables::peer`], and again after the tables were swapped: it belongs to
/// the tables that made it.
#[derive(Clone, Debug)]
pub struct Peer {
    pub(crate) identity: Option<Box<str>>,
    pub(crate) allow: Bits,
    pub(crate) deny: Bits,
}

impl Peer {
    /// The verified SPIFFE ID; absent for somebody who proved none.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }
}
