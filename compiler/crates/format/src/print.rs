//! A layout to text: two blanks a level, brackets where they fit.

use crate::layout::{Collection, Document, Item, Line, Value, What};

/// Columns of a line that brackets may fill.
const WIDTH: usize = 100;

/// The text of a file's documents; `tail` stands below the last.
pub(crate) fn print(documents: &[Document<'_>], tail: &[Line<'_>]) -> String {
    let mut printer = Printer { out: String::new() };
    for (number, document) in documents.iter().enumerate() {
        printer.document(document, number > 0);
    }
    printer.lines(tail, 0, true);
    while printer.out.ends_with("\n\n") && !kept(documents) {
        printer.out.pop();
    }
    printer.out
}

/// Whether the blank lines at the very end belong to a text.
fn kept(documents: &[Document<'_>]) -> bool {
    fn last(item: &Item<'_>) -> bool {
        match &item.value.what {
            What::Text(mark, _) => mark.contains('+'),
            What::Collection(one) => one.end.is_empty() && one.items.last().is_some_and(last),
            _ => false,
        }
    }
    documents.last().and_then(|one| one.root.as_ref()).is_some_and(last)
}

struct Printer {
    out: String,
}

impl Printer {
    fn document(&mut self, document: &Document<'_>, further: bool) {
        self.lines(&document.before, 0, further);
        if document.marked || further {
            self.out.push_str("---");
            self.comment(document.mark_comment);
        }
        self.lines(&document.head, 0, false);
        let Some(root) = &document.root else { return };
        match &root.value.what {
            What::Collection(one) if !self.fits(root, 0) && root.value.properties.is_empty() => {
                self.lines(&comments(&[root.value.header, root.trailing]), 0, false);
                self.collection(one, 0, false);
            }
            _ => self.rest(root, 0, ""),
        }
    }

    /// Lines of their own; blank ones at the beginning only where something stands above.
    fn lines(&mut self, lines: &[Line<'_>], indent: usize, above: bool) {
        let mut above = above;
        for line in lines {
            match line {
                Line::Blank if !above || self.out.is_empty() => {}
                Line::Blank => self.out.push('\n'),
                Line::Comment(text) => {
                    self.indent(indent);
                    self.out.push_str(text);
                    self.out.push('\n');
                    above = true;
                }
            }
        }
    }

    /// Ends a line, with the comment behind it.
    fn comment(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.out.push_str("  ");
            self.out.push_str(comment);
        }
        self.out.push('\n');
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(core::iter::repeat_n(' ', indent));
    }

    /// The items of a collection in block style; `inline`: behind the dash of the list it is in.
    fn collection(&mut self, one: &Collection<'_>, indent: usize, inline: bool) {
        for (number, item) in one.items.iter().enumerate() {
            if !(inline && number == 0) {
                self.lead(item, indent, number > 0);
                self.indent(indent);
            }
            let key = item.key.as_ref().map_or_else(|| "-".to_owned(), |key| format!("{key}:"));
            self.out.push_str(&key);
            self.rest(item, indent, &key);
        }
        self.lines(&one.end, indent, !one.items.is_empty());
    }

    /// What stands above an item, with what stood above the first one inside it.
    fn lead(&mut self, item: &Item<'_>, indent: usize, above: bool) {
        self.lines(&item.lead, indent, above);
        let mut next = Some(item);
        while let Some(item) = next.filter(|item| item.key.is_none()) {
            self.lines(&self.beside_dash(item, indent), indent, true);
            next = self.inside(item, indent);
            let lead = next.into_iter().flat_map(|first| &first.lead);
            let only: Vec<Line<'_>> = lead.filter(|line| **line != Line::Blank).copied().collect();
            self.lines(&only, indent, true);
        }
    }

    /// Comments for which there is no room behind a dash, as a block begins there.
    fn beside_dash<'a>(&self, item: &Item<'a>, indent: usize) -> Vec<Line<'a>> {
        let block = matches!(item.value.what, What::Collection(_));
        if !block || self.fits(item, indent) {
            return vec![];
        }
        comments(&[item.value.header, item.trailing])
    }

    /// The first item inside one that begins behind its dash.
    fn inside<'i, 'a>(&self, item: &'i Item<'a>, indent: usize) -> Option<&'i Item<'a>> {
        match &item.value.what {
            What::Collection(one) if self.is_compact(item, indent) => one.items.first(),
            _ => None,
        }
    }

    fn is_compact(&self, item: &Item<'_>, indent: usize) -> bool {
        let Value { properties, what, .. } = &item.value;
        let collection = matches!(what, What::Collection(one) if !one.items.is_empty());
        item.key.is_none() && collection && properties.is_empty() && !self.fits(item, indent)
    }

    /// Whether an item is a collection in brackets that fits behind its key or dash.
    fn fits(&self, item: &Item<'_>, indent: usize) -> bool {
        let What::Collection(one) = &item.value.what else { return false };
        let Some(width) = one.width.filter(|_| item.value.header.is_none()) else { return false };
        let properties: usize = item.value.properties.iter().map(|one| one.len() + 1).sum();
        let key = item.key.as_ref().map_or(2, |key| key.chars().count() + 2);
        indent + key + properties + width <= WIDTH || one.items.is_empty()
    }

    /// Everything behind the key or dash of an item, and below it.
    fn rest(&mut self, item: &Item<'_>, indent: usize, prefix: &str) {
        let deeper = if prefix.is_empty() { indent } else { indent + 2 };
        let Value { properties, header, what } = &item.value;
        let mut gap = if prefix.is_empty() { "" } else { " " };
        for one in properties {
            self.out.push_str(gap);
            self.out.push_str(one);
            gap = " ";
        }
        if let What::Collection(one) = what
            && self.fits(item, indent)
        {
            self.out.push_str(gap);
            self.brackets(one);
            return self.comment(item.trailing);
        }
        match what {
            What::Empty => self.comment(item.trailing),
            What::Word(word) => {
                self.out.push_str(gap);
                self.out.push_str(word);
                self.comment(item.trailing);
            }
            What::Folded(lines) => {
                self.out.push_str(gap);
                self.body(lines, deeper.max(2), true);
                self.comment(item.trailing);
            }
            What::Text(mark, lines) => {
                self.out.push_str(gap);
                self.out.push_str(mark);
                self.comment(*header);
                self.body(lines, deeper.max(2), false);
                if !lines.is_empty() {
                    self.out.push('\n');
                }
            }
            What::Collection(one) if self.is_compact(item, indent) => {
                self.out.push(' ');
                self.collection(one, deeper, true);
            }
            What::Collection(one) if item.key.is_none() && !prefix.is_empty() => {
                self.comment(None);
                self.collection(one, deeper, false);
            }
            What::Collection(one) => {
                let (beside, below) = match (*header, item.trailing) {
                    (Some(header), trailing) => (Some(header), trailing),
                    (None, trailing) => (trailing, None),
                };
                self.comment(beside);
                self.collection(one, deeper, false);
                self.lines(&comments(&[below]), deeper, true);
            }
        }
    }

    /// A collection on one line; it has a width, so nothing in it needs more.
    fn brackets(&mut self, one: &Collection<'_>) {
        self.out.push(if one.mapping { '{' } else { '[' });
        for (number, item) in one.items.iter().enumerate() {
            if number > 0 {
                self.out.push_str(", ");
            }
            if let Some(key) = &item.key {
                self.out.push_str(key);
                self.out.push_str(": ");
            }
            for word in &item.value.properties {
                self.out.push_str(word);
                self.out.push(' ');
            }
            match &item.value.what {
                What::Word(word) => self.out.push_str(word),
                What::Collection(one) => self.brackets(one),
                What::Empty | What::Folded(_) | What::Text(..) => {}
            }
        }
        self.out.push(if one.mapping { '}' } else { ']' });
    }

    /// Lines of a text; the first one stands where the cursor is if it is `begun`.
    fn body(&mut self, lines: &[&str], indent: usize, begun: bool) {
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            let written = begun && number == 0;
            if !written && !line.is_empty() {
                self.indent(indent);
            }
            self.out.push_str(line);
        }
    }
}

fn comments<'a>(all: &[Option<&'a str>]) -> Vec<Line<'a>> {
    all.iter().flatten().map(|text| Line::Comment(text)).collect()
}
