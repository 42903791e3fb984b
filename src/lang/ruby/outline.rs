//! The items of a Ruby file.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use tree_sitter::Node;

use super::fields::{Field, part};
use super::forms::{
    Access, access, accessors, aliases, bare_access, bare_call, definition_in, generated_method, literal_names,
    method_name, required, slice, trim_setter,
};
use super::names::{bound_names, last_part};
use crate::lang::{Outline, Source};
use crate::program::*;

/// The method is one of the class itself: `class << self`, `module_function`, `extend self`.
pub(super) const STATIC: u8 = 1;
/// The statement stands in text that did not parse: whether it runs is not known.
pub(super) const BROKEN: u8 = 2;

/// A container whose members are being walked.
struct Frame<'t> {
    id: ItemId,
    singleton: bool,
    /// In reverse order; `true` below an error.
    members: Vec<(Node<'t>, bool)>,
    last: Option<ItemId>,
    visibility: Visibility,
    module_function: bool,
    extends_itself: bool,
    methods: Vec<ItemId>,
    instance: FxHashMap<SmolStr, ItemId>,
    of_class: FxHashMap<SmolStr, ItemId>,
    locals: FxHashSet<SmolStr>,
}

impl<'t> Frame<'t> {
    fn new(id: ItemId, container: Node<'t>) -> Self {
        Frame {
            id,
            singleton: container.kind() == "singleton_class",
            members: members(container),
            last: None,
            visibility: Visibility::Public,
            module_function: false,
            extends_itself: false,
            methods: Vec::new(),
            instance: FxHashMap::default(),
            of_class: FxHashMap::default(),
            locals: FxHashSet::default(),
        }
    }
}

struct Walk<'s, 't> {
    text: &'t str,
    outline: Outline<'t>,
    stack: Vec<Frame<'t>>,
    source: &'s Source<'t>,
}

pub(super) fn outline<'t>(source: &Source<'t>) -> Outline<'t> {
    let mut walk = Walk { text: source.masked, outline: Outline::default(), stack: Vec::new(), source };
    walk.run();
    walk.outline
}

impl<'t> Walk<'_, 't> {
    fn run(&mut self) {
        let root = self.source.tree.root_node();
        let file = self.push(None, root, ItemKind::Container, Vec::new());
        if let Some(item) = self.outline.items.first_mut() {
            (item.start, item.end) = (0, self.text.len() as u32);
        }
        self.stack.push(Frame::new(file, root));
        while let Some(mut frame) = self.stack.pop() {
            let Some((node, broken)) = frame.members.pop() else {
                continue;
            };
            let inner = self.member(&mut frame, node, broken);
            self.stack.push(frame);
            self.stack.extend(inner);
        }
    }

    fn push(&mut self, parent: Option<ItemId>, node: Node<'t>, kind: ItemKind, names: Vec<SmolStr>) -> ItemId {
        self.outline.items.push(Item {
            parent,
            kind,
            visibility: Visibility::Public,
            names,
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
            code: None,
            live: false,
        });
        self.outline.nodes.push(node);
        ItemId(self.outline.items.len() as u32 - 1)
    }

    fn flag(&mut self, id: ItemId, flag: u8) {
        *self.outline.flags.entry(id.0).or_default() |= flag;
    }

    fn set_visibility(&mut self, id: ItemId, visibility: Visibility) {
        if let Some(item) = self.outline.items.get_mut(id.0 as usize) {
            item.visibility = visibility;
        }
    }

    /// Adds a member to its container; a container of its own comes back to be walked next.
    fn member(&mut self, frame: &mut Frame<'t>, node: Node<'t>, broken: bool) -> Option<Frame<'t>> {
        match node.kind() {
            "heredoc_body" => {
                let last = frame.last.and_then(|id| self.outline.items.get_mut(id.0 as usize));
                if let Some(item) = last {
                    item.end = item.end.max(node.end_byte() as u32);
                }
                return None;
            }
            "comment" | "empty_statement" | "uninterpreted" => return None,
            "ERROR" => {
                frame.members.extend(named(node).into_iter().rev().map(|child| (child, true)));
                return None;
            }
            "class" | "module" | "singleton_class" if is_container(node, self.text) => {
                let name = part(node, Field::Name).map(|name| last_part(name, self.text));
                let names = name.into_iter().collect();
                let id = self.push(Some(frame.id), node, ItemKind::Container, names);
                frame.last = Some(id);
                return Some(Frame::new(id, node));
            }
            _ => {}
        }
        let id = if let Some(method) = definition_in(node, self.text) {
            self.method(frame, node, method)
        } else {
            self.statement(frame, node, broken)
        };
        frame.last = Some(id);
        None
    }

    fn method(&mut self, frame: &mut Frame<'t>, node: Node<'t>, method: Node<'t>) -> ItemId {
        let (name, own) = match generated_method(method, self.text) {
            Some(generated) => generated,
            None => (
                part(method, Field::Name).map_or_else(SmolStr::default, |name| method_name(name, self.text)),
                method.kind() == "singleton_method",
            ),
        };
        let bound = vec![SmolStr::from(trim_setter(&name))];
        let id = self.push(Some(frame.id), node, ItemKind::Def, bound);
        let (mut visibility, mut module_function) = (Visibility::Public, false);
        if !own {
            (visibility, module_function) = (frame.visibility, frame.module_function);
        }
        // the innermost keyword runs first, so the outermost decides
        if let Some(access) = bare_call(node, self.text).and_then(|(name, _)| access(name)) {
            match access {
                Access::Instance(chosen) if !own => visibility = chosen,
                Access::Singleton(chosen) if own => visibility = chosen,
                Access::ModuleFunction => module_function = true,
                _ => {}
            }
        }
        self.set_visibility(id, visibility);
        if frame.singleton || module_function || (frame.extends_itself && !own) {
            self.flag(id, STATIC);
        }
        frame.methods.push(id);
        let table = if own { &mut frame.of_class } else { &mut frame.instance };
        table.insert(name, id);
        id
    }

    fn statement(&mut self, frame: &mut Frame<'t>, node: Node<'t>, broken: bool) -> ItemId {
        let kind = match required(node, self.text) {
            Some(_) => ItemKind::Import,
            // a module taken in brings methods as a file does
            None if mixes_in(node, self.text) => ItemKind::Import,
            None => ItemKind::Statement,
        };
        let names = bound_names(node, self.text, &mut frame.locals);
        let id = self.push(Some(frame.id), node, kind, names);
        if broken {
            self.flag(id, BROKEN);
        }
        if let Some(access) = bare_access(node, self.text) {
            match access {
                Access::ModuleFunction => frame.module_function = true,
                Access::Instance(visibility) => {
                    (frame.visibility, frame.module_function) = (visibility, false);
                }
                Access::Singleton(_) => {}
            }
        } else if let Some((name, Some(arguments))) = bare_call(node, self.text) {
            self.declaration(frame, id, name, arguments);
        } else if let Some((new, _)) = aliases(node, self.text) {
            frame.instance.insert(method_name(new, self.text), id);
        }
        id
    }

    /// `private :a`, `private attr_reader :a`, `extend self`, `attr_reader :a`.
    fn declaration(&mut self, frame: &mut Frame<'t>, id: ItemId, name: &str, arguments: Node<'t>) {
        if let Some(access) = access(name) {
            for (_, name) in literal_names(arguments, self.text).unwrap_or_default() {
                let (table, visibility) = match access {
                    Access::Instance(visibility) => (&frame.instance, Some(visibility)),
                    Access::Singleton(visibility) => (&frame.of_class, Some(visibility)),
                    Access::ModuleFunction => (&frame.instance, None),
                };
                if let Some(&method) = table.get(&name) {
                    match visibility {
                        Some(visibility) => self.set_visibility(method, visibility),
                        None => self.flag(method, STATIC),
                    }
                }
            }
            let mut cursor = arguments.walk();
            let of_accessors = arguments.named_children(&mut cursor).any(|child| accessors(child, self.text).is_some());
            if let (true, Access::Instance(visibility)) = (of_accessors, access) {
                self.set_visibility(id, visibility);
            }
        } else if name == "extend" {
            let mut cursor = arguments.walk();
            let itself = arguments.named_children(&mut cursor).any(|child| child.kind() == "self");
            if itself && !frame.extends_itself {
                frame.extends_itself = true;
                for method in frame.methods.clone() {
                    self.flag(method, STATIC);
                }
            }
        }
        if let Some(accessors) = self.outline.nodes.get(id.0 as usize).and_then(|node| accessors(*node, self.text)) {
            self.set_visibility(id, frame.visibility);
            for (_, name) in accessors.names {
                frame.instance.insert(name, id);
            }
        }
    }
}

/// `include M`, `extend M`, `prepend M`.
fn mixes_in(node: Node<'_>, text: &str) -> bool {
    matches!(bare_call(node, text), Some(("include" | "extend" | "prepend", Some(_))))
}

/// The members of a file or class in reverse order, heredoc texts after its body included.
fn members(container: Node<'_>) -> Vec<(Node<'_>, bool)> {
    let mut all = Vec::new();
    if container.kind() == "program" {
        all = named(container);
    } else if container.is_error() {
        all.push(container);
    } else {
        let body = part(container, Field::Body);
        for child in named(container) {
            if Some(child) == body {
                all.extend(named(child));
            } else if child.is_error() || child.kind() == "heredoc_body" {
                all.push(child);
            }
        }
    }
    all.into_iter().rev().map(|node| (node, false)).collect()
}

fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// Whether the members of a class are items: not where a `rescue` spans them, nor in `class << other`.
pub(super) fn is_container(class: Node<'_>, text: &str) -> bool {
    let of_itself = class.kind() != "singleton_class"
        || part(class, Field::Value).is_some_and(|value| slice(value, text) == "self");
    let guarded = part(class, Field::Body)
        .is_some_and(|body| named(body).iter().any(|child| matches!(child.kind(), "rescue" | "else" | "ensure")));
    of_itself && !guarded
}
