//! Rules' documentation in a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

const HEADING: Style = Style::new().bold().underline();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Plain text from the Markdown that rules are documented in: headings, paragraphs, lists, links, code.
pub fn render(markdown: &str, color: bool) -> String {
    let mut out = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            match line.is_empty() {
                true => out.push('\n'),
                false => push(&mut out, &format!("    {line}\n"), CODE, color),
            }
        } else if let Some(heading) = heading(line) {
            push(&mut out, &inline(heading, false), HEADING, color);
            out.push('\n');
        } else {
            out.push_str(&inline(line, color));
            out.push('\n');
        }
    }
    out
}

fn heading(line: &str) -> Option<&str> {
    line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
}

fn push(out: &mut String, text: &str, style: Style, color: bool) {
    let _ = match color {
        true => write!(out, "{style}{text}{style:#}"),
        false => write!(out, "{text}"),
    };
}

/// `[text](address)` becomes `text (address)`, `**strong**` loses its stars, code keeps its ticks unless coloured.
fn inline(line: &str, color: bool) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '[', '*']) {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        rest = if let Some((code, after)) = here[1..].split_once('`').filter(|_| here.starts_with('`')) {
            match color {
                true => push(&mut out, code, CODE, true),
                false => out.push_str(&here[..code.len() + 2]),
            }
            after
        } else if let Some((text, address, after)) = link(here) {
            let _ = write!(out, "{text} ({address})");
            after
        } else if let Some(after) = here.strip_prefix("**") {
            after
        } else {
            out.push_str(&here[..1]);
            &here[1..]
        };
    }
    out.push_str(rest);
    out
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    (!label.contains('[')).then_some((label, address, after))
}

#[cfg(test)]
mod tests {
    #[test]
    fn renders() {
        let check = |markdown, expected| assert_eq!(super::render(markdown, false), expected);
        check("## What it does\nText.\n", "What it does\nText.\n");
        check("#hash\n- a `b` c\n", "#hash\n- a `b` c\n");
        check("```ruby\n# code\n\nx\n```\nend", "    # code\n\n    x\nend\n");
        check(
            "See [the guide](https://x.y/z) and **this** `[no](link)` [a] *b",
            "See the guide (https://x.y/z) and this `[no](link)` [a] *b\n",
        );
        check("open `tick [open", "open `tick [open\n");
        assert_eq!(super::render("# A", true), "\u{1b}[1m\u{1b}[4mA\u{1b}[0m\n");
    }
}
