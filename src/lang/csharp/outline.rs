//! The items of a file.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::members;
use super::syntax::{child, children, dotted, field, name};
use crate::lang::{Outline, Source};
use crate::program::*;

pub(super) fn outline<'t>(source: &Source<'t>) -> Outline<'t> {
    let mut walk = Walk { text: source.masked, outline: Outline::default() };
    walk.run(source.tree.root_node());
    walk.outline
}

struct Walk<'t> {
    text: &'t str,
    outline: Outline<'t>,
}

/// The members of one container that are still to be visited, last first.
struct Frame<'t> {
    container: ItemId,
    interface: bool,
    members: Vec<Node<'t>>,
}

impl<'t> Walk<'t> {
    fn run(&mut self, root: Node<'t>) {
        let file = self.push(None, ItemKind::Container, Vec::new(), root);
        self.outline.items[0].start = 0;
        self.outline.items[0].end = self.text.len() as u32;
        let mut frames = vec![frame(file, false, root)];
        while let Some(mut top) = frames.pop() {
            let Some(member) = top.members.pop() else {
                continue;
            };
            let container = top.container;
            let interface = top.interface;
            if member.kind() == "file_scoped_namespace_declaration" {
                // the members that follow are its children
                let id = self.namespace(container, member);
                top.container = id;
                frames.push(top);
                continue;
            }
            frames.push(top);
            if let Some(inner) = self.member(container, interface, member) {
                frames.push(inner);
            }
        }
    }

    fn member(&mut self, container: ItemId, interface: bool, member: Node<'t>) -> Option<Frame<'t>> {
        let parent = Some(container);
        match member.kind() {
            "namespace_declaration" => {
                let id = self.namespace(container, member);
                Some(frame(id, false, field(member, "body")?))
            }
            "class_declaration" | "struct_declaration" | "record_declaration" | "interface_declaration" => {
                let names = self.named(member);
                let id = self.push(parent, ItemKind::Container, names, member);
                let interface = member.kind() == "interface_declaration";
                Some(frame(id, interface, field(member, "body")?))
            }
            "enum_declaration" => {
                let names = self.named(member);
                self.push(parent, ItemKind::Container, names, member);
                None
            }
            "using_directive" => {
                let names = self.named(member);
                self.push(parent, ItemKind::Import, names, member);
                None
            }
            "global_statement" => {
                let inner = children(member).into_iter().next().unwrap_or(member);
                if inner.kind() == "empty_statement" {
                    return None;
                }
                self.leaf(container, interface, inner)
            }
            _ => self.leaf(container, interface, member),
        }
    }

    fn leaf(&mut self, container: ItemId, interface: bool, node: Node<'t>) -> Option<Frame<'t>> {
        let (kind, names) = if members::is_definition(node) {
            (ItemKind::Def, vec![members::defined_name(self.text, node)])
        } else {
            (ItemKind::Statement, self.bound(node))
        };
        let id = self.push(Some(container), kind, names, node);
        if kind == ItemKind::Def {
            // the other parts of a class may call what is private to it
            let open = interface || members::modifier(self.text, self.outline.nodes[container.0 as usize], "partial");
            self.outline.items[id.0 as usize].visibility = match members::visibility(self.text, node, interface) {
                Visibility::Private if open && !interface => Visibility::Public,
                visibility => visibility,
            };
        }
        None
    }

    fn namespace(&mut self, container: ItemId, node: Node<'t>) -> ItemId {
        let names = self.named(node);
        let id = self.push(Some(container), ItemKind::Container, names, node);
        if node.kind() == "file_scoped_namespace_declaration" {
            self.outline.items[id.0 as usize].end = self.text.len() as u32;
        }
        id
    }

    fn push(&mut self, parent: Option<ItemId>, kind: ItemKind, names: Vec<SmolStr>, node: Node<'t>) -> ItemId {
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

    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn named(&self, node: Node<'_>) -> Vec<SmolStr> {
        field(node, "name").map(|name| dotted(self.text_of(name))).into_iter().collect()
    }

    /// The names that a statement binds, at any depth: declarations, assignments, `out` arguments, captures.
    fn bound(&self, node: Node<'t>) -> Vec<SmolStr> {
        let mut names = Vec::new();
        if matches!(node.kind(), "property_declaration" | "event_declaration" | "delegate_declaration")
            && let Some(found) = field(node, "name")
        {
            names.push(name(self.text_of(found)));
        }
        let mut cursor = node.walk();
        'walk: loop {
            self.bound_here(cursor.node(), &mut names);
            if cursor.goto_first_child() || cursor.goto_next_sibling() {
                continue;
            }
            while cursor.goto_parent() {
                if cursor.goto_next_sibling() {
                    continue 'walk;
                }
            }
            break;
        }
        names
    }

    fn bound_here(&self, node: Node<'t>, names: &mut Vec<SmolStr>) {
        let target = match node.kind() {
            "variable_declarator"
            | "declaration_expression"
            | "declaration_pattern"
            | "var_pattern"
            | "recursive_pattern"
            | "tuple_pattern" => {
                let mut cursor = node.walk();
                names.extend(node.children_by_field_name("name", &mut cursor).map(|found| name(self.text_of(found))));
                return;
            }
            "assignment_expression" => field(node, "left"),
            "argument" if super::calls::writes(node) => children(node).into_iter().last(),
            "postfix_unary_expression" | "prefix_unary_expression" => child(node, "identifier"),
            _ => return,
        };
        let Some(target) = target else { return };
        match target.kind() {
            "identifier" => names.push(name(self.text_of(target))),
            "tuple_expression" => {
                for argument in children(target) {
                    if let Some(inner) = child(argument, "identifier") {
                        names.push(name(self.text_of(inner)));
                    }
                }
            }
            "member_access_expression" => {
                let own = field(target, "expression").is_some_and(|recv| recv.kind() == "this");
                if let Some(member) = field(target, "name").filter(|_| own) {
                    names.push(name(self.text_of(member)));
                }
            }
            _ => {}
        }
    }
}

fn frame<'t>(container: ItemId, interface: bool, body: Node<'t>) -> Frame<'t> {
    let mut members = children(body);
    members.reverse();
    Frame { container, interface, members }
}
