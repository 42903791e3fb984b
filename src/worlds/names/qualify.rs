//! Qualified names against the catalogue, and the places they make.

use smol_str::SmolStr;

use crate::catalog::{Effect as SymbolEffect, Family};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// The qualified form of a bare name that nothing in the file defines.
    pub fn qualify(&self, name: &SmolStr) -> SmolStr {
        if self.facts.own_names.contains(name) {
            return name.clone();
        }
        if self.csharp() && !self.catalog.has_symbol(self.language, name) {
            for using in self.usings.iter().rev() {
                let full = format!("{using}.{name}");
                if self.catalog.has_symbol(self.language, &full) || self.symbol_prefix(&full) {
                    return SmolStr::new(full);
                }
            }
            for using in self.static_usings.iter().rev() {
                let full = format!("{using}.{name}");
                if self.catalog.symbol(self.language, &full).is_some() {
                    return SmolStr::new(full);
                }
            }
        }
        name.clone()
    }

    fn symbol_prefix(&self, full: &str) -> bool {
        self.catalog.symbol(self.language, full).is_some()
    }

    /// The symbol of a qualified name, if it is the library's here and not the project's own.
    pub fn symbol_of(&self, qualified: &str) -> Option<(SymbolEffect, Family)> {
        let symbol = self.catalog.symbol(self.language, qualified)?;
        if symbol.library.is_empty() {
            return Some((symbol.effect, symbol.family));
        }
        let root = qualified.split('.').next().unwrap_or_default();
        if self.facts.own_names.contains(root) {
            return None;
        }
        if self.ruby() {
            let library = self.catalog.library(self.language, &symbol.library)?;
            let loaded = library.imports.iter().any(|path| self.required.contains(path))
                || match &self.facts.packages {
                    None => library.autoloaded,
                    Some(packages) => library.packages.iter().any(|package| packages.contains(package)),
                };
            if !loaded {
                return None;
            }
        }
        Some((symbol.effect, symbol.family))
    }

    /// A mention of a library's constant that is not part of a longer name.
    pub(super) fn reference(&mut self, at: NodeRef, qualified: &SmolStr, lanes: Lanes) {
        if self.ruby()
            && let Some((_, family)) = self.symbol_of(qualified)
        {
            self.record(at, qualified.clone(), SymbolEffect::Config, family, lanes);
        }
    }

    /// Inside a factory class of factory_boy: what it declares is a definition, not a use; who calls the factory uses it.
    fn defines_factory(&self) -> bool {
        let mut scope = Some(self.st.scope);
        while let Some(at) = scope.filter(|_| self.python()) {
            if let ScopeKind::Class(class) = self.scopes[at as usize].kind {
                let declared = self.library_base(class).is_some_and(|base| base.starts_with("factory."));
                let by_name = |base: &Val| matches!(base.single(), Some(V::Name(name)) if name.ends_with("Factory"));
                if declared || self.classes[class as usize].bases.iter().any(by_name) {
                    return true;
                }
            }
            scope = self.scopes[at as usize].parent;
        }
        false
    }

    pub fn record(&mut self, at: NodeRef, symbol: SmolStr, effect: SymbolEffect, family: Family, lanes: Lanes) {
        if self.defines_factory() {
            return;
        }
        let record = Record {
            at,
            symbol,
            lanes,
            doubt: self.st.doubt & lanes,
            path: self.st.path.clone(),
            cuts: self.st.cuts.clone(),
            effect,
            family,
            switch: None,
        };
        self.contexts[self.context].records.push(record);
    }
}
