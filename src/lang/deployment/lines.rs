//! YAML line by line: for templates, for what is half typed, for what is too large or too deep to be parsed. Indentation
//! alone tells what belongs to what.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::data::{Data, Entry, Id, Value};
use super::yaml::unquote;

/// Blocks in each other that are told apart; what is deeper belongs to the innermost of them.
const DEEPEST: usize = 256;

/// A block that is open: a node to which what is indented more belongs.
struct Block {
    /// Columns; what starts at or right of it belongs here.
    column: usize,
    id: Id,
}

/// A block of text that is open.
struct Scalar {
    /// Columns; lines right of it belong to the text.
    column: usize,
    id: Id,
    /// Where its first line starts and its last one ends.
    start: usize,
    end: usize,
}

struct Reader<'t> {
    text: &'t str,
    data: Data,
    open: Vec<Block>,
    anchors: FxHashMap<&'t str, Id>,
    /// A key waits for its value on deeper lines: its column and node.
    waiting: Option<(usize, Id)>,
    scalar: Option<Scalar>,
}

pub(super) fn read(text: &str) -> Data {
    let mut reader = Reader {
        text,
        data: Data::default(),
        open: Vec::new(),
        anchors: FxHashMap::default(),
        waiting: None,
        scalar: None,
    };
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        reader.line(line.trim_end_matches(['\n', '\r']), start);
        start += line.len();
    }
    reader.close_scalar();
    reader.data
}

impl<'t> Reader<'t> {
    fn line(&mut self, line: &'t str, start: usize) {
        let inner = line.trim_start_matches([' ', '\t', '\u{feff}']);
        let mut column = line.len() - inner.len();
        let content = inner.trim_end();
        if content.is_empty() {
            return;
        }
        if let Some(scalar) = &mut self.scalar {
            if column > scalar.column {
                scalar.end = start + line.len();
                return;
            }
            self.close_scalar();
        }
        // a comment, a directive of a template
        if content.starts_with(['#', '%']) || (content.starts_with("{{") && content.ends_with("}}")) {
            return;
        }
        if content == "---" || content.starts_with("--- ") || content == "..." {
            self.open.clear();
            self.waiting = None;
            return;
        }
        let mut rest = content;
        while let Some(after) =
            rest.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with([' ', '\t']))
        {
            let item = self.data.push(Value::Nothing, start + column..start + column + rest.len());
            self.add_item(column, item);
            let next = after.trim_start();
            column += rest.len() - next.len();
            rest = next;
            self.waiting = Some((column.saturating_sub(1), item));
            if rest.is_empty() || self.open.len() > DEEPEST {
                break;
            }
        }
        if rest.is_empty() {
            return;
        }
        match key_and_value(rest) {
            Some(pair) => self.pair(column, pair, rest, start + column),
            None => {
                if let Some((_, id)) = self.waiting.take() {
                    self.set(id, rest, start + column);
                }
            }
        }
    }

    fn close_scalar(&mut self) {
        /// Bytes: a script is of interest, a certificate or a page is not.
        const LONGEST: usize = 64 * 1024;
        let Some(scalar) = self.scalar.take() else { return };
        let range = scalar.start..scalar.end;
        if let Some(text) = self.text.get(range.clone()).filter(|text| text.len() <= LONGEST) {
            let node = &mut self.data.nodes[scalar.id];
            node.value = Value::Text(text.into());
            node.range = range;
        }
    }

    /// Closes the blocks that what starts at a column does not belong to.
    fn close(&mut self, column: usize, is_item: bool) {
        while let Some(block) = self.open.last() {
            let is_list = matches!(self.data.nodes[block.id].value, Value::List(_));
            // a list may stand as far left as the key it belongs to
            if block.column < column || (block.column == column && is_list == is_item) {
                break;
            }
            self.open.pop();
        }
    }

    /// The node that what starts at a column belongs to, made a list or a map.
    fn container(&mut self, column: usize, is_item: bool, at: usize) -> Id {
        if let Some((left, id)) = self.waiting.take()
            && (column > left || (column == left && is_item))
        {
            let empty = if is_item { Value::List(Vec::new()) } else { Value::Map(Vec::new()) };
            self.data.nodes[id].value = empty;
            if self.open.len() < DEEPEST {
                self.open.push(Block { column, id });
            }
            return id;
        }
        self.close(column, is_item);
        if let Some(block) = self.open.last()
            && is_item == matches!(self.data.nodes[block.id].value, Value::List(_))
        {
            return block.id;
        }
        let empty = if is_item { Value::List(Vec::new()) } else { Value::Map(Vec::new()) };
        let id = self.data.push(empty, at..at);
        self.data.roots.push(id);
        self.open.push(Block { column, id });
        id
    }

    fn add_item(&mut self, column: usize, item: Id) {
        let at = self.data.nodes[item].range.start;
        let list = self.container(column, true, at);
        if let Value::List(items) = &mut self.data.nodes[list].value {
            items.push(item);
        }
    }

    /// `line` begins with the key, at the offset `at`.
    fn pair(&mut self, column: usize, (key, value): (&'t str, &'t str), line: &'t str, at: usize) {
        let map = self.container(column, false, at);
        let key_range = at..at + key.len();
        let id = self.data.push(Value::Nothing, key_range.clone());
        if let Value::Map(entries) = &mut self.data.nodes[map].value {
            entries.push(Entry { key: unquote(key), key_range, value: id });
        }
        let mut value = value;
        if let Some(anchor) = value.strip_prefix('&') {
            let end = anchor.find(char::is_whitespace).unwrap_or(anchor.len());
            self.anchors.insert(&anchor[..end], id);
            value = anchor[end..].trim_start();
        }
        match value {
            "" => self.waiting = Some((column, id)),
            _ if value.starts_with(['|', '>']) && value.len() < 4 => {
                self.data.nodes[id].value = Value::Text(SmolStr::default());
                let start = at + line.len();
                self.scalar = Some(Scalar { column, id, start, end: start });
            }
            _ => self.set(id, value, at + offset_in(line, value)),
        }
    }

    /// Gives a node the value that stands on its line.
    fn set(&mut self, id: Id, value: &'t str, at: usize) {
        let value = without_comment(value);
        if let Some(alias) = value.strip_prefix('*')
            && let Some(target) = self.anchors.get(alias.trim()).filter(|target| **target < id)
        {
            self.data.nodes[id].value = Value::Alias(*target);
            return;
        }
        let range = at..at + value.len();
        if let Some(inner) = value.strip_prefix('[') {
            let items = self.flow_list(inner, at + 1);
            self.data.nodes[id].value = Value::List(items);
        } else {
            self.data.nodes[id].value = Value::Text(unquote(value));
        }
        self.data.nodes[id].range = range;
    }

    /// The texts of `a, "b"]`.
    fn flow_list(&mut self, inner: &str, at: usize) -> Vec<Id> {
        let mut items = Vec::new();
        let mut quote = None;
        let mut start = 0;
        for (index, byte) in inner.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b',' | b']') => {
                    let text = &inner[start..index];
                    if !text.trim().is_empty() {
                        let lead = text.len() - text.trim_start().len();
                        let from = at + start + lead;
                        items.push(self.data.push(Value::Text(unquote(text)), from..from + text.trim().len()));
                    }
                    start = index + 1;
                }
                _ => {}
            }
        }
        items
    }
}

/// Where a part of a text begins in it.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// `key: value`; the value is trimmed and may be empty.
fn key_and_value(content: &str) -> Option<(&str, &str)> {
    let end = match content.as_bytes().first()? {
        quote @ (b'"' | b'\'') => content[1..].find(char::from(*quote))? + 2,
        b'[' | b'{' | b'*' | b'&' | b'!' => return None,
        _ => content.find(": ").or_else(|| content.strip_suffix(':').map(str::len))?,
    };
    let after = content[end..].trim_start().strip_prefix(':')?;
    Some((content[..end].trim_end(), after.trim()))
}

/// A value without the comment that may follow it.
fn without_comment(value: &str) -> &str {
    let quoted = value.as_bytes().first().filter(|byte| matches!(byte, b'"' | b'\''));
    let from = quoted.and_then(|quote| value[1..].find(char::from(*quote))).map_or(0, |close| close + 2);
    let rest = value.get(from..).unwrap_or_default();
    match rest.find(" #") {
        Some(at) => value[..from + at].trim_end(),
        None => value,
    }
}
