//! Calls that read like keywords: visibility, accessors, generated methods, requires.

use smol_str::SmolStr;
use tree_sitter::Node;

use super::fields::{Field, part};
use crate::lang::Lower;
use crate::program::Visibility;

/// A call without a receiver: its name and its argument list, if it has one.
pub(super) fn bare_call<'t>(node: Node<'t>, text: &'t str) -> Option<(&'t str, Option<Node<'t>>)> {
    if node.kind() != "call" || part(node, Field::Receiver).is_some() {
        return None;
    }
    let method = part(node, Field::Method)?;
    Some((slice(method, text), part(node, Field::Arguments)))
}

pub(super) fn slice<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// What a visibility keyword does to the definitions it governs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Access {
    /// Of instance methods.
    Instance(Visibility),
    /// Of methods of the class itself.
    Singleton(Visibility),
    /// `module_function`: methods of the module itself.
    ModuleFunction,
}

pub(super) fn access(name: &str) -> Option<Access> {
    Some(match name {
        "private" | "protected" => Access::Instance(Visibility::Private),
        "public" => Access::Instance(Visibility::Public),
        "private_class_method" => Access::Singleton(Visibility::Private),
        "public_class_method" => Access::Singleton(Visibility::Public),
        "module_function" => Access::ModuleFunction,
        _ => return None,
    })
}

/// `private` and the like without arguments: they govern what follows.
pub(super) fn bare_access(node: Node<'_>, text: &str) -> Option<Access> {
    let name = match node.kind() {
        "identifier" => slice(node, text),
        "call" => match bare_call(node, text)? {
            (name, arguments) if arguments.is_none_or(|list| list.named_child_count() == 0) => name,
            _ => return None,
        },
        _ => return None,
    };
    match access(name)? {
        Access::Singleton(_) => None,
        access => Some(access),
    }
}

/// The method that a member defines, under any number of visibility keywords:
/// a `def`, or `define_method` with a literal name and a block.
pub(super) fn definition_in<'t>(member: Node<'t>, text: &'t str) -> Option<Node<'t>> {
    let mut node = member;
    loop {
        if matches!(node.kind(), "method" | "singleton_method") || generated_method(node, text).is_some() {
            return Some(node);
        }
        let (name, arguments) = bare_call(node, text)?;
        access(name)?;
        node = only_child(arguments?)?;
    }
}

/// `define_method(:x) { … }`: its name and whether it is of the class itself.
pub(super) fn generated_method(node: Node<'_>, text: &str) -> Option<(SmolStr, bool)> {
    let (name, arguments) = bare_call(node, text)?;
    let is_static = match name {
        "define_method" => false,
        "define_singleton_method" => true,
        _ => return None,
    };
    part(node, Field::Block)?;
    Some((literal_name(only_child(arguments?)?, text)?, is_static))
}

/// `attr_reader :a, :b`: the names, and whether each can be read and written.
pub(super) struct Accessors<'t> {
    pub names: Vec<(Node<'t>, SmolStr)>,
    pub readable: bool,
    pub writable: bool,
}

pub(super) fn accessors<'t>(node: Node<'t>, text: &'t str) -> Option<Accessors<'t>> {
    let (name, arguments) = bare_call(node, text)?;
    let (readable, writable) = match name {
        "attr_reader" | "attr" => (true, false),
        "attr_writer" => (false, true),
        "attr_accessor" => (true, true),
        _ => return None,
    };
    let names = Lower::children(arguments?)
        .into_iter()
        .map(|child| Some((child, literal_name(child, text)?)))
        .collect::<Option<Vec<_>>>()?;
    Some(Accessors { names, readable, writable })
}

/// `alias a b` and `alias_method :a, :b`: the nodes of the new and of the old name.
pub(super) fn aliases<'t>(node: Node<'t>, text: &'t str) -> Option<(Node<'t>, Node<'t>)> {
    if node.kind() == "alias" {
        return Some((part(node, Field::Name)?, part(node, Field::Alias)?));
    }
    let ("alias_method", Some(arguments)) = bare_call(node, text)? else {
        return None;
    };
    match Lower::children(arguments)[..] {
        [new, old] => {
            literal_name(new, text).and(literal_name(old, text))?;
            Some((new, old))
        }
        _ => None,
    }
}

/// `require "x"`: the method and the path.
pub(super) fn required<'t>(node: Node<'t>, text: &'t str) -> Option<(&'t str, SmolStr)> {
    let (how @ ("require" | "require_relative" | "load"), Some(arguments)) = bare_call(node, text)? else {
        return None;
    };
    let path = *Lower::children(arguments).first()?;
    (path.kind() == "string").then_some(())?;
    Some((how, literal_name(path, text)?))
}

/// The names in the arguments of `private :a, "b", %i[c d], *[:e]`; `None` if one is not a literal.
pub(super) fn literal_names<'t>(arguments: Node<'t>, text: &'t str) -> Option<Vec<(Node<'t>, SmolStr)>> {
    let mut names = Vec::new();
    let mut queue = Lower::children(arguments);
    queue.reverse();
    while let Some(node) = queue.pop() {
        match node.kind() {
            "array" | "string_array" | "symbol_array" | "splat_argument" => {
                queue.extend(Lower::children(node).into_iter().rev());
            }
            _ => names.push((node, literal_name(node, text)?)),
        }
    }
    Some(names)
}

/// The text of a symbol or of a string without interpolation.
pub(super) fn literal_name(node: Node<'_>, text: &str) -> Option<SmolStr> {
    match node.kind() {
        "simple_symbol" => Some(slice(node, text).trim_start_matches(':').into()),
        "bare_symbol" | "bare_string" => only_text(node).then(|| slice(node, text).into()),
        "string" | "delimited_symbol" => match Lower::children(node)[..] {
            [content] if content.kind() == "string_content" => Some(slice(content, text).into()),
            _ => None,
        },
        _ => None,
    }
}

/// The name of a method as `def`, `alias` and `undef` write it.
pub(super) fn method_name(node: Node<'_>, text: &str) -> SmolStr {
    literal_name(node, text).unwrap_or_else(|| slice(node, text).into())
}

fn only_text(node: Node<'_>) -> bool {
    Lower::children(node).iter().all(|child| child.kind() == "string_content")
}

fn only_child(node: Node<'_>) -> Option<Node<'_>> {
    match Lower::children(node)[..] {
        [child] => Some(child),
        _ => None,
    }
}

/// Without the `=` of a setter; operators such as `==` and `[]=` stay.
pub(super) fn trim_setter(name: &str) -> &str {
    match name.strip_suffix('=') {
        Some(stem) if stem.ends_with(|c: char| c.is_alphanumeric() || c == '_') => stem,
        _ => name,
    }
}
