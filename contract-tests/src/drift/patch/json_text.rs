//! JSON as it is written: where each value stands, so that a change touches nothing else.

use std::ops::Range;

/// A value in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// What is in it.
    pub(super) parts: Parts,
}

/// What is in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// Members of an object.
    Object(Vec<Member>),
    /// Items of a list.
    List(Vec<Node>),
    /// Nothing.
    Leaf,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The key.
    pub(super) key: String,
    /// From the key to the end of the value.
    pub(super) span: Range<usize>,
    /// The value.
    pub(super) value: Node,
}

impl Node {
    /// Reads a text; none where it is no JSON.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
        let mut reader = Reader { text, at: 0 };
        reader.value()
    }

    /// The members of an object; none of anything else.
    pub(super) fn members(&self) -> &[Member] {
        match &self.parts {
            Parts::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node] {
        match &self.parts {
            Parts::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// As it is written.
    pub(super) fn written<'text>(&self, text: &'text str) -> &'text str {
        &text[self.span.clone()]
    }

    /// The text that it is, where it is one.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        serde_json::from_str(self.written(text)).ok()
    }
}

struct Reader<'text> {
    text: &'text str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn value(&mut self) -> Option<Node> {
        let first = self.peek()?;
        let start = self.at;
        let parts = match first {
            b'{' => Parts::Object(self.members()?),
            b'[' => Parts::List(self.items()?),
            b'"' => {
                self.string()?;
                Parts::Leaf
            }
            _ => {
                let bytes = self.text.as_bytes();
                let ends = |byte: &u8| b",]}".contains(byte) || byte.is_ascii_whitespace();
                while bytes.get(self.at).is_some_and(|byte| !ends(byte)) {
                    self.at += 1;
                }
                Parts::Leaf
            }
        };
        Some(Node { span: start..self.at, parts })
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        while *bytes.get(self.at)? != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        serde_json::from_str(&self.text[start..self.at]).ok()
    }

    fn members(&mut self) -> Option<Vec<Member>> {
        let mut members = Vec::new();
        self.at += 1;
        loop {
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    let key = self.string()?;
                    self.peek()?;
                    self.at += 1;
                    let value = self.value()?;
                    members.push(Member { key, span: start..self.at, value });
                }
            }
        }
        self.at += 1;
        Some(members)
    }

    fn items(&mut self) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => items.push(self.value()?),
            }
        }
        self.at += 1;
        Some(items)
    }
}

/// The text without a member or an item: its comma goes with it, and its line where it has one.
pub(super) fn without(text: &str, all: &[Range<usize>], index: usize) -> (Range<usize>, String) {
    let span = &all[index];
    if index + 1 < all.len() {
        return (span.start..all[index + 1].start, String::new());
    }
    if index > 0 {
        return (all[index - 1].end..span.end, String::new());
    }
    // The only one: what is left is an empty object or list.
    let before = text[..span.start].trim_end().len();
    let after = span.end + (text[span.end..].len() - text[span.end..].trim_start().len());
    (before..after, String::new())
}

/// The blanks at the beginning of the line that a byte stands on.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_where_it_stands() {
        let text = "{\n  \"a\": [1, \"x\\\"y\"],\n  \"b\": { \"c\": null }\n}";
        let node = Node::read(text).expect("it is JSON");
        let list = node.get("a").expect("there");
        assert_eq!(list.written(text), "[1, \"x\\\"y\"]");
        assert_eq!(list.items()[1].text(text).as_deref(), Some("x\"y"));
        assert_eq!(node.get("b").and_then(|b| b.get("c")).expect("there").written(text), "null");
    }

    #[test]
    fn a_member_goes_with_its_comma() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2\n}";
        let node = Node::read(text).expect("it is JSON");
        let spans: Vec<_> = node.members().iter().map(|member| member.span.clone()).collect();
        let cut = |index| {
            let (span, new) = without(text, &spans, index);
            format!("{}{new}{}", &text[..span.start], &text[span.end..])
        };
        assert_eq!(cut(0), "{\n  \"b\": 2\n}");
        assert_eq!(cut(1), "{\n  \"a\": 1\n}");
    }
}
