//! What has been built of a mesh's tables, as bytes.

use std::sync::{Arc, OnceLock, RwLock};

use super::codec::{Reader, Stored, put_text, stored_enum, stored_struct};
use crate::table::{Built, Column, Slot, Symbol, Symbols, Tables};

stored_struct!(Built { starts, columns });
stored_struct!(Slot { cells, written });
stored_enum!(Column {
    0 => Workloads(all), 1 => Texts(all), 2 => Lists(all), 3 => Numbers(all), 4 => Truths(all),
});

impl Stored for Tables {
    fn put(&self, out: &mut Vec<u8>) {
        let symbols = self.symbols();
        let texts = symbols.texts();
        texts.len().put(out);
        texts.iter().for_each(|text| put_text(text, out));
        self.built.iter().for_each(|built| built.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let count = usize::take(from)?;
        let mut symbols = Symbols::default();
        for _ in 0..count {
            symbols.add(from.text()?);
        }
        let mut tables = Self::of(Arc::new(RwLock::new(symbols)));
        for built in &mut tables.built {
            *built = Built::take(from)?;
        }
        Some(tables)
    }
}

impl Stored for Symbol {
    fn put(&self, out: &mut Vec<u8>) {
        // The commonest one takes a byte.
        self.number().wrapping_add(1).put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        u32::take(from).map(|number| Self::of(number.wrapping_sub(1)))
    }
}

/// What was computed, if it was.
impl<T: Stored> Stored for OnceLock<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.get().is_some().put(out);
        self.get().into_iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(if bool::take(from)? { Self::from(T::take(from)?) } else { Self::new() })
    }
}
