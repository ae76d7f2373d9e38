//! Values as bytes and back: numbers in groups of seven bits, where there are very many in four bytes
//! each, everything else by its parts in order.
//!
//! Nothing says what it is; whoever reads knows what was written. A length never asks for more memory
//! than there are bytes left.

use std::sync::Arc;

use meshc_check::unit::At;
use meshc_document::Span;

/// Something that can be written and read back.
pub(crate) trait Stored: Sized {
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>);

    /// Takes it from the front; nothing for bytes that it cannot have been written as.
    fn take(from: &mut Reader<'_>) -> Option<Self>;
}

/// Bytes that are left to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(count)?;
        self.0 = left;
        Some(taken)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes are left.
    pub(crate) const fn left(&self) -> usize {
        self.0.len()
    }

    /// A value of any sort.
    pub(crate) fn value<T: Stored>(&mut self) -> Option<T> {
        T::take(self)
    }

    /// How many follow; no more than there are bytes, for nothing takes less than one.
    pub(crate) fn count(&mut self) -> Option<usize> {
        usize::take(self).filter(|count| *count <= self.left())
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = usize::take(self)?;
        core::str::from_utf8(self.bytes(length)?).ok()
    }

    /// Numbers that [`put_words`] wrote.
    pub(crate) fn words(&mut self) -> Option<impl ExactSizeIterator<Item = u32> + use<'a>> {
        let bytes = self.count()?.checked_mul(size_of::<u32>())?;
        let (words, _) = self.bytes(bytes)?.as_chunks();
        Some(words.iter().map(|word| u32::from_le_bytes(*word)))
    }

    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (first, left) = self.0.split_first()?;
        self.0 = left;
        Some(*first)
    }

    #[inline]
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        if first < 0x80 {
            return Some(u64::from(first));
        }
        let mut number = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

fn put_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    text.len().put(out);
    out.extend(text.as_bytes());
}

/// Appends numbers of which there are many, each in four bytes: those are read much faster.
pub(crate) fn put_words(words: impl ExactSizeIterator<Item = u32>, out: &mut Vec<u8>) {
    words.len().put(out);
    out.extend(words.flat_map(u32::to_le_bytes));
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Stored for $type {
            fn put(&self, out: &mut Vec<u8>) {
                put_number(u64::from(*self), out);
            }

            fn take(from: &mut Reader<'_>) -> Option<Self> {
                Self::try_from(from.number()?).ok()
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64);

impl Stored for i64 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::from_le_bytes(from.bytes(8)?.try_into().ok()?))
    }
}

impl Stored for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Stored for usize {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(*self as u64, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Self::try_from(from.number()?).ok()
    }
}

impl Stored for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(str::to_owned)
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.count()?;
        let mut all = Self::with_capacity(length);
        for _ in 0..length {
            all.push(T::take(from)?);
        }
        Some(all)
    }
}

impl<T: Stored> Stored for Arc<[T]> {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(self.len() as u64, out);
        self.iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Vec::take(from).map(Self::from)
    }
}

impl<T: Stored> Stored for Box<[T]> {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(self.len() as u64, out);
        self.iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Vec::take(from).map(Self::from)
    }
}

impl<T: Stored> Stored for Arc<T> {
    fn put(&self, out: &mut Vec<u8>) {
        T::put(self, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        self.iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

impl<A: Stored, B: Stored, C: Stored> Stored for (A, B, C) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
        self.2.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?, C::take(from)?))
    }
}

impl Stored for Span {
    fn put(&self, out: &mut Vec<u8>) {
        self.start.put(out);
        // Most are short.
        self.end.wrapping_sub(self.start).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let start = u32::take(from)?;
        Some(Self { start, end: start.wrapping_add(u32::take(from)?) })
    }
}

impl<T: Stored> Stored for At<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.value.put(out);
        self.span.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { value: T::take(from)?, span: Span::take(from)? })
    }
}

/// Says how a struct is written: its fields in this order. A field that is forgotten does not
/// compile.
macro_rules! stored_struct {
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl $crate::image::codec::Stored for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($crate::image::codec::Stored::put($field, out);)*
            }

            fn take(from: &mut $crate::image::codec::Reader<'_>) -> Option<Self> {
                $(let $field = $crate::image::codec::Stored::take(from)?;)*
                Some(Self { $($field),* })
            }
        }
    };
}

/// Says how an enum is written: a number for the variant, then what it holds. A variant that is
/// forgotten does not compile.
macro_rules! stored_enum {
    ($type:ty { $($number:literal => $variant:ident $(($($held:ident),+))?),* $(,)? }) => {
        impl $crate::image::codec::Stored for $type {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(($($held),+))? => {
                        out.push($number);
                        $($($crate::image::codec::Stored::put($held, out);)+)?
                    })*
                }
            }

            fn take(from: &mut $crate::image::codec::Reader<'_>) -> Option<Self> {
                let number: u8 = $crate::image::codec::Stored::take(from)?;
                match number {
                    $($number => {
                        $($(let $held = $crate::image::codec::Stored::take(from)?;)+)?
                        Some(Self::$variant $(($($held),+))?)
                    })*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {stored_enum, stored_struct};
