//! GitHub Actions workflow commands: annotations on the lines of a pull request.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::rules::Severity;

use super::{Report, Reported, text};

/// Writes one command a finding, one a skipped file, and the summary as a line of the log.
///
/// # Errors
/// Those of the writer.
pub fn github(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for reported in &report.findings {
        writeln!(out, "{}", command(reported))?;
    }
    for skipped in &report.skipped {
        writeln!(
            out,
            "::warning file={},title={}::{}",
            property(&skipped.path),
            property("prodguard: skipped"),
            data(&format!("This file was not checked: {}", skipped.why))
        )?;
    }
    writeln!(out, "{}", text::summary(report))
}

fn command(reported: &Reported) -> String {
    let finding = &reported.finding;
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (start, end) = (reported.at.start, reported.at.end);
    let mut command = format!("::{level} file={},line={}", property(&reported.path), start.line);
    // the runner drops columns, with a complaint, where the lines differ
    let _ = match start.line == end.line {
        true => write!(command, ",col={},endLine={},endColumn={}", start.column, end.line, end.column),
        false => write!(command, ",endLine={}", end.line),
    };
    let mut message = finding.message.clone();
    for step in reported.way() {
        let _ = write!(message, "\n{}: {}", step.place(&reported.path), step.text);
    }
    if !finding.help.is_empty() {
        let _ = write!(message, "\nhelp: {}", finding.help);
    }
    let _ = write!(command, ",title={}::{}", property(&format!("prodguard: {}", finding.rule)), data(&message));
    command
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn annotations() {
        let mut out = Vec::new();
        super::github(&testing::report(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn nothing_breaks_out_of_a_command() {
        assert_eq!(super::property("a,b:c%\r\n"), "a%2Cb%3Ac%25%0D%0A");
        assert_eq!(super::data("a,b::c%\n"), "a,b::c%25%0A");
    }
}
