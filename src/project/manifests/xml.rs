//! The tags of an XML file, one after the other, well-formed or not.

pub(super) struct Tag<'t> {
    pub name: &'t str,
    attributes: &'t str,
    pub closing: bool,
    /// `<x />`.
    pub empty: bool,
    /// The text up to the next tag, trimmed.
    pub text: &'t str,
}

pub(super) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')?..];
            if rest.starts_with("<!--") {
                rest = &rest[rest.find("-->")?..];
                continue;
            }
            let end = tag_end(rest)?;
            let inside = &rest[1..end];
            rest = &rest[end + 1..];
            let closing = inside.starts_with('/');
            let empty = inside.ends_with('/');
            let inside = inside.trim_matches('/');
            let name = inside.split(|letter: char| letter.is_whitespace()).next().unwrap_or_default();
            let text = &rest[..rest.find('<').unwrap_or(rest.len())];
            return Some(Tag { name, attributes: &inside[name.len()..], closing, empty, text: text.trim() });
        }
    })
}

/// The place of the `>` that ends the tag a text begins with: one in quotes does not.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote: Option<u8> = None;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'>' => return Some(at),
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None => {}
        }
    }
    None
}

impl<'t> Tag<'t> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub fn attribute(&self, name: &str) -> Option<&'t str> {
        let mut rest = self.attributes;
        loop {
            let (key, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, more) = after[1..].split_once(quote)?;
            if key.trim().eq_ignore_ascii_case(name) {
                return Some(value.trim());
            }
            rest = more;
        }
    }
}
