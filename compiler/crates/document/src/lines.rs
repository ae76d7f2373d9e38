/// Bytes of a short line: room for as many lines as most texts have.
const USUAL: usize = 24;

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    bytes: &'a [u8],
    starts: Vec<u32>,
}

impl<'a> LineIndex<'a> {
    /// Finds all line starts; a line ends with LF, CR LF or CR.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut starts = Vec::with_capacity(bytes.len() / USUAL + 1);
        starts.push(0);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !crlf {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self { bytes, starts }
    }

    /// Line and column of a byte, both from 1; a column is a Unicode scalar value, a byte that
    /// begins none does not count, nor does a byte order mark before the text.
    #[must_use]
    pub fn position(&self, byte: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0) as usize;
        let marked = line == 1 && self.bytes.starts_with("\u{feff}".as_bytes());
        let start = if marked { 3 } else { start };
        let before = self.bytes.get(start..byte as usize).unwrap_or_default();
        let column = before.iter().filter(|&&b| b & 0b1100_0000 != 0b1000_0000).count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}
