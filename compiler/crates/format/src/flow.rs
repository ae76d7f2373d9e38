//! Collections in brackets.

use meshc_document::{Kind, NodeId};

use crate::build::{Below, Builder, Place};
use crate::gap::{Gap, Strange};
use crate::layout::{Collection, Item, Line, Value, What};
use crate::order::ShapeIx;

impl<'a> Builder<'a> {
    /// A collection in brackets; `below` holds what stood before them.
    pub(crate) fn flow(
        &mut self,
        node: NodeId,
        shape: Option<ShapeIx>,
        below: Below<'a>,
    ) -> Result<Below<'a>, Strange> {
        let Below { mut value, mut above, beside } = below;
        let span = self.tree.span(node);
        self.cursor.at = span.start as usize + 1;
        // Behind the opening bracket, if the line ends there.
        value.header = self.cursor.beside();
        if self.cursor.peek() == Some(b'#') {
            return Err(Strange(self.cursor.at));
        }
        let mapping = self.tree.kind(node) == Kind::Mapping;
        let mut items = if mapping {
            self.entries(node, shape, (true, vec![]))?
        } else {
            self.flow_items(node, self.order.items(shape))?
        };
        let close = (span.end as usize).saturating_sub(1);
        let Gap { beside: last, lines, properties, mark } = self.cursor.gap(close)?;
        if !properties.is_empty() || mark.is_some() {
            return Err(Strange(close));
        }
        self.cursor.at = close + 1;
        let mut end = lines;
        match items.last_mut() {
            Some(item) if item.trailing.is_none() => item.trailing = last,
            _ => end.splice(0..0, last.map(Line::Comment)).for_each(drop),
        }
        if end.iter().all(|line| *line == Line::Blank) {
            end.clear();
        }
        if let (Some(comment), true) = (beside, value.header.is_some()) {
            above.push(Line::Comment(comment));
        } else {
            value.header = value.header.or(beside);
        }
        value.what = What::Collection(Collection::new(mapping, true, items, end));
        Ok(Below { value, above, beside: None })
    }

    fn flow_items(
        &mut self,
        node: NodeId,
        shape: Option<ShapeIx>,
    ) -> Result<Vec<Item<'a>>, Strange> {
        let mut items: Vec<Item<'a>> = Vec::new();
        for item in self.tree.items(node) {
            let start = self.tree.span(item).start as usize;
            let pair = self.tree.kind(item) == Kind::Mapping
                && !matches!(self.byte(start), Some(b'{' | b'*'));
            let Below { value, above, beside } = if pair {
                self.pair(item, start, shape)?
            } else {
                self.value(item, shape, Place::Item)?
            };
            match (beside, items.last_mut()) {
                (Some(comment), Some(last)) if last.trailing.is_none() => {
                    last.trailing = Some(comment);
                }
                (Some(_), _) => return Err(Strange(start)),
                _ => {}
            }
            items.push(Item { lead: above, key: None, value, trailing: None });
        }
        Ok(items)
    }

    /// A mapping of one entry without braces, in a list in brackets.
    fn pair(
        &mut self,
        node: NodeId,
        start: usize,
        shape: Option<ShapeIx>,
    ) -> Result<Below<'a>, Strange> {
        let Gap { beside, lines, properties, .. } = self.cursor.gap(start)?;
        let items = self.entries(node, shape, (true, vec![]))?;
        let what = What::Collection(Collection::new(true, true, items, vec![]));
        let value = Value { properties, header: None, what };
        Ok(Below { value, above: lines, beside })
    }
}
