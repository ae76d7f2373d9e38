//! Workloads of an image that nobody asked for yet.

use core::ops::Range;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::image::Image;
use crate::image::codec::Reader;
use crate::mesh::Workload;

/// A workload in an image.
#[derive(Clone, Debug)]
pub(crate) struct Stowed {
    all: Arc<Stowage>,
    at: u32,
}

/// The workloads of an image.
#[derive(Debug)]
struct Stowage {
    image: Image,
    items: Vec<Item>,
    /// One that was asked for could not be read.
    lost: AtomicBool,
}

/// One of them.
#[derive(Debug)]
struct Item {
    /// Where its id stands in the head of the image.
    id: Range<u32>,
    file: u32,
    /// Where it stands among the bodies.
    body: Range<u64>,
    /// What the bytes say, once somebody asked; nothing for bytes that say nothing.
    read: OnceLock<Option<Box<Workload>>>,
}

impl Stowed {
    pub(crate) fn id(&self) -> &str {
        let place = self.item().map(|item| item.id.start as usize..item.id.end as usize);
        let id = place.and_then(|place| self.all.image.head().get(place));
        id.and_then(|id| core::str::from_utf8(id).ok()).unwrap_or_default()
    }

    pub(crate) fn file(&self) -> u32 {
        self.item().map_or(u32::MAX, |item| item.file)
    }

    /// The bytes that it is written in; nothing where they cannot be read.
    pub(crate) fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        self.all.image.body(self.item()?.body.clone())
    }

    /// Whether both are one workload of one image.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.at == other.at && Arc::ptr_eq(&self.all, &other.all)
    }

    pub(crate) fn workload(&self) -> Option<&Workload> {
        let read = || {
            let found = self.bytes().and_then(|bytes| crate::image::workload(&bytes));
            if found.is_none() {
                self.all.lost.store(true, Ordering::Relaxed);
            }
            found.map(Box::new)
        };
        self.item()?.read.get_or_init(read).as_deref()
    }

    /// Whether every workload of its image that was asked for could be read.
    pub(crate) fn is_whole(&self) -> bool {
        !self.all.lost.load(Ordering::Relaxed)
    }

    fn item(&self) -> Option<&Item> {
        self.all.items.get(self.at as usize)
    }
}

/// The workloads of an image, from the front of what is left of its head: ids, files and lengths.
/// Nothing for bytes that this cannot have been written as.
pub(crate) fn take(from: &mut Reader<'_>, image: &Image) -> Option<Vec<Stowed>> {
    let head = image.head().len();
    let at = |from: &Reader<'_>| u32::try_from(head.checked_sub(from.left())?).ok();
    let count = from.count()?;
    let mut items = Vec::with_capacity(count);
    let (mut last, mut end) = ("", 0_u64);
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
    if end != image.bodies_length() {
        return None;
    }
    let all = Arc::new(Stowage { image: image.clone(), items, lost: AtomicBool::new(false) });
    Some((0..u32::try_from(count).ok()?).map(|at| Stowed { all: Arc::clone(&all), at }).collect())
}
