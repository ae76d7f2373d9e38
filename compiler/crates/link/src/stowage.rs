//! Workloads of an image that nobody asked for yet.

use core::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::image::codec::Reader;
use crate::mesh::Workload;
use crate::source::Content;

/// A workload in an image.
#[derive(Clone, Debug)]
pub(crate) struct Stowed {
    all: Arc<Stowage>,
    at: u32,
}

/// The workloads of an image.
#[derive(Debug)]
struct Stowage {
    image: Content,
    items: Vec<Item>,
}

/// One of them, by its places in the image.
#[derive(Debug)]
struct Item {
    id: Range<u32>,
    file: u32,
    body: Range<u32>,
    /// What the bytes say, once somebody asked; nothing for bytes that say nothing.
    read: OnceLock<Option<Box<Workload>>>,
}

impl Stowed {
    pub(crate) fn id(&self) -> &str {
        let id = self.item().and_then(|item| self.all.bytes(&item.id));
        id.and_then(|id| core::str::from_utf8(id).ok()).unwrap_or_default()
    }

    pub(crate) fn file(&self) -> u32 {
        self.item().map_or(u32::MAX, |item| item.file)
    }

    /// The bytes that it is written in.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.item().and_then(|item| self.all.bytes(&item.body)).unwrap_or_default()
    }

    /// Whether both are one workload of one image.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.at == other.at && Arc::ptr_eq(&self.all, &other.all)
    }

    pub(crate) fn workload(&self) -> Option<&Workload> {
        let read = || crate::image::workload(self.bytes()).map(Box::new);
        self.item()?.read.get_or_init(read).as_deref()
    }

    fn item(&self) -> Option<&Item> {
        self.all.items.get(self.at as usize)
    }
}

impl Stowage {
    fn bytes(&self, range: &Range<u32>) -> Option<&[u8]> {
        self.image.get(range.start as usize..range.end as usize)
    }
}

/// The workloads of an image, from the front of what is left of it: ids, files and lengths, then what
/// each is written in. Nothing for bytes that this cannot have been written as.
pub(crate) fn take(from: &mut Reader<'_>, image: &Content) -> Option<Vec<Stowed>> {
    let at = |from: &Reader<'_>| u32::try_from(image.len().checked_sub(from.left())?).ok();
    let count = from.count()?;
    let mut items = Vec::with_capacity(count);
    let (mut last, mut end) = ("", 0_u32);
    for number in 0..count {
        let id = from.text()?;
        if number > 0 && last >= id {
            return None;
        }
        last = id;
        let behind = at(from)?;
        let id = behind.checked_sub(u32::try_from(id.len()).ok()?)?..behind;
        let (file, begin) = (from.value()?, end);
        end = end.checked_add(from.value()?)?;
        items.push(Item { id, file, body: begin..end, read: OnceLock::new() });
    }
    let length: u32 = from.value()?;
    let first = at(from)?;
    from.bytes(length as usize)?;
    if end != length {
        return None;
    }
    for Item { body, .. } in &mut items {
        *body = first.checked_add(body.start)?..first.checked_add(body.end)?;
    }
    let all = Arc::new(Stowage { image: image.clone(), items });
    Some((0..u32::try_from(count).ok()?).map(|at| Stowed { all: Arc::clone(&all), at }).collect())
}
