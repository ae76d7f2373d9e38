//! A tree and the text between its nodes to a layout.

use std::borrow::Cow;

use meshc_document::{Entry, Kind, NodeId, Style, Tree};

use crate::gap::{Cursor, Gap, Strange};
use crate::layout::{Collection, Document, Item, Line, Value, What};
use crate::order::{Order, ShapeIx};

/// One document on its way from the text to a layout.
pub(crate) struct Builder<'a> {
    pub(crate) cursor: Cursor<'a>,
    pub(crate) tree: &'a Tree,
    pub(crate) order: &'a Order,
    /// An alias must stay behind its anchor, so nothing is moved.
    anchored: bool,
}

/// What a value belongs to.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Place {
    Document,
    /// A key in this column.
    Entry(usize),
    Item,
}

/// A value, and the comments above it that belong above its key.
pub(crate) struct Below<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) above: Vec<Line<'a>>,
    /// Behind the mark of a list's item, where no value begins yet.
    pub(crate) beside: Option<&'a str>,
}

/// Gives the layout of a file's documents.
pub(crate) fn documents<'a>(
    text: &'a str,
    trees: &'a [Tree],
    order: &'a Order,
) -> Result<(Vec<Document<'a>>, Vec<Line<'a>>), Strange> {
    let mut cursor = Cursor { text, at: 0 };
    let mut documents = Vec::new();
    for tree in trees {
        let root = tree.span(tree.root()).start as usize;
        let (mut document, whole) = begin(&mut cursor, root)?;
        let anchored = text.contains('&');
        let mut builder = Builder { cursor, tree, order, anchored };
        let kind = tree.get(tree.root(), "kind").map_or("", |entry| tree.text(entry.value));
        let Below { value, above, beside } =
            builder.value(tree.root(), order.kind(kind), Place::Document)?;
        let trailing = builder.cursor.beside();
        document.head.extend(above);
        document.head.extend(beside.map(Line::Comment));
        document.root = Some(Item { lead: vec![], key: None, value, trailing });
        cursor = builder.cursor;
        if !whole {
            return Err(Strange(root));
        }
        documents.push(document);
    }
    let mut tail = Vec::new();
    while cursor.at < text.len() {
        let start = cursor.at;
        let line = text.get(start..).unwrap_or_default();
        if cursor.column() == 0 && line.starts_with("...") {
            cursor.at += 3;
        }
        let end = cursor.text.get(cursor.at..).and_then(|rest| rest.find('\n'));
        let end = end.map_or(text.len(), |end| cursor.at + end + 1);
        let gap = cursor.gap(end)?;
        if !gap.properties.is_empty() || gap.mark.is_some() || line.starts_with("---") {
            return Err(Strange(start));
        }
        tail.extend(gap.beside.map(Line::Comment));
        tail.extend(gap.lines);
    }
    Ok((documents, tail))
}

/// Passes the mark that begins a document; false if there is more than one of them.
fn begin<'a>(cursor: &mut Cursor<'a>, root: usize) -> Result<(Document<'a>, bool), Strange> {
    let mut document = Document::default();
    let mut marks = 0;
    while let Some((at, begins)) = next_mark(cursor, root) {
        let gap = cursor.gap(at)?;
        document.before.extend(gap.beside.map(Line::Comment));
        document.before.extend(gap.lines);
        cursor.at = at + 3;
        if begins {
            marks += 1;
            document.marked = true;
            document.mark_comment = cursor.beside();
        }
    }
    Ok((document, marks < 2))
}

/// The next line before `root` that begins with `---` (true) or `...` (false).
fn next_mark(cursor: &Cursor<'_>, root: usize) -> Option<(usize, bool)> {
    let mut at = cursor.at;
    loop {
        let column = Cursor { text: cursor.text, at }.column();
        let rest = cursor.text.get(at..root)?;
        if column == 0 && rest.starts_with("---") {
            return Some((at, true));
        }
        if column == 0 && rest.starts_with("...") {
            return Some((at, false));
        }
        at += rest.find('\n')? + 1;
    }
}

impl<'a> Builder<'a> {
    /// The value at the cursor.
    pub(crate) fn value(
        &mut self,
        node: NodeId,
        shape: Option<ShapeIx>,
        place: Place,
    ) -> Result<Below<'a>, Strange> {
        let span = self.tree.span(node);
        let (start, end) = (span.start as usize, span.end as usize);
        let kind = self.tree.kind(node);
        if kind == Kind::Null && start == end {
            if place == Place::Document {
                return Err(Strange(start));
            }
            let value = Value { properties: vec![], header: None, what: What::Empty };
            return Ok(Below { value, above: vec![], beside: None });
        }
        let Gap { mut beside, mut lines, properties, mark } = self.cursor.gap(start)?;
        let what = match (mark, kind, self.byte(start)) {
            (Some(mark), ..) => What::Text(mark, self.block_text(mark, start, end)),
            (_, Kind::Mapping, Some(b'{')) | (_, Kind::Sequence, Some(b'[')) => {
                let value = Value { properties, header: None, what: What::Empty };
                return self.flow(node, shape, Below { value, above: lines, beside });
            }
            (_, Kind::Mapping | Kind::Sequence, byte) if byte != Some(b'*') => {
                let first = match place {
                    Place::Entry(_) => core::mem::take(&mut lines),
                    Place::Document | Place::Item => vec![],
                };
                What::Collection(self.block(node, shape, place, first)?)
            }
            (_, Kind::Scalar { style: Style::Literal | Style::Folded, .. }, byte)
                if byte != Some(b'*') =>
            {
                return Err(Strange(start));
            }
            _ => {
                self.cursor.at = end;
                self.scalar(start, end)
            }
        };
        let block = matches!(what, What::Text(..) | What::Collection(_));
        let header = if block && place != Place::Item { beside.take() } else { None };
        let value = Value { properties, header, what };
        Ok(Below { value, above: lines, beside })
    }

    pub(crate) fn byte(&self, at: usize) -> Option<u8> {
        self.cursor.text.as_bytes().get(at).copied()
    }

    fn raw(&self, start: usize, end: usize) -> &'a str {
        self.cursor.text.get(start..end).unwrap_or_default()
    }

    fn scalar(&self, start: usize, end: usize) -> What<'a> {
        let raw = self.raw(start, end);
        if raw.contains('\n') {
            let mut lines: Vec<&str> = raw.split('\n').map(str::trim).collect();
            // A blank before the break may be an escaped one.
            if raw.starts_with('"') && raw.contains("\\ ") {
                lines = raw.split('\n').map(str::trim_start).collect();
            }
            return What::Folded(lines);
        }
        What::Word(requoted(raw))
    }

    /// The lines of a block scalar, and the cursor at the end of the last that counts.
    fn block_text(&mut self, mark: &str, start: usize, end: usize) -> Vec<&'a str> {
        let begin = self.cursor.at;
        let indent = Cursor { text: self.cursor.text, at: start }.column();
        let region = self.raw(begin, end.max(begin));
        let keep = mark.contains('+');
        let mut lines: Vec<&str> = region
            .split_inclusive('\n')
            .map(|line| line.trim_end_matches(['\n', '\r']))
            .map(|line| match line.get(indent..) {
                Some(rest) if !line.trim_matches(' ').is_empty() || keep => rest,
                _ => "",
            })
            .collect();
        if keep {
            self.cursor.at = end.max(begin);
            return lines;
        }
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        self.cursor.at = begin + region.trim_end_matches(['\n', '\r', ' ']).len();
        if lines.is_empty() {
            self.cursor.at = begin;
        }
        lines
    }

    /// A collection without brackets; `first` stands above its first item.
    fn block(
        &mut self,
        node: NodeId,
        shape: Option<ShapeIx>,
        place: Place,
        first: Vec<Line<'a>>,
    ) -> Result<Collection<'a>, Strange> {
        let start = self.tree.span(node).start as usize;
        let column = Cursor { text: self.cursor.text, at: start }.column();
        let mapping = self.tree.kind(node) == Kind::Mapping;
        let items = if mapping {
            self.entries(node, shape, (false, first))?
        } else {
            self.block_items(node, self.order.items(shape), first)?
        };
        // A list may stand as far left as the key it belongs to; comments there are the key's.
        let least = column.saturating_add(usize::from(place == Place::Entry(column)));
        let end = self.cursor.indented(least);
        Ok(Collection::new(mapping, false, items, end))
    }

    fn block_items(
        &mut self,
        node: NodeId,
        shape: Option<ShapeIx>,
        mut first: Vec<Line<'a>>,
    ) -> Result<Vec<Item<'a>>, Strange> {
        let mut items = Vec::new();
        for item in self.tree.items(node) {
            let span = self.tree.span(item);
            let mut lead = core::mem::take(&mut first);
            if span.start == span.end && self.tree.kind(item) == Kind::Null {
                let dash = self.find(b'-').ok_or(Strange(self.cursor.at))?;
                lead.extend(self.cursor.gap(dash)?.lines);
                self.cursor.at = dash + 1;
            }
            let Below { value, above, beside } = self.value(item, shape, Place::Item)?;
            let trailing = self.cursor.beside();
            // What stood behind the dash moves above it.
            let mut comments = above;
            match (&value.what, trailing) {
                (What::Word(_), None) => {
                    lead.extend(comments);
                    items.push(Item { lead, key: None, value, trailing: beside });
                    continue;
                }
                _ => comments.extend(beside.map(Line::Comment)),
            }
            lead.extend(comments);
            items.push(Item { lead, key: None, value, trailing });
        }
        Ok(items)
    }

    /// The next such byte outside of comments.
    fn find(&self, wanted: u8) -> Option<usize> {
        let mut cursor = self.cursor;
        loop {
            let byte = cursor.peek()?;
            if byte == wanted {
                return Some(cursor.at);
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b'#' => cursor.gap(cursor.at + 1).ok()?,
                _ => return None,
            };
        }
    }

    pub(crate) fn entries(
        &mut self,
        node: NodeId,
        shape: Option<ShapeIx>,
        (flow, mut first): (bool, Vec<Line<'a>>),
    ) -> Result<Vec<Item<'a>>, Strange> {
        let mut items: Vec<Item<'a>> = Vec::new();
        for entry in self.tree.entries(node) {
            let gap = self.cursor.gap(entry.key_span.start as usize)?;
            match (gap.beside, items.last_mut()) {
                (Some(comment), Some(last)) if last.trailing.is_none() => {
                    last.trailing = Some(comment);
                }
                (Some(_), _) => return Err(Strange(self.cursor.at)),
                _ => {}
            }
            let shape = self.order.below(shape, entry.key);
            let mut lead = core::mem::take(&mut first);
            lead.extend(gap.lines);
            items.push(self.entry(entry, lead, &gap.properties, (shape, flow))?);
        }
        if !self.anchored {
            self.sort(&mut items, node, shape);
        }
        Ok(items)
    }

    fn entry(
        &mut self,
        entry: Entry<'a>,
        lead: Vec<Line<'a>>,
        properties: &[&'a str],
        (shape, flow): (Option<ShapeIx>, bool),
    ) -> Result<Item<'a>, Strange> {
        let (start, end) = (entry.key_span.start as usize, entry.key_span.end as usize);
        let raw = self.raw(start, end);
        if start == end || raw.contains('\n') {
            return Err(Strange(start));
        }
        let mut key = requoted(raw);
        if !properties.is_empty() {
            key = format!("{} {key}", properties.join(" ")).into();
        }
        if raw.starts_with('*') {
            key = format!("{key} ").into();
        }
        // In brackets no block follows, and a line of them may be as long as the file.
        let column = if flow { usize::MAX } else { self.cursor.column() };
        self.cursor.at = end;
        // In braces a key may stand alone.
        if !self.cursor.pass(b':') && !flow {
            return Err(Strange(end));
        }
        let Below { value, above, beside } =
            self.value(entry.value, shape, Place::Entry(column))?;
        let mut trailing = if flow { None } else { self.cursor.beside() };
        let mut lead = lead;
        lead.extend(above.into_iter().filter(|line| *line != Line::Blank));
        if let Some(comment) = beside {
            match trailing {
                None => trailing = Some(comment),
                Some(_) => lead.push(Line::Comment(comment)),
            }
        }
        Ok(Item { lead, key: Some(key), value, trailing })
    }

    /// Fields in the order of the models, all other keys behind them as they were written.
    fn sort(&self, items: &mut [Item<'a>], node: NodeId, shape: Option<ShapeIx>) {
        let names: Vec<usize> =
            self.tree.entries(node).map(|entry| self.order.rank(shape, entry.key)).collect();
        if names.is_sorted() || names.len() != items.len() {
            return;
        }
        let mut ranked: Vec<(usize, Item<'a>)> = Vec::with_capacity(items.len());
        for (slot, rank) in items.iter_mut().zip(names) {
            let empty = Value { properties: vec![], header: None, what: What::Empty };
            let hole = Item { lead: vec![], key: None, value: empty, trailing: None };
            ranked.push((rank, core::mem::replace(slot, hole)));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        for (slot, (_, item)) in items.iter_mut().zip(ranked) {
            *slot = item;
        }
    }
}

/// A scalar as it is written: in double quotes where single ones say the same.
fn requoted(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    match inner {
        Some(inner) if !inner.contains(['"', '\\', '\'']) => format!("\"{inner}\"").into(),
        _ => raw.into(),
    }
}
