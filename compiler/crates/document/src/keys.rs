use crate::finding::{Code, Finding};
use crate::tree::{NodeId, Tree};
use crate::word::Word;

/// What is said of the keys of a mapping that are written twice, at most so many findings. Several
/// in an item of a list are one mistake: another item follows without its dash.
pub(crate) fn duplicates(
    tree: &Tree,
    keys: &mut [NodeId],
    item: bool,
    at_most: usize,
) -> Vec<Finding> {
    if are_different(tree, keys) {
        return Vec::new();
    }
    keys.sort_by(|a, b| tree.text(*a).cmp(tree.text(*b)).then(a.cmp(b)));
    let same = |pair: &&[NodeId]| match pair {
        [first, second] => tree.text(*first) == tree.text(*second),
        _ => false,
    };
    let mut pairs: Vec<(NodeId, NodeId)> = keys
        .windows(2)
        .filter(same)
        .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
        .take(at_most)
        .collect();
    let mut help = "keep one of the two; readers disagree on which one counts";
    if item && pairs.len() > 1 {
        pairs.sort_by_key(|(_, second)| *second);
        pairs.truncate(1);
        help = "write `- ` before it if another item begins here";
    }
    let finding = |(first, second): (NodeId, NodeId)| {
        let message = format!("`{}` is written twice", tree.text(first));
        let finding = Finding::new(Code::DuplicateKey, tree.span(second), message).help(help);
        Finding { secondary: Some((tree.span(first), "first written here".into())), ..finding }
    };
    pairs.into_iter().map(finding).collect()
}

/// Whether a few keys are all different; of many, that is not known without sorting.
fn are_different(tree: &Tree, keys: &[NodeId]) -> bool {
    const FEW: usize = 12;
    let mut texts = [("", Word::default()); FEW];
    let Some(texts) = texts.get_mut(..keys.len()) else { return false };
    for (at, key) in keys.iter().enumerate() {
        let text = tree.text(*key);
        let word = Word::of(text);
        let mut before = texts.iter().take(at);
        if before.any(|(other, one)| *one == word && *other == text) {
            return false;
        }
        if let Some(slot) = texts.get_mut(at) {
            *slot = (text, word);
        }
    }
    true
}
