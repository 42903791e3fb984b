//! Imports, `using`, and the types that are written beside names.

use smol_str::SmolStr;

use super::Found;
use crate::catalog::{Effect as SymbolEffect, Gives};
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// A value of a declared type, where the type alone says something.
    pub fn typed(&self, ty: &str, lanes: Lanes) -> Option<Val> {
        let bare = ty.split('<').next().unwrap_or(ty).trim_end_matches('?');
        let last = bare.rsplit('.').next().unwrap_or(bare);
        if self.catalog.accessor(self.language, last).is_some_and(|accessor| accessor.gives == Gives::Host) {
            return Some(Val::of(V::Host, lanes));
        }
        if let Some(class) = self.class_named(last) {
            // a value of an enumeration is no object of it
            return (self.classes[class as usize].form != ClassForm::Enum).then(|| Val::of(V::Instance(class), lanes));
        }
        let qualified = self.resolve_type(bare);
        self.symbol_of(&qualified).map(|_| Val::of(V::Made(qualified), lanes))
    }

    /// The qualified name of a type as written, through imports and usings.
    pub fn resolve_type(&self, bare: &str) -> SmolStr {
        let (head, tail) = bare.split_once('.').map_or((bare, None), |(head, tail)| (head, Some(tail)));
        let head = match self.lookup(head) {
            Found::Slot(slot) => match self.slots[slot as usize].single() {
                Some(V::Name(full)) => full.clone(),
                _ => SmolStr::new(head),
            },
            _ => self.qualify(&SmolStr::new(head)),
        };
        match tail {
            Some(tail) => SmolStr::new(format!("{head}.{tail}")),
            None => head,
        }
    }

    /// Gives the lanes that fall through: what is loaded may stop whoever loads it.
    pub fn import(&mut self, at: NodeRef, import: &Import, lanes: Lanes) -> Lanes {
        match import {
            Import::Module { .. } | Import::From { .. } | Import::Star { .. } if self.imports_files(at, import) => {
                return self.import_file(at, import, lanes);
            }
            Import::Module { path, alias: Some(alias) } => {
                let value = Val::of(V::Name(path.clone()), lanes);
                self.bind_import(alias, lanes, &value);
            }
            Import::Module { path, alias: None } => {
                let head = SmolStr::new(path.split('.').next().unwrap_or(path));
                let value = Val::of(V::Name(head.clone()), lanes);
                self.bind_import(&head, lanes, &value);
            }
            Import::From { path, names } => {
                for (name, alias) in names {
                    let full = self.imported(path, name);
                    let value = match self.accessor_value(&full, lanes) {
                        Some(value) => value,
                        None => Val::of(V::Name(full), lanes),
                    };
                    self.bind_import(alias.as_ref().unwrap_or(name), lanes, &value);
                }
            }
            Import::Star { path, is_static, .. } => {
                if let (true, false) = (self.csharp(), *is_static) {
                    let file = self.program.file_of(at.item);
                    self.imported_spaces[file].insert(path.clone());
                }
                let list = if *is_static { &mut self.static_usings } else { &mut self.usings };
                // of namespaces without a name in the catalogue there is nothing to find
                if self.catalog.is_namespace(self.language, path) {
                    list.push(path.clone());
                }
                if self.python() {
                    for symbol in self.catalog.names_under(self.language, path) {
                        let tail = SmolStr::new(symbol.rsplit('.').next().unwrap_or_default());
                        let value = Val::of(V::Name(symbol), lanes);
                        self.bind_import(&tail, lanes, &value);
                    }
                }
            }
            Import::Require { how, path } => {
                let Some(path) = path else { return lanes };
                let lanes = self.load_named(at, path, lanes);
                if how != "require" {
                    return lanes;
                }
                self.switch_required(at, path, lanes);
                self.required.insert(path.clone());
                let library = self
                    .catalog
                    .libraries
                    .iter()
                    .find(|library| library.language == self.language && library.imports.contains(path));
                if let Some(library) = library {
                    let family = library.family;
                    self.record(at, path.clone(), SymbolEffect::Config, family, lanes);
                }
                return lanes;
            }
        }
        lanes
    }

    pub fn bind_import(&mut self, name: &SmolStr, lanes: Lanes, value: &Val) {
        let scope = self.declaring();
        let slot = self.declare(scope, name);
        self.set_slot(slot, lanes, value);
    }

    /// The qualified name of `from path import name`. A factory class of the project stands for the library's base class:
    /// by convention only factory classes live in a module of that name.
    pub fn imported(&self, path: &str, name: &str) -> SmolStr {
        // `checker_factories` holds what makes checkers
        let of_factories = |part: &str| matches!(part, "factory" | "factories");
        let factories = path.split('.').any(of_factories);
        if factories
            && name.len() > "Factory".len()
            && name.ends_with("Factory")
            && self.catalog.symbol(self.language, &format!("{path}.{name}")).is_none()
        {
            return SmolStr::new_static("factory.Factory");
        }
        SmolStr::new(format!("{path}.{name}"))
    }

    /// A preprocessor symbol: DEBUG in development, TRACE always, RELEASE elsewhere, unless the file says otherwise.
    pub fn symbol(&self, name: &str, lanes: Lanes) -> Val {
        if let Some((_, defined)) = self.program.symbols.iter().rev().find(|(known, _)| known == name) {
            return Val::bool(*defined, lanes);
        }
        let yes = match name {
            "DEBUG" => Lanes::DEVELOPMENT,
            "RELEASE" => !Lanes::DEVELOPMENT,
            "TRACE" => Lanes::ALL,
            _ if name.starts_with("NET") => return Val::data(lanes),
            _ => Lanes::NONE,
        };
        Val::either(yes, !yes).only(lanes)
    }
}
