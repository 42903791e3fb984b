//! Standard output: colours, buffering, and readers that go away.

use std::io::{self, BufWriter, Write};

use anstream::{AutoStream, ColorChoice};

use super::Failure;
use super::args::Color;

/// Whether text for people is coloured.
pub fn has_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
    }
}

/// Lets `write` write to standard output. A reader that has seen enough (`| head`) is no failure.
pub fn write(color: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let stdout = io::stdout().lock();
    let result = match color {
        // translates escape sequences for the consoles of old Windows
        true => {
            let mut out = BufWriter::new(AutoStream::always(stdout));
            write(&mut out).and_then(|()| out.flush())
        }
        false => {
            let mut out = BufWriter::new(stdout);
            write(&mut out).and_then(|()| out.flush())
        }
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}
