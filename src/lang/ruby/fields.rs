//! The fields of the grammar that the lowering goes by.

use std::sync::OnceLock;

use tree_sitter::Node;

macro_rules! fields {
    ($($name:ident $text:literal)*) => {
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Field { $($name),* }

        impl Field {
            pub(super) const ALL: &[(Field, &str)] = &[$((Field::$name, $text)),*];
        }
    };
}

fields! {
    Alias "alias"
    Alternative "alternative"
    Arguments "arguments"
    Block "block"
    Body "body"
    Class "class"
    Condition "condition"
    Consequence "consequence"
    Exceptions "exceptions"
    Guard "guard"
    Handler "handler"
    Key "key"
    Left "left"
    Method "method"
    Name "name"
    Object "object"
    Operand "operand"
    Operator "operator"
    Parameters "parameters"
    Pattern "pattern"
    Receiver "receiver"
    Right "right"
    Scope "scope"
    Superclass "superclass"
    Value "value"
    Variable "variable"
}

/// The first child in a field.
pub(super) fn part<'t>(node: Node<'t>, field: Field) -> Option<Node<'t>> {
    static IDS: OnceLock<Vec<u16>> = OnceLock::new();
    let ids = IDS.get_or_init(|| {
        let grammar = crate::syntax::grammar(crate::program::Language::Ruby);
        let id = |(_, text): &(Field, &str)| grammar.field_id_for_name(text).map_or(0, u16::from);
        Field::ALL.iter().map(id).collect()
    });
    node.child_by_field_id(*ids.get(field as usize)?)
}
