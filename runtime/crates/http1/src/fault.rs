/// Which peer broke the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The peer whose request we read.
    Client,
    /// The peer whose response we read.
    Upstream,
}

/// A message this crate refuses: whose fault, what, and the answer it earns.
///
/// The connection that carried the message is always closed, and no later byte on it is read as
/// a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose message it was.
    pub side: Side,
    /// What was wrong.
    pub kind: FaultKind,
}

/// What was wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The request line does not have the form of RFC 9112, 3.
    RequestLine,
}

impl Fault {
    /// The status the client is answered with: 400, 414, 417, 431, 501, 505, or 502 for an
    /// upstream's fault.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.side {
            Side::Client => 400,
            Side::Upstream => 502,
        }
    }

    /// A sentence a person understands, without any byte of the message in it.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        "the request line is malformed"
    }

    /// Whether the connection must be closed: always.
    #[must_use]
    pub fn close(&self) -> bool {
        true
    }
}
