//! Commands as a shell splits them: enough of it for what starts a program.

use std::ops::Range;

use smol_str::SmolStr;

use crate::program::deployment::Word;

/// Bytes of a command above which it is a program of its own.
const LONGEST: usize = 64 * 1024;

/// A command line cut into simple commands.
#[derive(Debug, Default, PartialEq)]
pub struct Simple {
    /// `A=1` before the first word.
    pub assignments: Vec<Assignment>,
    pub words: Vec<Word>,
}

#[derive(Debug, PartialEq)]
pub struct Assignment {
    pub name: SmolStr,
    pub value: SmolStr,
    pub range: Range<usize>,
}

/// Splits `range` of a text into words and at `&&`, `||`, `;`, `|`, `&` and unquoted ends of lines. A backslash before the
/// end of a line joins it with the next one, past lines that are comments.
pub fn split(text: &str, range: Range<usize>) -> Vec<Simple> {
    let end = range.end.min(range.start.saturating_add(LONGEST)).min(text.len());
    let bytes = &text.as_bytes()[..end];
    let mut all = Vec::new();
    let mut words = Vec::new();
    let mut at = range.start;
    while at < end {
        match bytes[at] {
            b' ' | b'\t' => at += 1,
            b'\\' if is_line_end(bytes, at + 1) => at = joined(bytes, at + 1),
            b'\\' if bytes.get(at + 1).is_none() => at += 1,
            b'#' => at = line_end(bytes, at),
            b';' | b'&' | b'|' | b'\n' | b'\r' | b'(' | b')' => {
                all.push(std::mem::take(&mut words));
                at += 1;
            }
            _ => {
                let (word, next) = word(text, at, end);
                words.push(word);
                at = next;
            }
        }
    }
    all.push(words);
    all.into_iter().filter(|words| !words.is_empty()).map(simple).collect()
}

fn is_line_end(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'\n' | b'\r'))
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

/// Past the end of a line at `at`, and past lines of comments after it.
fn joined(bytes: &[u8], mut at: usize) -> usize {
    loop {
        if bytes.get(at) == Some(&b'\r') {
            at += 1;
        }
        if bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
        let indent = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if bytes.get(at + indent) != Some(&b'#') {
            return at;
        }
        at = line_end(bytes, at + indent);
    }
}

/// The word at an offset, and where the text goes on.
fn word(text: &str, start: usize, end: usize) -> (Word, usize) {
    let bytes = text.as_bytes();
    let mut value = Vec::new();
    let mut at = start;
    let mut quote = None;
    while at < end {
        let byte = bytes[at];
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None | Some(b'"'), b'\\') if at + 1 < end => {
                if is_line_end(bytes, at + 1) {
                    break;
                }
                at += 1;
                value.push(bytes[at]);
            }
            (None, b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|') => break,
            (None, b')') => break,
            _ => value.push(byte),
        }
        at += 1;
    }
    let at = at.max(start + 1);
    let text = String::from_utf8_lossy(&value);
    (Word { text: SmolStr::new(text), range: start..at }, at)
}

fn simple(words: Vec<Word>) -> Simple {
    let mut simple = Simple::default();
    for word in words {
        match assignment(&word) {
            Some(assignment) if simple.words.is_empty() => simple.assignments.push(assignment),
            _ if simple.words.is_empty() && matches!(word.text.as_str(), "env" | "export" | "cross-env" | "exec") => {}
            _ => simple.words.push(word),
        }
    }
    simple
}

fn assignment(word: &Word) -> Option<Assignment> {
    let (name, value) = word.text.split_once('=')?;
    is_name(name).then(|| Assignment { name: name.into(), value: value.into(), range: word.range.clone() })
}

/// Whether a text can be the name of an environment variable.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What a list of words in exec form starts: itself, or what `sh -c` is given.
pub fn of_list(words: Vec<Word>) -> Vec<Simple> {
    let is_shell = |word: &Word| matches!(word.text.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "zsh"));
    let is_command =
        |word: &Word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c');
    let given = words.windows(2).position(|pair| is_shell(&pair[0]) && is_command(&pair[1]));
    let Some(script) = given.and_then(|at| words.get(at + 2)) else {
        return vec![simple(words)];
    };
    // places inside of a quoted text are not known: all of it stands for each word
    let inner = split(&script.text, 0..script.text.len());
    let place = |mut simple: Simple| {
        simple.words.iter_mut().for_each(|word| word.range = script.range.clone());
        simple.assignments.iter_mut().for_each(|assignment| assignment.range = script.range.clone());
        simple
    };
    inner.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(all: &[Simple]) -> String {
        let one = |simple: &Simple| {
            let assignments = simple.assignments.iter().map(|it| format!("{}:={}", it.name, it.value));
            let words = simple.words.iter().map(|word| word.text.to_string());
            assignments.chain(words).collect::<Vec<_>>().join(" ")
        };
        all.iter().map(one).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn commands_are_split_as_a_shell_does() {
        let check = |text: &str, expected: &str| assert_eq!(show(&split(text, 0..text.len())), expected, "{text}");
        check("flask run --debug", "flask run --debug");
        check("A=1 env B='x y' flask run", "A:=1 B:=x y flask run");
        check("a && b;c | d & e", "a | b | c | d | e");
        check("a \\\n  b \\\n  # no\n  c", "a b c");
        check("a \\\r\n b\r\nc # d", "a b | c");
        check("echo \"a b\" 'c d", "echo a b c d");
        check("a\\", "a\\");
        check("", "");
    }

    #[test]
    fn a_shell_in_exec_form_is_looked_into() {
        let words = |all: &[&str]| all.iter().map(|text| Word { text: (*text).into(), range: 0..1 }).collect();
        assert_eq!(show(&of_list(words(&["sh", "-c", "A=1 flask run && b"]))), "A:=1 flask run | b");
        assert_eq!(show(&of_list(words(&["flask", "run"]))), "flask run");
        assert_eq!(show(&of_list(words(&["/bin/bash", "-lc"]))), "/bin/bash -lc");
    }
}
