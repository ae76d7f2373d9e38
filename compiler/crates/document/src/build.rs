use std::borrow::Cow;
use std::sync::Arc;

use crate::decoded::Decoded;
use crate::event::{Event, Style, Tag};
use crate::finding::{Code, Finding, Span};
use crate::keys::duplicates;
use crate::limits::Limits;
use crate::scalar::{CoreType, core_type, is_null};
use crate::template::{has_template, template};
use crate::tree::{Node, NodeId, Tree, What};
use crate::word::Word;

const CORE_TAG: &str = "tag:yaml.org,2002:";

/// Why reading ended before the text did. Boxed where it is handed up: nearly always there is none.
pub(crate) struct Stop {
    pub(crate) finding: Finding,
    /// Whether nothing more of the file can be read, and not just of the document.
    pub(crate) last: bool,
}

/// Makes the nodes of one document from its events.
pub(crate) struct Builder<'a> {
    limits: &'a Limits,
    tree: Tree,
    open: Vec<Frame>,
    /// Keys so far of the mappings that are open, those of the innermost last.
    keys: Vec<NodeId>,
    /// Byte behind what was read so far.
    last_end: u32,
    /// Nodes that aliases of the document stand for, beyond the ones they are.
    behind_aliases: u64,
    /// Whether the text has the mark of a template anywhere.
    templates: bool,
    /// What each anchor names, by number; absent while its collection is open.
    anchors: Vec<Option<Anchored>>,
    alias_nodes: u64,
    /// Nodes that the file's budget leaves for this document.
    nodes_left: usize,
    pub(crate) findings: Vec<Finding>,
}

/// A collection whose end has not come.
struct Frame {
    node: NodeId,
    anchor: Option<u32>,
    flow: bool,
    mapping: bool,
    /// Whether a key comes next.
    awaits_key: bool,
    /// Whether a key may be there twice: two have the same [`Word::bit`].
    doubtful: bool,
    /// Bits of the words of the keys.
    words: u64,
    /// Collections below, one in another.
    height: usize,
    /// [`Builder::behind_aliases`] when it began.
    behind_aliases: u64,
    /// Keys of the mappings around this one.
    keys_before: usize,
}

/// A complete node that aliases can stand for.
#[derive(Clone, Copy)]
struct Anchored {
    node: NodeId,
    size: u64,
    height: usize,
}

/// How a collection begins.
#[derive(Clone, Copy)]
struct Start {
    mapping: bool,
    flow: bool,
    anchor: Option<u32>,
}

impl Frame {
    /// Notes a key's word; texts whose words have bits of their own are all different.
    #[inline]
    const fn note(&mut self, word: Word) {
        let bit = word.bit();
        self.doubtful |= self.words & bit != 0;
        self.words |= bit;
    }
}

impl<'a> Builder<'a> {
    pub(crate) fn new(source: Arc<str>, limits: &'a Limits, nodes_left: usize) -> Self {
        let templates = has_template(&source);
        // An intent has a node about every seven bytes.
        let nodes = Vec::with_capacity((source.len() / 6).min(4096));
        Self {
            limits,
            tree: Tree { source, decoded: Decoded::default(), nodes, nulls: false },
            open: Vec::with_capacity(8),
            keys: Vec::with_capacity(32),
            last_end: 0,
            behind_aliases: 0,
            templates,
            anchors: vec![],
            alias_nodes: 0,
            nodes_left,
            findings: vec![],
        }
    }

    /// Ends a document and begins the next; the one that ended, unless it has no node.
    pub(crate) fn finish(&mut self) -> Option<Tree> {
        let source = Arc::clone(&self.tree.source);
        let next = Tree { source, decoded: Decoded::default(), nodes: vec![], nulls: false };
        let mut done = core::mem::replace(&mut self.tree, next);
        self.nodes_left = self.nodes_left.saturating_sub(done.nodes.len());
        self.alias_nodes = 0;
        self.anchors.clear();
        if done.nodes.capacity() > done.nodes.len().saturating_mul(2) {
            done.nodes.shrink_to_fit();
        }
        (!done.nodes.is_empty()).then_some(done)
    }

    /// Nodes that the file's budget leaves for what comes.
    pub(crate) const fn nodes_left(&self) -> usize {
        self.nodes_left
    }

    /// Takes one event; an error when a budget is used up, and then nothing more must come.
    // So that a place that sends one kind of event has nothing to choose.
    #[inline(always)]
    pub(crate) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Stop>> {
        match event {
            Event::Scalar { text, style, anchor, tag } => {
                let read_as = match tag {
                    Some(tag) => self.tagged(&tag, &text, style),
                    None => style,
                };
                let what = match &text {
                    Cow::Borrowed(_) if read_as == style => What::Scalar(style),
                    text => What::Decoded(read_as, self.tree.decoded.push(text)),
                };
                let node = NodeId(self.next());
                self.scalar(what, &text, read_as, span)?;
                self.define(anchor, Anchored { node, size: 1, height: 0 });
            }
            Event::SequenceStart { flow, anchor, tag } => {
                self.check_tag(tag, "seq");
                self.start(Start { mapping: false, flow, anchor }, span)?;
            }
            Event::MappingStart { flow, anchor, tag } => {
                self.check_tag(tag, "map");
                self.start(Start { mapping: true, flow, anchor }, span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::UnknownAlias(name) => {
                let message = format!("`*{name}` stands for nothing");
                let help = format!("write `&{name}` before what it means, in the same document");
                self.findings.push(Finding::new(Code::YamlSyntax, span, message).help(help));
                let place = Span { start: span.end, end: span.end };
                self.word("", Style::Plain, place)?;
            }
            Event::DocumentStart { .. } | Event::DocumentEnd => {}
        }
        Ok(())
    }

    /// Takes a scalar without properties whose text stands in the source as it is, inside its
    /// quotes if it has some.
    #[inline(always)]
    pub(crate) fn word(&mut self, text: &str, style: Style, span: Span) -> Result<(), Box<Stop>> {
        self.scalar(What::Scalar(style), text, style, span)
    }

    #[inline(always)]
    fn scalar(
        &mut self,
        what: What,
        text: &str,
        style: Style,
        span: Span,
    ) -> Result<(), Box<Stop>> {
        let node = self.push(span, what)?;
        if style == Style::Plain {
            self.check_plain(text, span);
        }
        self.last_end = self.last_end.max(span.end);
        if let Some(frame) = self.open.last_mut() {
            if frame.awaits_key {
                frame.note(Word::of(text));
                self.keys.push(node);
            }
            frame.awaits_key = frame.mapping && !frame.awaits_key;
        }
        Ok(())
    }

    /// Reports the mark of a template, and `<<` as a key.
    #[inline]
    fn check_plain(&mut self, text: &str, span: Span) {
        let length = span.end.saturating_sub(span.start);
        if length <= 4 && !self.tree.nulls {
            self.tree.nulls = is_null(text, Style::Plain);
        }
        if self.templates || (length == 2 && text == "<<") {
            self.report_plain(text, span);
        }
    }

    #[cold]
    fn report_plain(&mut self, text: &str, span: Span) {
        if has_template(text) {
            self.findings.push(template(span));
        }
        if text == "<<" && self.awaits_key() {
            let message = "merge keys are YAML 1.1 and read differently by different tools";
            let help = "write the merged keys out";
            self.findings.push(Finding::new(Code::MergeKey, span, message).help(help));
        }
    }

    /// Index of the next node.
    #[inline]
    fn next(&self) -> u32 {
        u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX)
    }

    fn start(&mut self, start: Start, span: Span) -> Result<(), Box<Stop>> {
        let Start { mapping, flow, anchor } = start;
        if self.awaits_key() {
            self.collection_as_key(flow, span);
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.too_deep(span));
        }
        let node = self.push(span, if mapping { What::Mapping(0) } else { What::Sequence(0) })?;
        self.reserve(anchor);
        self.open.push(Frame {
            node,
            anchor,
            flow,
            mapping,
            awaits_key: mapping,
            doubtful: false,
            words: 0,
            height: 0,
            behind_aliases: self.behind_aliases,
            keys_before: self.keys.len(),
        });
        Ok(())
    }

    fn collection_as_key(&mut self, flow: bool, span: Span) {
        let brace = span.start.saturating_sub(1);
        let before = self.tree.source.get(brace as usize..);
        let finding = match before {
            Some(text) if flow && text.starts_with("{{") => {
                template(Span { start: brace, end: brace.saturating_add(2) })
            }
            _ => Finding::new(Code::YamlSyntax, span, "a key must be a word, not a collection")
                .help("write `key: value`"),
        };
        self.findings.push(finding);
    }

    fn end(&mut self, span: Span) {
        let Some(frame) = self.open.pop() else { return };
        let next = self.next();
        // A block collection ends with its last child, not with the blank lines behind it.
        let end = if frame.flow { span.end } else { self.last_end };
        self.last_end = self.last_end.max(end);
        if let Some(node) = self.tree.nodes.get_mut(frame.node.index()) {
            node.span.end = end.max(node.span.start);
            node.close(next);
        }
        if frame.mapping {
            if frame.doubtful {
                let item = !frame.flow && self.open.last().is_some_and(|around| !around.mapping);
                let keys = self.keys.get_mut(frame.keys_before..).unwrap_or_default();
                let found = duplicates(&self.tree, keys, item, self.limits.findings);
                self.findings.extend(found);
            }
            self.keys.truncate(frame.keys_before);
        }
        let height = frame.height.saturating_add(1);
        if frame.anchor.is_some() {
            let written = u64::from(next.saturating_sub(frame.node.0));
            let behind = self.behind_aliases.saturating_sub(frame.behind_aliases);
            let size = written.saturating_add(behind);
            self.define(frame.anchor, Anchored { node: frame.node, size, height });
        }
        self.child_done(height);
    }

    fn alias(&mut self, anchor: u32, span: Span) -> Result<(), Box<Stop>> {
        let known = self.anchors.get(anchor as usize).copied().flatten();
        let Some(Anchored { node: target, size, height }) = known else {
            let finding = Finding::new(Code::Budget, span, "an anchor is used inside itself")
                .help("write out what is meant");
            return Err(Stop { finding, last: false }.into());
        };
        self.alias_nodes = self.alias_nodes.saturating_add(size);
        if self.alias_nodes > self.limits.alias_nodes {
            let message = format!("aliases stand for more than {} nodes", self.limits.alias_nodes);
            let finding = Finding::new(Code::Budget, span, message).help("write out what is meant");
            return Err(Stop { finding, last: false }.into());
        }
        if self.open.len().saturating_add(height) > self.limits.depth {
            return Err(self.too_deep(span));
        }
        let node = self.push(span, What::Alias(target))?;
        if self.awaits_key() {
            self.alias_key(node, target, span);
        }
        self.last_end = self.last_end.max(span.end);
        self.behind_aliases = self.behind_aliases.saturating_add(size.saturating_sub(1));
        self.child_done(height);
        Ok(())
    }

    fn alias_key(&mut self, node: NodeId, target: NodeId, span: Span) {
        let what = self.tree.nodes.get(target.index()).map(|target| target.what);
        if matches!(what, Some(What::Sequence(_) | What::Mapping(_))) {
            let message = "a key must be a word, not a collection";
            let finding = Finding::new(Code::YamlSyntax, span, message).help("write `key: value`");
            self.findings.push(finding);
        } else if let Some(frame) = self.open.last_mut() {
            frame.note(Word::of(self.tree.text(target)));
            self.keys.push(node);
        }
    }

    #[cold]
    fn too_deep(&self, span: Span) -> Box<Stop> {
        let message = format!("nested more than {} deep", self.limits.depth);
        let finding = Finding::new(Code::Budget, span, message).help("flatten it");
        Stop { finding, last: false }.into()
    }

    #[inline(always)]
    fn push(&mut self, span: Span, what: What) -> Result<NodeId, Box<Stop>> {
        let index = self.tree.nodes.len();
        if index >= self.nodes_left {
            return Err(self.too_many(span));
        }
        self.tree.nodes.push(Node { span, what });
        Ok(NodeId(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    #[cold]
    fn too_many(&self, span: Span) -> Box<Stop> {
        let message = format!("more than {} nodes in one file", self.limits.nodes);
        let finding = Finding::new(Code::Budget, span, message).help("split the file");
        Stop { finding, last: true }.into()
    }

    /// A collection may carry the tag of its own kind.
    #[inline]
    fn check_tag(&mut self, tag: Option<Box<Tag>>, own: &str) {
        let Some(tag) = tag else { return };
        if tag.name != "!" && tag.name.strip_prefix(CORE_TAG) != Some(own) {
            self.report_tag(&tag);
        }
    }

    /// How a tagged scalar is to be read: `!!str` and `!` say what quotes say; the other tags of
    /// the core schema must name what the text is anyway.
    fn tagged(&mut self, tag: &Tag, text: &str, style: Style) -> Style {
        let core = tag.name.strip_prefix(CORE_TAG);
        let as_quoted = if style == Style::Plain { Style::DoubleQuoted } else { style };
        let fits = match (core, core_type(text, Style::Plain)) {
            (Some("str"), _) => return as_quoted,
            (None, _) if tag.name == "!" => return as_quoted,
            (Some("null"), CoreType::Null)
            | (Some("bool"), CoreType::Bool(_))
            | (Some("int"), CoreType::Int)
            | (Some("float"), CoreType::Float | CoreType::Int) => true,
            _ => false,
        };
        if !fits {
            self.report_tag(tag);
        }
        if fits { Style::Plain } else { style }
    }

    #[cold]
    fn report_tag(&mut self, tag: &Tag) {
        self.findings.push(meaningless(&tag.name, tag.span));
    }

    #[inline]
    fn awaits_key(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.awaits_key)
    }

    #[inline]
    fn child_done(&mut self, height: usize) {
        if let Some(frame) = self.open.last_mut() {
            frame.awaits_key = frame.mapping && !frame.awaits_key;
            frame.height = frame.height.max(height);
        }
    }

    #[inline]
    fn reserve(&mut self, anchor: Option<u32>) {
        let Some(anchor) = anchor else { return };
        if self.anchors.len() <= anchor as usize {
            self.anchors.resize((anchor as usize).saturating_add(1), None);
        }
    }

    #[inline]
    fn define(&mut self, anchor: Option<u32>, anchored: Anchored) {
        if anchor.is_none() {
            return;
        }
        self.reserve(anchor);
        if let Some(slot) = anchor.and_then(|anchor| self.anchors.get_mut(anchor as usize)) {
            *slot = Some(anchored);
        }
    }
}

fn meaningless(tag: &str, span: Span) -> Finding {
    let shown = tag.strip_prefix(CORE_TAG).map(|core| format!("!!{core}"));
    let message = format!("tag `{}` has no meaning here", shown.as_deref().unwrap_or(tag));
    Finding::new(Code::YamlSyntax, span, message)
        .help("types come from the schema; leave the tag out")
}
