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

impl Fault {
    pub(crate) fn client(kind: FaultKind) -> Self {
        Self { side: Side::Client, kind }
    }

    pub(crate) fn upstream(kind: FaultKind) -> Self {
        Self { side: Side::Upstream, kind }
    }

    /// The status the client is answered with: 400, 414, 417, 431, 501, 505, or 502 for an
    /// upstream's fault.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.side {
            Side::Client => self.kind.row().0,
            Side::Upstream => 502,
        }
    }

    /// A sentence a person understands, without any byte of the message in it.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.kind.row().1
    }

    /// Whether the connection must be closed: always.
    #[must_use]
    pub fn close(&self) -> bool {
        true
    }
}

/// Declares the kinds with the status and the sentence of each, so that no list can drift.
macro_rules! fault_kinds {
    ($($kind:ident $status:literal $reason:literal)*) => {
        /// What was wrong with a message; each variant's text is what [`Fault::reason`] gives.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FaultKind {
            $(#[doc = $reason] $kind,)*
        }

        impl FaultKind {
            fn row(self) -> (u16, &'static str) {
                match self {
                    $(Self::$kind => ($status, $reason),)*
                }
            }
        }
    };
}

fault_kinds! {
    RequestLine 400 "the request line is not a method, a target and a version with one blank between them"
    MethodTooLong 501 "the request method is longer than 32 bytes"
    Version 505 "the HTTP version is neither 1.0 nor 1.1"
    TargetByte 400 "the request target holds a byte that may not stand in one"
    TargetForm 400 "the request target is neither a path, nor a URL with a path, nor what its method allows"
    TargetTooLong 414 "the request target is longer than the limit"
    StatusLine 502 "the status line is not a version, a status from 100 to 599 and a reason"
    LineEnd 400 "a line does not end in carriage return and line feed"
    Fold 400 "a header line begins with a blank: folded lines are not taken"
    NameByte 400 "a header name is empty or holds a byte that may not stand in one, or its colon is missing"
    BlankBeforeColon 400 "a header name is followed by a blank before its colon"
    Underscore 400 "a header name holds an underscore, which some servers read as a hyphen"
    ValueByte 400 "a header value holds a control byte"
    HeadTooLong 431 "the head is longer than the limit"
    TooManyFields 431 "the head has more fields than the limit"
    HostMissing 400 "the request has no Host field"
    HostRepeated 400 "the request has more than one Host field"
    HostForm 400 "the Host field is not a host name or address with an optional port"
    HostMismatch 400 "the request target and the Host field name different hosts"
    LengthForm 400 "the Content-Length field is not one plain decimal number"
    LengthRepeated 400 "the message has more than one Content-Length field"
    LengthAndCoding 400 "the message has both Content-Length and Transfer-Encoding"
    CodingForm 400 "the Transfer-Encoding field is not `chunked`"
    CodingUnknown 501 "the Transfer-Encoding field names a coding other than `chunked`"
    CodingRepeated 400 "the message has more than one Transfer-Encoding field"
    CodingInOldVersion 400 "an HTTP/1.0 message has a Transfer-Encoding field"
    BodyForbidden 400 "the message states a body where none may be"
    ConnectionForm 400 "the Connection field is not a list of at most 16 names"
    ConnectionNames 400 "the Connection field names a field that is not for this connection only"
    ExpectUnknown 417 "the Expect field asks for something other than `100-continue`"
    ChunkSize 400 "a chunk size is not one to sixteen hexadecimal digits"
    ChunkLine 400 "a chunk extension holds a control byte, or its line does not end in carriage return and line feed"
    ChunkEnd 400 "the data of a chunk is not followed by carriage return and line feed"
    ChunkOverhead 400 "the chunk lines of the body take more bytes than the limit"
    Trailer 400 "a trailer line is malformed"
    TrailerTooLong 431 "the trailer section is longer than the limit"
}
