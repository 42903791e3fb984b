//! Conditions over preprocessor symbols: `DEBUG && !(A || B)`.

use smol_str::SmolStr;

use crate::lang::SymbolTest;

/// Parentheses and negations nested deeper than this are not read.
const MAX_DEPTH: usize = 50;

/// Reads the condition of a `#if`; what cannot be read is a symbol that nobody defines.
pub(super) fn parse(text: &str) -> SymbolTest {
    let text = text.split("//").next().unwrap_or_default();
    let mut parser = Parser { rest: text.trim(), depth: 0 };
    match parser.or() {
        Some(test) if parser.rest.is_empty() => simplify(test),
        _ => SymbolTest::Symbol(text.trim().into()),
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> Option<SymbolTest> {
        let mut all = vec![self.and()?];
        while self.eat("||") {
            all.push(self.and()?);
        }
        one_or(all, SymbolTest::Or)
    }

    fn and(&mut self) -> Option<SymbolTest> {
        let mut all = vec![self.equality()?];
        while self.eat("&&") {
            all.push(self.equality()?);
        }
        one_or(all, SymbolTest::And)
    }

    fn equality(&mut self) -> Option<SymbolTest> {
        let left = self.unary()?;
        let equal = if self.eat("==") {
            true
        } else if self.eat("!=") {
            false
        } else {
            return Some(left);
        };
        let right = self.unary()?;
        match (left, right) {
            (SymbolTest::Literal(value), test) | (test, SymbolTest::Literal(value)) => {
                Some(if value == equal { test } else { not(test) })
            }
            // nobody compares two symbols
            _ => None,
        }
    }

    fn unary(&mut self) -> Option<SymbolTest> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let test = if self.eat("!") {
            not(self.unary()?)
        } else if self.eat("(") {
            let inner = self.or()?;
            if !self.eat(")") {
                return None;
            }
            inner
        } else {
            let end =
                self.rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            if word.is_empty() {
                return None;
            }
            self.rest = rest.trim_start();
            match word {
                "true" | "1" => SymbolTest::Literal(true),
                "false" | "0" => SymbolTest::Literal(false),
                _ => SymbolTest::Symbol(word.into()),
            }
        };
        self.depth -= 1;
        Some(test)
    }
}

fn one_or(mut all: Vec<SymbolTest>, join: impl FnOnce(Vec<SymbolTest>) -> SymbolTest) -> Option<SymbolTest> {
    if all.len() == 1 { all.pop() } else { Some(join(all)) }
}

pub(super) fn not(test: SymbolTest) -> SymbolTest {
    match test {
        SymbolTest::Not(inner) => *inner,
        SymbolTest::Literal(value) => SymbolTest::Literal(!value),
        other => SymbolTest::Not(Box::new(other)),
    }
}

/// Drops literals where they decide nothing or everything.
pub(super) fn simplify(test: SymbolTest) -> SymbolTest {
    let join = |all: Vec<SymbolTest>, unit: bool| {
        let mut kept = Vec::with_capacity(all.len());
        for one in all.into_iter().map(simplify) {
            match one {
                SymbolTest::Literal(value) if value == unit => {}
                SymbolTest::Literal(value) => return Err(SymbolTest::Literal(value)),
                other => kept.push(other),
            }
        }
        Ok(kept)
    };
    match test {
        SymbolTest::Not(inner) => not(simplify(*inner)),
        SymbolTest::And(all) => match join(all, true) {
            Err(decided) => decided,
            Ok(kept) if kept.is_empty() => SymbolTest::Literal(true),
            Ok(kept) => one_or(kept, SymbolTest::And).unwrap_or(SymbolTest::Literal(true)),
        },
        SymbolTest::Or(all) => match join(all, false) {
            Err(decided) => decided,
            Ok(kept) if kept.is_empty() => SymbolTest::Literal(false),
            Ok(kept) => one_or(kept, SymbolTest::Or).unwrap_or(SymbolTest::Literal(false)),
        },
        other => other,
    }
}

/// Whether a condition holds in a release build; `defined` holds the `#define`s and `#undef`s of the file.
pub(super) fn in_production(test: &SymbolTest, defined: &[(SmolStr, bool)]) -> bool {
    match test {
        SymbolTest::Literal(value) => *value,
        SymbolTest::Not(inner) => !in_production(inner, defined),
        SymbolTest::And(all) => all.iter().all(|one| in_production(one, defined)),
        SymbolTest::Or(all) => all.iter().any(|one| in_production(one, defined)),
        SymbolTest::Symbol(name) => defined
            .iter()
            .rfind(|(symbol, _)| symbol == name)
            .map_or_else(|| production_symbol(name), |(_, value)| *value),
    }
}

/// What the SDK defines in a release build for a current target: TRACE, RELEASE, NET, NETCOREAPP and their versions
/// with an underscore (`NET8_0`, `NET6_0_OR_GREATER`, `NETCOREAPP3_1_OR_GREATER`). `NET48` and `NETFRAMEWORK` name the
/// old framework, `NETSTANDARD` a library's other target; everything else is the project's own and taken as missing.
fn production_symbol(name: &str) -> bool {
    match name {
        "TRACE" | "RELEASE" | "NET" | "NETCOREAPP" => true,
        _ => name
            .strip_prefix("NETCOREAPP")
            .or_else(|| name.strip_prefix("NET"))
            .is_some_and(|version| version.starts_with(|digit: char| digit.is_ascii_digit()) && version.contains('_')),
    }
}
