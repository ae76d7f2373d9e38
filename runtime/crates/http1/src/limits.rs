/// What a peer may send before it is refused. All figures are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole head, its closing empty line included; beyond it 431. Spans are 32-bit.
    pub head_bytes: u32,
    /// Bytes of a request target; beyond it 414.
    pub target_bytes: u32,
    /// Header fields of one head, at most [`Limits::MAX_FIELDS`]; beyond it 431.
    pub fields: u8,
    /// Bytes of chunk lines (sizes, extensions) a body may run up beyond its due; see `Chunked`.
    pub chunk_overhead: u32,
    /// Bytes of one trailer section; beyond it 431.
    pub trailer_bytes: u32,
    /// Interim (1xx) responses before a final one; the caller counts them.
    pub interim_responses: u8,
}

impl Limits {
    /// The most header fields a head can hold, whatever the limits say.
    pub const MAX_FIELDS: u8 = 128;
}

impl Default for Limits {
    /// 32 KiB heads, 8 KiB targets, 100 fields, 16 KiB chunk overhead, 8 KiB trailers, 8 interim
    /// responses.
    fn default() -> Self {
        Self {
            head_bytes: 32 * 1024,
            target_bytes: 8 * 1024,
            fields: 100,
            chunk_overhead: 16 * 1024,
            trailer_bytes: 8 * 1024,
            interim_responses: 8,
        }
    }
}
