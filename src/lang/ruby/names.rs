//! The names that a statement binds for the statements and methods around it.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use tree_sitter::Node;

use super::fields::{Field, part};
use super::forms::{accessors, aliases, generated_method, method_name, slice, trim_setter};

/// Collects the names of one statement. `locals` are those of the scope it stands in, and grow with it:
/// a block that assigns a local of the scope around it writes that local, any other stays inside the block.
pub(super) struct Bound<'s, 't> {
    text: &'t str,
    locals: &'s mut FxHashSet<SmolStr>,
    seen: FxHashSet<SmolStr>,
    names: Vec<SmolStr>,
}

pub(super) fn bound_names<'t>(statement: Node<'t>, text: &'t str, locals: &mut FxHashSet<SmolStr>) -> Vec<SmolStr> {
    let mut bound = Bound { text, locals, seen: FxHashSet::default(), names: Vec::new() };
    bound.walk(statement);
    bound.names
}

impl<'t> Bound<'_, 't> {
    /// Preorder without recursion; `blocks` counts the scopes of their own around the cursor.
    fn walk(&mut self, statement: Node<'t>) {
        let mut cursor = statement.walk();
        let mut blocks = 0usize;
        loop {
            let node = cursor.node();
            let enters = self.visit(node, blocks > 0);
            if enters && cursor.goto_first_child() {
                blocks += usize::from(is_scope(node));
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                blocks -= usize::from(is_scope(cursor.node()));
            }
        }
    }

    /// Notes what a node binds; `false` if nothing below it binds a name that is seen outside.
    fn visit(&mut self, node: Node<'t>, in_block: bool) -> bool {
        match node.kind() {
            "method" | "singleton_method" => {
                if let Some(name) = part(node, Field::Name) {
                    self.add(trim_setter(&method_name(name, self.text)).into());
                }
                return false;
            }
            "class" | "module" => {
                if let Some(name) = part(node, Field::Name) {
                    self.add(last_part(name, self.text));
                }
            }
            "assignment" | "operator_assignment" => {
                self.target(part(node, Field::Left), in_block);
            }
            "for" => self.target(part(node, Field::Pattern), in_block),
            "exception_variable" => self.target(node.named_child(0), in_block),
            "as_pattern" => self.target(part(node, Field::Name), in_block),
            "alias" | "call" => self.generated(node),
            _ => {}
        }
        true
    }

    fn generated(&mut self, node: Node<'t>) {
        if let Some((new, _)) = aliases(node, self.text) {
            self.add(method_name(new, self.text));
        } else if let Some((name, _)) = generated_method(node, self.text) {
            self.add(trim_setter(&name).into());
        } else if let Some(accessors) = accessors(node, self.text) {
            for (_, name) in accessors.names {
                self.add(name);
            }
        }
    }

    fn target(&mut self, place: Option<Node<'t>>, in_block: bool) {
        let mut queue: Vec<Node<'t>> = place.into_iter().collect();
        while let Some(place) = queue.pop() {
            match place.kind() {
                "identifier" => {
                    let name = SmolStr::from(slice(place, self.text));
                    if !in_block {
                        self.locals.insert(name.clone());
                    }
                    if self.locals.contains(&name) {
                        self.add(name);
                    }
                }
                "constant" | "scope_resolution" => self.add(last_part(place, self.text)),
                "instance_variable" | "class_variable" | "global_variable" => {
                    self.add(slice(place, self.text).into());
                }
                // a setting of a constant or of the object itself may be read elsewhere; those of a record are data
                "call" if starts_at_constant_or_self(place) => {
                    self.add(last_part(place, self.text));
                }
                "left_assignment_list" | "rest_assignment" | "destructured_left_assignment" => {
                    let mut cursor = place.walk();
                    let children: Vec<_> = place.named_children(&mut cursor).collect();
                    queue.extend(children.into_iter().rev());
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, name: SmolStr) {
        if !name.is_empty() && self.seen.insert(name.clone()) {
            self.names.push(name);
        }
    }
}

fn is_scope(node: Node<'_>) -> bool {
    matches!(node.kind(), "block" | "do_block" | "lambda" | "class" | "module" | "singleton_class")
}

/// The constant or method that a path or chain ends with.
pub(super) fn last_part(node: Node<'_>, text: &str) -> SmolStr {
    let name = part(node, Field::Name).or_else(|| part(node, Field::Method));
    slice(name.unwrap_or(node), text).into()
}

fn starts_at_constant_or_self(call: Node<'_>) -> bool {
    let mut node = call;
    while let Some(receiver) = part(node, Field::Receiver).or_else(|| part(node, Field::Scope)) {
        node = receiver;
    }
    matches!(node.kind(), "constant" | "scope_resolution" | "self")
}
