use memchr::memmem;

use crate::finding::Span;
use crate::tree::{NodeId, Tree, What};

/// A comment that speaks to the compiler, and what it speaks about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Comment {
    /// From its `#` to the end of its line.
    pub span: Span,
    /// The bytes it is about; empty where nothing stands below it.
    ///
    /// Behind something on its line: that line up to the comment. On a line of its own: the entry
    /// or item that begins below, with everything in it; above a document's first entry the whole
    /// document, and above the first of the file the whole file.
    pub about: Span,
}

/// Every comment of a file whose text begins with `mark`, in order.
///
/// `trees` is what [`crate::read`] made of the same bytes. Time grows with the size of the file,
/// however many comments and nodes it has; a file without the mark costs one search.
#[must_use]
pub fn comments(bytes: &[u8], trees: &[Tree], mark: &str) -> Vec<Comment> {
    let mut found =
        memmem::find_iter(bytes, mark).filter_map(|at| hash_before(bytes, at)).peekable();
    if found.peek().is_none() {
        return Vec::new();
    }
    let outline = Outline::of(bytes, trees);
    found
        .filter(|&hash| !outline.in_scalar(hash))
        .map(|hash| {
            let line = bytes.get(..hash).unwrap_or_default();
            let start = memchr::memrchr2(b'\n', b'\r', line).map_or(0, |end| end.saturating_add(1));
            let alone = line.get(start..).unwrap_or_default().iter().all(|&byte| is_blank(byte));
            let end = line_end(bytes, hash);
            let about = if alone { outline.below(end) } else { Span::new(start, hash) };
            Comment { span: Span::new(hash, end), about }
        })
        .collect()
}

/// The `#` before a mark, with nothing but blanks between the two, where it can begin a comment.
fn hash_before(bytes: &[u8], mark: usize) -> Option<usize> {
    let hash = bytes.get(..mark)?.iter().rposition(|&byte| !is_blank(byte))?;
    let before = hash.checked_sub(1).and_then(|at| bytes.get(at));
    let apart = before.is_none_or(|&byte| is_blank(byte) || is_break(byte));
    (bytes.get(hash) == Some(&b'#') && apart).then_some(hash)
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |end| from.saturating_add(end))
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where the nodes of a file stand, made once to be asked often.
struct Outline<'a> {
    bytes: &'a [u8],
    /// Scalars that fill bytes, in order; none lies in another.
    scalars: Vec<Span>,
    /// Every node, in order.
    nodes: Vec<Span>,
    /// What begins where each node does: with a key its whole entry, with a block collection its
    /// first entry or item, with a document's root the document.
    begins: Vec<Span>,
}

impl<'a> Outline<'a> {
    fn of(bytes: &'a [u8], trees: &[Tree]) -> Self {
        let mut outline = Self { bytes, scalars: vec![], nodes: vec![], begins: vec![] };
        for (index, tree) in trees.iter().enumerate() {
            outline.add(tree, index == 0);
        }
        outline
    }

    fn add(&mut self, tree: &Tree, first: bool) {
        let root = tree.root();
        let whole = if first { Span::new(0, self.bytes.len()) } else { tree.span(root) };
        let base = self.begins.len();
        self.begins.extend(tree.nodes.iter().map(|node| node.span));
        for (node, index) in tree.nodes.iter().zip(0_u32..) {
            let id = NodeId(index);
            match node.what {
                What::Scalar(_) | What::Decoded(..) if node.span.start < node.span.end => {
                    self.scalars.push(node.span);
                }
                What::Mapping(_) => self.entries(tree, id, base),
                What::Sequence(_) => self.first_item(tree, id, base),
                _ => {}
            }
        }
        self.widen(base, root, whole);
        self.nodes.extend(tree.nodes.iter().map(|node| node.span));
    }

    /// Lets a key begin its whole entry, and a block mapping its first.
    fn entries(&mut self, tree: &Tree, mapping: NodeId, base: usize) {
        let mut children = tree.children(mapping, true);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            let start = tree.span(key).start;
            let entry = Span { start, end: tree.span(value).end.max(tree.span(key).end) };
            self.widen(base, key, entry);
            if start == tree.span(mapping).start {
                self.widen(base, mapping, entry);
            }
        }
    }

    /// Lets a block sequence begin its first item.
    fn first_item(&mut self, tree: &Tree, sequence: NodeId, base: usize) {
        let start = tree.span(sequence).start;
        let item = tree.items(sequence).next();
        if let Some(item) = item.filter(|_| self.bytes.get(start as usize) == Some(&b'-')) {
            self.widen(base, sequence, Span { start, end: tree.span(item).end });
        }
    }

    fn widen(&mut self, base: usize, node: NodeId, span: Span) {
        if let Some(begins) = self.begins.get_mut(base.saturating_add(node.index())) {
            *begins = span;
        }
    }

    fn in_scalar(&self, at: usize) -> bool {
        let next = self.scalars.partition_point(|span| span.start as usize <= at);
        let before = next.checked_sub(1).and_then(|last| self.scalars.get(last));
        before.is_some_and(|span| at < span.end as usize)
    }

    /// What begins first behind a comment line that ends at `from`.
    fn below(&self, from: usize) -> Span {
        let at = self.content(from);
        let next = self.nodes.partition_point(|span| (span.start as usize) < at);
        let found = match self.bytes.get(at) {
            None | Some(b']' | b'}' | b',') => None,
            // The dash of an item, which begins behind it.
            Some(b'-') if self.nodes.get(next).is_some_and(|one| one.start as usize > at) => {
                self.nodes.get(next)
            }
            Some(_) => self.begins.get(next),
        };
        found.copied().unwrap_or(Span::new(from, from))
    }

    /// The next byte that is no blank, comment or mark of a document.
    fn content(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let blank = rest.iter().take_while(|&&byte| is_blank(byte) || is_break(byte)).count();
            at = at.saturating_add(blank);
            let rest = rest.get(blank..).unwrap_or_default();
            if rest.starts_with(b"#") {
                at = line_end(self.bytes, at);
            } else if self.is_document_mark(at) {
                at = at.saturating_add(3);
            } else {
                return at;
            }
        }
    }

    fn is_document_mark(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.bytes.get(before));
        let rest = self.bytes.get(at..).unwrap_or_default();
        let behind = rest.get(3).is_none_or(|&byte| is_blank(byte) || is_break(byte));
        let marks = rest.starts_with(b"---") || rest.starts_with(b"...");
        marks && behind && before.is_none_or(|&byte| is_break(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, read};

    /// Each marked comment's first word behind the mark, and the text it is about.
    fn about(text: &str) -> Vec<(&str, &str)> {
        let file = read(text.as_bytes(), &Limits::DEFAULT);
        let at = |span: Span| text.get(span.range()).expect("in the text");
        let name = |span: Span| at(span).split("meshc:").nth(1).expect("a mark").trim();
        let found = comments(text.as_bytes(), &file.trees, "meshc:");
        found.iter().map(|one| (name(one.span), at(one.about))).collect()
    }

    #[test]
    fn behind_something_it_is_about_its_line() {
        let text = "a: 1 # meshc: x\nb: # meshc: y\n  c: | # meshc: z\n    t\n";
        assert_eq!(about(text), [("x", "a: 1 "), ("y", "b: "), ("z", "  c: | ")]);
        assert_eq!(about("a: [1, # meshc: x\n  2] # meshc: y"), [("x", "a: [1, "), ("y", "  2] ")]);
    }

    #[test]
    fn on_a_line_of_its_own_it_is_about_what_begins_below() {
        let text = "a: 1\n# meshc: x\nb:\n  # meshc: y\n  - c: 1\n    # meshc: z\n    d: 2\n";
        let text =
            format!("{text}  # meshc: w\n  - - e\n    - f\n  # meshc: v\n  - g: 1\n    h: 2\n");
        let b = text.split_once("# meshc: x\n").expect("the first").1.trim_end();
        let c = "c: 1\n    # meshc: z\n    d: 2";
        let wanted = [
            ("x", b),
            ("y", &format!("- {c}")),
            ("z", "d: 2"),
            ("w", "- e\n    - f"),
            ("v", "g: 1\n    h: 2"),
        ];
        assert_eq!(about(&text), wanted);
    }

    #[test]
    fn comments_in_a_row_are_about_the_same() {
        let text = "a: 1\n# meshc: x\n\n# more\n# meshc: y\nb: {c: 1}\n";
        assert_eq!(about(text), [("x", "b: {c: 1}"), ("y", "b: {c: 1}")]);
    }

    #[test]
    fn in_brackets_too() {
        let text = "a: 1\nb: {\n  # meshc: x\n  c: 1,\n  # meshc: y\n  d: [1,\n    # meshc: z\n    2\n    # meshc: w\n    ]}\n";
        assert_eq!(about(text)[0], ("x", "c: 1"));
        assert_eq!(about(text)[2..], [("z", "2"), ("w", "")]);
    }

    #[test]
    fn above_a_document_it_is_about_the_document_and_above_the_first_about_the_file() {
        let text = "# meshc: x\n---\na: 1\n---\n# meshc: y\nb: 2\nc: 3\n# meshc: z\n--- {d: 4}\n# meshc: w\n";
        let wanted = [("x", text), ("y", "b: 2\nc: 3"), ("z", "{d: 4}"), ("w", "")];
        assert_eq!(about(text), wanted);
    }

    #[test]
    fn text_is_no_comment() {
        let text = "a: '# meshc: x\n\n  # meshc: y'\nb: |\n  # meshc: z\nc: x# meshc:v\nd: >-\n  t\n  # meshc: u\n # meshc: w\ne: 1\n";
        assert_eq!(about(text), [("w", "e: 1")]);
        assert_eq!(about("# says meshc: x\na: 1"), []);
    }

    #[test]
    fn many_comments_and_nodes_take_linear_time() {
        let text = "# meshc: x\n- {a: 1, b: [2, 3]} # meshc: y\n".repeat(20_000);
        assert_eq!(comments(text.as_bytes(), &[], "meshc:").len(), 40_000);
        let trees = read(text.as_bytes(), &Limits { nodes: 1 << 20, ..Limits::DEFAULT }).trees;
        assert_eq!(comments(text.as_bytes(), &trees, "meshc:").len(), 40_000);
    }
}
