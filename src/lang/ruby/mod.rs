//! Ruby and ERB.
//!
//! | file | what it does |
//! |---|---|
//! | `mask` | blanks template text and what the grammar's scanner aborts on |
//! | `outline`, `names`, `forms` | items, the names they bind, calls that read like keywords |
//! | `calls`, `arguments` | chains of calls, constants and subscripts; calls with a meaning of their own |
//! | `control` | sequences, conditions, loops, exceptions, jumps |
//! | `matching` | `case`, patterns |
//! | `definitions`, `classes` | methods, blocks, lambdas, parameters; classes |
//! | `values` | operators, assignments, collections |
//! | `literals`, `heredocs` | strings, symbols, numbers |

mod arguments;
mod calls;
mod classes;
mod control;
mod definitions;
mod fields;
mod forms;
mod guard;
mod heredocs;
mod literals;
mod mask;
mod matching;
mod names;
mod outline;
#[cfg(test)]
mod tests;
mod values;

use tree_sitter::Node;

use super::{Adapter, Lower, Masked, Outline, Source};
use crate::program::*;
use definitions::{Context, Implicit};
use heredocs::Heredocs;

pub struct Ruby;

impl Adapter for Ruby {
    fn mask<'t>(&self, text: &'t str, template: bool) -> Masked<'t> {
        mask::mask(text, template)
    }

    fn outline<'t>(&self, source: &Source<'t>) -> Outline<'t> {
        outline::outline(source)
    }

    fn lower(&self, source: &Source<'_>, outline: &Outline<'_>, id: ItemId) -> Code {
        Lowering::new(source, outline, id).item(id)
    }
}

/// The lowering of one item.
struct Lowering<'s, 't> {
    out: Lower<'s, 't>,
    heredocs: Heredocs<'t>,
    /// What definitions in the current body get.
    context: Context,
    /// The parameters that each block around uses without declaring them.
    implicit: Vec<Implicit>,
    /// The next expression stands as a statement: its value may be lost.
    statement: bool,
}

impl<'s, 't> Lowering<'s, 't> {
    fn new(source: &'s Source<'t>, outline: &'s Outline<'t>, id: ItemId) -> Self {
        Lowering {
            out: Lower::new(source, outline, id),
            heredocs: Heredocs::default(),
            context: Context::default(),
            implicit: Vec::new(),
            statement: false,
        }
    }

    fn item(mut self, id: ItemId) -> Code {
        let outline = self.out.outline;
        let (Some(item), Some(&node)) = (outline.items.get(id.0 as usize), outline.nodes.get(id.0 as usize)) else {
            return self.out.finish(NodeId(0));
        };
        let flags = outline.flags.get(&id.0).copied().unwrap_or_default();
        let root = match item.kind {
            ItemKind::Container => self.container(id, node),
            kind => {
                self.find_heredocs(node, item.start as usize..item.end as usize);
                let in_singleton = item
                    .parent
                    .and_then(|parent| outline.nodes.get(parent.0 as usize))
                    .is_some_and(|parent| parent.kind() == "singleton_class");
                self.context = Context {
                    instance: item.visibility,
                    singleton: item.visibility,
                    is_static: in_singleton || flags & outline::STATIC != 0,
                };
                self.statement = true;
                let root = match forms::bare_access(node, self.out.source.masked) {
                    // heeded by the outline
                    Some(_) => self.out.nil(node),
                    None => self.expr(node),
                };
                if kind == ItemKind::Def {
                    root
                } else {
                    let root = self.with_unclaimed_heredocs(root, node);
                    if flags & outline::BROKEN != 0 { self.opaque_of(vec![root], node) } else { root }
                }
            }
        };
        self.out.finish(root)
    }

    /// An expression or statement.
    fn expr(&mut self, node: Node<'t>) -> NodeId {
        let statement = std::mem::take(&mut self.statement);
        if !self.out.enter() {
            return self.out.flat(node);
        }
        let role = self.out.role(node);
        let id = self.by_role(role, node, statement);
        self.out.leave();
        match role {
            // these lower all of their children themselves
            None | Some("sequence" | "list" | "definition") => id,
            _ => self.with_errors(id, node),
        }
    }

    fn by_role(&mut self, role: Option<&str>, node: Node<'t>, statement: bool) -> NodeId {
        match role {
            Some("name") => self.name(node, statement),
            Some("self") => self.out.push(Kind::SelfRef, node),
            Some("super") => self.bare_super(node),
            Some("field") => {
                let name = self.out.text(node).into();
                self.out.push(Kind::Field(name), node)
            }
            Some("literal") => self.literal(node),
            Some("string") => self.string(node),
            Some("symbol") => self.symbol(node),
            Some("heredoc") => self.heredoc(node),
            Some("regex") => self.regex(node),
            Some("shell") => self.shell(node),
            Some("list") => self.list(node),
            Some("map") => self.map(node),
            Some("splat") => self.splat(node),
            Some("call" | "member" | "index") => self.chain(node, statement),
            Some("assignment") => self.assignment(node),
            Some("assignment.operator") => self.operator_assignment(node),
            Some("operation") => self.operation(node, statement),
            Some("operation.unary") => self.unary(node),
            Some("sequence") => self.sequence(node, statement),
            Some("sequence.exit") => self.at_exit(node),
            Some("condition") => self.condition(node, statement),
            Some("loop") => self.looped(node),
            Some("loop.each") => self.for_each(node),
            Some("try") => self.rescue_modifier(node, statement),
            Some("match") => self.case(node),
            Some("match.pattern") => self.case_in(node),
            Some("match.test") => self.pattern_test(node),
            Some("leave") => self.leave(node),
            Some("yield") => self.yielded(node),
            Some("definition") => self.definition(node),
            Some("class") => self.class(node),
            Some("lambda") => self.lambda(node),
            Some("alias") => self.alias(node),
            Some("undefinition") => self.undefinition(node),
            Some("heredoc_body") => self.heredoc_text(node, node, false),
            _ => self.opaque(node),
        }
    }

    /// What is not modelled: its children in order.
    fn opaque(&mut self, node: Node<'t>) -> NodeId {
        if node.kind() == "retry" {
            let how = Leave::Goto(RETRY.into());
            return self.out.push(Kind::Leave { how, value: None }, node);
        }
        let children = self.exprs(Lower::children(node));
        self.opaque_of(children, node)
    }

    fn opaque_of(&mut self, children: Vec<NodeId>, node: Node<'t>) -> NodeId {
        let writes = Vec::new();
        self.out.push(Kind::Opaque { children, writes }, node)
    }

    fn exprs(&mut self, nodes: impl IntoIterator<Item = Node<'t>>) -> Vec<NodeId> {
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    /// What did not parse between the parts of a node may run before it.
    fn with_errors(&mut self, id: NodeId, node: Node<'t>) -> NodeId {
        if !node.has_error() {
            return id;
        }
        let mut cursor = node.walk();
        let errors: Vec<_> =
            node.children(&mut cursor).filter(|child| child.is_error() && child.named_child_count() > 0).collect();
        if errors.is_empty() {
            return id;
        }
        let mut all = self.exprs(errors);
        all.push(id);
        self.out.push(Kind::Seq(all), node)
    }
}

/// The roles that the lowering answers to: the captures of the query, no more and no less.
#[cfg(test)]
const ROLES: &[&str] = &[
    "name",
    "self",
    "super",
    "field",
    "literal",
    "string",
    "symbol",
    "heredoc",
    "heredoc_body",
    "regex",
    "shell",
    "list",
    "map",
    "splat",
    "call",
    "member",
    "index",
    "assignment",
    "assignment.operator",
    "operation",
    "operation.unary",
    "sequence",
    "sequence.exit",
    "condition",
    "loop",
    "loop.each",
    "try",
    "match",
    "match.pattern",
    "match.test",
    "leave",
    "yield",
    "definition",
    "class",
    "lambda",
    "alias",
    "undefinition",
];
