//! From a role of the shapes query to the function that lowers it.

use tree_sitter::Node as Syntax;

use super::{calls, control, definitions, expressions, imports, operators, patterns, statements, strings};
use crate::lang::Lower;
use crate::program::*;

pub(super) type Handler = for<'s, 't> fn(&mut Lower<'s, 't>, Syntax<'t>) -> NodeId;

/// Roles whose handler lowers every child in order, broken pieces included.
pub(super) const WHOLE: &[(&str, Handler)] = &[
    ("name", expressions::name),
    ("call", calls::chain),
    ("member", calls::chain),
    ("index", calls::chain),
    ("binary", calls::chain),
    ("sequence", statements::sequence),
    ("statement", statements::statement),
    ("list", expressions::list),
    ("list.target", expressions::target_list),
    ("map", expressions::map),
    ("parenthesized", expressions::parenthesized),
    ("string", strings::string),
    ("string.joined", strings::joined),
    ("integer", strings::integer),
    ("number", strings::number),
    ("true", expressions::true_literal),
    ("false", expressions::false_literal),
    ("none", expressions::none),
    ("splat", expressions::splat),
    ("definition", definitions::function),
    ("class", definitions::class),
    ("decorated", definitions::decorated),
    ("pass", statements::pass),
    ("break", control::leave_loop),
    ("next", control::leave_loop),
    ("call.statement", calls::statement),
    ("unmodelled", opaque),
];

/// Roles whose handler picks fields: broken pieces among the children are lowered beside it.
pub(super) const FIELDS: &[(&str, Handler)] = &[
    ("keyword", calls::keyword),
    ("spread", calls::spread),
    ("boolean", operators::boolean),
    ("not", operators::not),
    ("comparison", operators::comparison),
    ("unary", operators::unary),
    ("choice", operators::choice),
    ("await", expressions::awaited),
    ("lambda", definitions::lambda),
    ("comprehension", expressions::comprehension),
    ("yield", expressions::yielded),
    ("pair", expressions::pair),
    ("assignment", statements::assignment),
    ("assignment.augmented", statements::augmented),
    ("assignment.expression", statements::walrus),
    ("delete", statements::delete),
    ("scope", statements::scope),
    ("condition", control::condition),
    ("loop.while", control::while_loop),
    ("loop.for", control::for_loop),
    ("with", control::with),
    ("try", control::tried),
    ("match", patterns::matched),
    ("raise", control::raise),
    ("assert", control::assertion),
    ("return", control::returned),
    ("alias", statements::alias),
    ("import", imports::modules),
    ("import.from", imports::from),
];

/// Lowers any node, one level deeper.
pub(super) fn lower<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    code.deeper(node, |code| {
        if node.is_missing() {
            return opaque(code, node);
        }
        let Some(role) = code.role(node) else {
            return opaque(code, node);
        };
        if let Some((_, handler)) = WHOLE.iter().find(|(name, _)| *name == role) {
            return handler(code, node);
        }
        match FIELDS.iter().find(|(name, _)| *name == role) {
            Some((_, handler)) => {
                let id = handler(code, node);
                beside_errors(code, node, id)
            }
            None => opaque(code, node),
        }
    })
}

/// Lowers the child in a field; nothing where broken code lacks it.
pub(super) fn field<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, name: &str) -> NodeId {
    match node.child_by_field_name(name) {
        Some(child) => lower(code, child),
        None => {
            let range = node.start_byte()..node.start_byte();
            code.push_range(nothing(Vec::new()), range)
        }
    }
}

/// What is not modelled: the children, in order.
pub(super) fn opaque<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> NodeId {
    let children = all(code, node);
    code.push(nothing(children), node)
}

pub(super) fn nothing(children: Vec<NodeId>) -> Kind {
    Kind::Opaque { children, writes: Vec::new() }
}

/// Lowers the named children, in order.
pub(super) fn all<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Vec<NodeId> {
    Lower::children(node).into_iter().map(|child| lower(code, child)).collect()
}

/// The broken pieces among the children of a node, lowered.
pub(super) fn errors<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>) -> Vec<NodeId> {
    if !node.has_error() {
        return Vec::new();
    }
    let broken: Vec<_> = node.children(&mut node.walk()).filter(|child| child.is_error()).collect();
    broken.into_iter().map(|child| lower(code, child)).collect()
}

/// Keeps the broken pieces among the children of a node that was lowered by field.
pub(super) fn beside_errors<'t>(code: &mut Lower<'_, 't>, node: Syntax<'t>, id: NodeId) -> NodeId {
    let mut parts = errors(code, node);
    if parts.is_empty() {
        return id;
    }
    parts.push(id);
    code.push(Kind::Seq(parts), node)
}
