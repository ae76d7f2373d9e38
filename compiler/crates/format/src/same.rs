//! Whether two texts say the same: the check behind every change of a file's form.

use meshc_document::{Kind, NodeId, Style, Tree};

use crate::comments::comments;

/// Whether trees and comments of two texts are the same up to the order of keys and the place of
/// comments.
pub(crate) fn same(old: (&str, &[Tree]), new: (&str, &[Tree])) -> bool {
    let trees = old.1.len() == new.1.len()
        && old.1.iter().zip(new.1).all(|(a, b)| same_node((a, a.root()), (b, b.root())));
    trees && words(old) == words(new)
}

fn words<'a>((text, trees): (&'a str, &[Tree])) -> Vec<&'a str> {
    let all = comments(text, trees);
    let mut words: Vec<&str> =
        all.into_iter().filter_map(|span| text.get(span.range())).map(str::trim_end).collect();
    words.sort_unstable();
    words
}

fn same_node(a: (&Tree, NodeId), b: (&Tree, NodeId)) -> bool {
    match (a.0.kind(a.1), b.0.kind(b.1)) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Scalar { text, style }, Kind::Scalar { text: other, style: in_other }) => {
            text == other && (style == Style::Plain) == (in_other == Style::Plain)
        }
        (Kind::Sequence, Kind::Sequence) => {
            let (mut ones, mut others) = (a.0.items(a.1), b.0.items(b.1));
            loop {
                match (ones.next(), others.next()) {
                    (None, None) => return true,
                    (Some(one), Some(other)) if same_node((a.0, one), (b.0, other)) => {}
                    _ => return false,
                }
            }
        }
        (Kind::Mapping, Kind::Mapping) => {
            let mut ones: Vec<_> = a.0.entries(a.1).collect();
            let mut others: Vec<_> = b.0.entries(b.1).collect();
            ones.sort_by_key(|entry| entry.key);
            others.sort_by_key(|entry| entry.key);
            ones.len() == others.len()
                && ones.iter().zip(others).all(|(one, other)| {
                    one.key == other.key && same_node((a.0, one.value), (b.0, other.value))
                })
        }
        _ => false,
    }
}
