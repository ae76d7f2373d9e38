use std::sync::Arc;

use crate::event::{Event, Style};
use crate::finding::{Code, Finding, Span};
use crate::limits::Limits;
use crate::tree::{Node, NodeId, Tree, What};

const CORE_TAG: &str = "tag:yaml.org,2002:";

/// Makes the nodes of one document from its events. Spans of events count from `base`.
pub(crate) struct Builder<'a> {
    limits: &'a Limits,
    base: usize,
    tree: Tree,
    open: Vec<Frame>,
    /// Node of each anchor, by number; absent while its collection is open.
    anchors: Vec<Option<(NodeId, u64)>>,
    alias_nodes: u64,
    pub(crate) findings: Vec<Finding>,
}

/// A collection whose end has not come.
struct Frame {
    node: NodeId,
    mapping: bool,
    anchor: Option<u32>,
    /// Children so far; in a mapping an even number means that a key comes next.
    children: usize,
    /// Nodes below, those behind aliases included.
    size: u64,
    keys: Vec<NodeId>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(source: Arc<str>, base: usize, limits: &'a Limits) -> Self {
        let nodes = Vec::new();
        let tree = Tree { source, decoded: String::new(), nodes };
        let (open, anchors, findings) = (vec![], vec![], vec![]);
        Self { limits, base, tree, open, anchors, alias_nodes: 0, findings }
    }

    /// The finished document; none if it has no node.
    pub(crate) fn finish(self) -> Option<Tree> {
        (!self.tree.nodes.is_empty() && self.open.is_empty()).then_some(self.tree)
    }

    /// Takes one event; a finding when a budget is exceeded, and then nothing more must come.
    pub(crate) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Finding> {
        let span = Span::new(self.base + span.start as usize, self.base + span.end as usize);
        match event {
            Event::Scalar { text, style, anchor, tag } => {
                self.check_tag(tag, span);
                self.scalar(&text, style, anchor, span)?;
            }
            Event::SequenceStart { anchor, tag } => self.start(false, anchor, tag, span)?,
            Event::MappingStart { anchor, tag } => self.start(true, anchor, tag, span)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::DocumentStart | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: Style,
        anchor: Option<u32>,
        span: Span,
    ) -> Result<(), Finding> {
        let what = self.place_text(text, style, span);
        let node = self.push(span, what)?;
        self.define(anchor, node, 1);
        if style == Style::Plain && (text.contains("{{") || text.contains("${")) {
            self.findings.push(template(span));
        }
        if self.awaits_key() {
            self.note_key(node, text, style, span);
        }
        self.child_done(1);
        Ok(())
    }

    fn note_key(&mut self, node: NodeId, text: &str, style: Style, span: Span) {
        if text == "<<" && style == Style::Plain {
            let message = "merge keys are YAML 1.1 and read differently by different tools";
            let help = "write the merged keys out";
            self.findings.push(Finding::new(Code::MergeKey, span, message).help(help));
        }
        if let Some(frame) = self.open.last_mut() {
            frame.keys.push(node);
        }
    }

    /// Where a scalar's text is found: in the source, if it stands there as it is.
    fn place_text(&mut self, text: &str, style: Style, span: Span) -> What {
        let inside = match style {
            Style::Plain => span,
            _ => Span { start: span.start.saturating_add(1), end: span.end.saturating_sub(1) },
        };
        if self.tree.source.get(inside.range()) == Some(text) {
            return What::Source(inside, style);
        }
        let start = self.tree.decoded.len();
        self.tree.decoded.push_str(text);
        What::Decoded(Span::new(start, self.tree.decoded.len()), style)
    }

    fn start(
        &mut self,
        mapping: bool,
        anchor: Option<u32>,
        tag: Option<String>,
        span: Span,
    ) -> Result<(), Finding> {
        self.check_tag(tag, span);
        if self.awaits_key() {
            let residue = self.tree.source.get(span.start.saturating_sub(1) as usize..);
            let finding = match residue {
                Some(text) if text.starts_with("{{") => template(span),
                _ => Finding::new(Code::YamlSyntax, span, "a key must be a word, not a collection"),
            };
            self.findings.push(finding);
        }
        if self.open.len() >= self.limits.depth {
            let message = format!("nested more than {} deep", self.limits.depth);
            return Err(Finding::new(Code::Budget, span, message));
        }
        let node = self.push(span, if mapping { What::Mapping } else { What::Sequence })?;
        self.reserve(anchor);
        self.open.push(Frame { node, mapping, anchor, children: 0, size: 1, keys: vec![] });
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let Some(frame) = self.open.pop() else { return };
        let end = u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.tree.nodes.get_mut(frame.node.index()) {
            node.end = end;
            node.span.end = span.end.max(node.span.start);
        }
        self.trim(frame.node);
        self.report_duplicates(&frame.keys);
        self.define(frame.anchor, frame.node, frame.size);
        self.child_done(frame.size);
    }

    /// A block collection ends with its last child, not with the blank lines behind it.
    fn trim(&mut self, node: NodeId) {
        let last = self.tree.nodes.last().map(|last| last.span.end);
        let flow = self
            .tree
            .nodes
            .get(node.index())
            .and_then(|node| self.tree.source.as_bytes().get(node.span.start as usize))
            .is_some_and(|first| matches!(first, b'{' | b'['));
        if let (false, Some(last), Some(node)) = (flow, last, self.tree.nodes.get_mut(node.index()))
        {
            node.span.end = last.max(node.span.start);
        }
    }

    fn report_duplicates(&mut self, keys: &[NodeId]) {
        let mut sorted: Vec<NodeId> = keys.to_vec();
        sorted.sort_by(|a, b| self.tree.text(*a).cmp(self.tree.text(*b)).then(a.cmp(b)));
        for pair in sorted.windows(2) {
            let [first, second] = pair else { continue };
            let key = self.tree.text(*first);
            if key != self.tree.text(*second) {
                continue;
            }
            let mut finding = Finding::new(
                Code::DuplicateKey,
                self.tree.span(*second),
                format!("`{key}` is written twice"),
            )
            .help("keep one of the two; readers disagree on which one counts");
            finding.secondary = Some((self.tree.span(*first), "first written here".into()));
            self.findings.push(finding);
        }
    }

    fn alias(&mut self, anchor: u32, span: Span) -> Result<(), Finding> {
        let known = self.anchors.get(anchor as usize).copied().flatten();
        let Some((target, size)) = known else {
            return Err(Finding::new(Code::Budget, span, "an anchor is used inside itself"));
        };
        self.alias_nodes = self.alias_nodes.saturating_add(size);
        if self.alias_nodes > self.limits.alias_nodes {
            let message = format!("aliases stand for more than {} nodes", self.limits.alias_nodes);
            return Err(Finding::new(Code::Budget, span, message));
        }
        let target = match self.tree.nodes.get(target.index()).map(|node| node.what) {
            Some(What::Alias(further)) => further,
            _ => target,
        };
        let node = self.push(span, What::Alias(target))?;
        if self.awaits_key() {
            let text = self.tree.text(node).to_owned();
            self.note_key(node, &text, Style::SingleQuoted, span);
        }
        self.child_done(size);
        Ok(())
    }

    fn push(&mut self, span: Span, what: What) -> Result<NodeId, Finding> {
        let index = u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX);
        if self.tree.nodes.len() >= self.limits.nodes {
            let message = format!("more than {} nodes", self.limits.nodes);
            return Err(Finding::new(Code::Budget, span, message));
        }
        self.tree.nodes.push(Node { span, end: index.saturating_add(1), what });
        Ok(NodeId(index))
    }

    fn check_tag(&mut self, tag: Option<String>, span: Span) {
        let Some(tag) = tag.filter(|tag| !tag.starts_with(CORE_TAG)) else { return };
        let message = format!("tag `{tag}` has no meaning here");
        let help = "types come from the schema; leave the tag out";
        self.findings.push(Finding::new(Code::YamlSyntax, span, message).help(help));
    }

    fn awaits_key(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.mapping && frame.children.is_multiple_of(2))
    }

    fn child_done(&mut self, size: u64) {
        if let Some(frame) = self.open.last_mut() {
            frame.children += 1;
            frame.size = frame.size.saturating_add(size);
        }
    }

    fn reserve(&mut self, anchor: Option<u32>) {
        let Some(anchor) = anchor else { return };
        if self.anchors.len() <= anchor as usize {
            self.anchors.resize(anchor as usize + 1, None);
        }
    }

    fn define(&mut self, anchor: Option<u32>, node: NodeId, size: u64) {
        self.reserve(anchor);
        if let Some(slot) = anchor.and_then(|anchor| self.anchors.get_mut(anchor as usize)) {
            *slot = Some((node, size));
        }
    }
}

pub(crate) fn template(span: Span) -> Finding {
    Finding::new(Code::TemplateResidue, span, "a template that was never rendered")
        .help("render the file first, or quote the text if it is meant as it stands")
}
