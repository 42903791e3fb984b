//! The nodes of a program.

use smol_str::SmolStr;

use super::ItemId;

/// Index of a node in [`Code::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A node of the whole program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeRef {
    pub item: ItemId,
    pub node: NodeId,
}

/// Byte range, counted from the start of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// The lowered text of one item.
#[derive(Clone, Debug)]
pub struct Code {
    /// Children stand before their parents.
    pub nodes: Vec<Node>,
    pub root: NodeId,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub span: Span,
    pub kind: Kind,
}

/// What a node does. Statements are expressions: the value of a statement that has none is nil.
#[derive(Clone, Debug)]
pub enum Kind {
    Lit(Lit),
    /// A bare identifier or constant: a local, a member of an enclosing class, or a name of the file or beyond.
    /// In Ruby an identifier that is not a local is a call without arguments; the evaluator decides.
    Name(SmolStr),
    /// `self`, `this`; Python's first parameter of a method is an ordinary [`Kind::Name`].
    SelfRef,
    /// `super`, `base`.
    Super,
    /// Ruby `@x`, `@@x`, `$x`: a field of the surrounding object (`@x`, `@@x`) or of the program (`$x`), with the sigil.
    Field(SmolStr),
    /// `a.b`, `a::B`, `a&.b`, `a?.b` without a call. In Ruby `a.b` with a lower-case `b` is a [`Kind::Call`].
    Attr {
        recv: NodeId,
        name: SmolStr,
        safe: bool,
    },
    /// `a[b]`, `a?[b]`.
    Index {
        recv: NodeId,
        args: Vec<NodeId>,
        safe: bool,
    },
    /// Array, list, tuple, set or collection literal; `Splat` children are spread.
    List(Vec<NodeId>),
    /// Hash, dict; a key of `None` spreads its value.
    Map(Vec<(Option<NodeId>, NodeId)>),
    /// A string with parts: literals and expressions, in order.
    Interp(Vec<NodeId>),
    Call(Box<Call>),
    /// `a && b && c`, flat. The value is the deciding operand (C#: a bool).
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    /// `a ?? b ?? c`, flat.
    Coalesce(Vec<NodeId>),
    Not(NodeId),
    Binary {
        op: Op,
        left: NodeId,
        right: NodeId,
    },
    /// `if`, `unless` (its condition under `Not`), `elsif` ladders, ternaries, modifiers; flat.
    If {
        arms: Vec<(NodeId, NodeId)>,
        otherwise: Option<NodeId>,
    },
    /// `case`, `match`, `switch`, switch expressions, `is` patterns as values (see [`Kind::Is`]).
    /// `breaks`: a `break` inside leaves it (the C# switch statement).
    Match {
        subject: Option<NodeId>,
        arms: Vec<Arm>,
        otherwise: Option<NodeId>,
        breaks: bool,
    },
    /// `subject is pattern` (C#), `subject in pattern` (Ruby): a bool.
    Is {
        subject: NodeId,
        pattern: Box<Pattern>,
    },
    Seq(Vec<NodeId>),
    /// Assignment. The place is a `Name`, `Field`, `Attr`, `Index`, or a `List` of places (destructuring; `Splat` allowed).
    Set {
        place: NodeId,
        op: SetOp,
        value: NodeId,
    },
    /// Declares a name of the innermost scope and of the type written, if any: C# locals, fields and auto-properties.
    /// No value: C#'s default, or set elsewhere.
    Let {
        name: SmolStr,
        ty: Option<SmolStr>,
        value: Option<NodeId>,
        /// A member that code beyond the file may set: a public field, a property with a public `set` or `init`.
        settable: bool,
    },
    /// C# `out x`, `out var x` (a `Let` without value) as an argument: the call writes the place.
    Out(NodeId),
    /// Python `with a as x, b: body`: context managers, each with the place it is bound to.
    With {
        items: Vec<(NodeId, Option<NodeId>)>,
        body: NodeId,
    },
    Loop(Box<Loop>),
    Try(Box<Try>),
    /// `return`, `break`, `next`/`continue`, `goto`.
    Leave {
        how: Leave,
        value: Option<NodeId>,
    },
    /// The target of a `goto`.
    Label(SmolStr),
    /// `raise`, `throw`. No value: raise again what is being handled.
    Raise(Option<NodeId>),
    /// `yield` in Ruby (calls the block), in Python and C# (`yield return`): produces an element.
    Yield(Vec<NodeId>),
    /// A named definition inside a statement; defines the name where it stands.
    Def(Box<Def>),
    /// A lambda, proc, block argument or comprehension body as a value.
    Lambda(Box<Def>),
    Class(Box<Class>),
    Import(Box<Import>),
    /// A child item of a container, executed here when it is hot.
    Item(ItemId),
    /// C#: a preprocessor symbol as a condition.
    Symbol(SmolStr),
    /// `*x`, `**x`, `...x`.
    Splat(NodeId),
    /// A keyword or named argument; stands only in argument lists.
    Keyword(SmolStr, NodeId),
    /// `await x`, a cast, parentheses that matter, `ref x`: the value of `x`, of the type named if one is.
    Typed(NodeId, Option<SmolStr>),
    /// What is not modelled: its children may run, in order, and it may write the names listed.
    Opaque {
        children: Vec<NodeId>,
        writes: Vec<SmolStr>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Lit {
    Nil,
    Bool(bool),
    Int(i64),
    /// A number that is not a small integer, as written.
    Number(SmolStr),
    /// Unescaped where that is simple; otherwise as written.
    Str(SmolStr),
    Symbol(SmolStr),
    Regex {
        pattern: SmolStr,
        ignore_case: bool,
    },
}

/// A call. `f(x)`, `a.f(x)`, `new T(x) { A = b }`, Ruby `f x do … end`, `f.(x)`, `f[x]` on a proc is an Index.
#[derive(Clone, Debug)]
pub struct Call {
    /// A `Name` (`f`), an `Attr` (`a.f`), or any expression whose value is called (`f()()`).
    /// Construction is a call of the class: Ruby keeps `.new` as an `Attr`, C# and Python call the type itself.
    pub callee: NodeId,
    /// Positional arguments, `Splat`, `Keyword`; a Ruby trailing hash of symbol keys becomes `Keyword`s.
    pub args: Vec<NodeId>,
    /// A Ruby block (`Lambda`), a `&blk` argument (any expression), or the body of a Python `with` (see `with`).
    pub block: Option<NodeId>,
    /// `a&.f`, `a?.f()`: nil when the receiver is nil.
    pub safe: bool,
    /// C#: `new T(…)`.
    pub construct: bool,
    /// C#: type arguments, as written (`AddHostedService<DemoSeeder>()`).
    pub type_args: Vec<SmolStr>,
    /// C#: an object or collection initialiser, Set nodes on `Attr{recv: SelfRef}` for members and plain values for elements.
    pub initialiser: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    /// Python `is`, `is not`.
    Same,
    NotSame,
    In,
    NotIn,
    /// Ruby `===`.
    CaseEq,
    /// Ruby `=~`, `!~`.
    Matches,
    NotMatches,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Mod,
    /// `<<`.
    Shift,
    /// C# `&`, `|`, `^` on bools: both sides run. Also `|` and `&` elsewhere.
    BitAnd,
    BitOr,
    Xor,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOp {
    Plain,
    /// `||=`.
    Or,
    /// `&&=`.
    And,
    /// `??=`.
    Coalesce,
    /// `+=` and the like; on a C# event it subscribes.
    Add,
    Other,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub pattern: Pattern,
    /// `when` in C#, `if` in Python and Ruby patterns; Ruby `unless` under `Not`.
    pub guard: Option<NodeId>,
    pub body: NodeId,
}

#[derive(Clone, Debug)]
pub enum Pattern {
    /// A value compared the language's way (Ruby `===`, C# constant, Python literal or dotted name).
    Value(NodeId),
    /// Binds the subject to a name and matches everything.
    Capture(SmolStr),
    /// `_`, `default`, `var _`.
    Any,
    Or(Vec<Pattern>),
    And(Vec<Pattern>),
    Not(Box<Pattern>),
    /// A C# property pattern or Python class or mapping pattern: members by name, and the type if one is named.
    Properties {
        ty: Option<SmolStr>,
        members: Vec<(SmolStr, Pattern)>,
        capture: Option<SmolStr>,
    },
    /// Elements in order (C# positional and list patterns, Python sequence, Ruby array pattern).
    List(Vec<Pattern>),
    /// `C name`, `int n`: a type test with an optional capture.
    Type(SmolStr, Option<SmolStr>),
    /// `> 3` and the like, or anything else: may match.
    Opaque(Vec<NodeId>),
}

#[derive(Clone, Debug)]
pub struct Loop {
    pub kind: LoopKind,
    pub body: NodeId,
    /// Python `else`.
    pub otherwise: Option<NodeId>,
    /// A comprehension or generator expression: the value is the list of what the body yields.
    pub collects: bool,
}

#[derive(Clone, Debug)]
pub enum LoopKind {
    /// `bind` is a place as in [`Kind::Set`].
    For { bind: Option<NodeId>, iter: NodeId },
    /// `until` negates its test.
    While { test: NodeId },
    /// The body runs before the first test.
    DoWhile { test: NodeId },
    /// Ruby `loop do`, C# `for(;;)`.
    Forever,
}

#[derive(Clone, Debug)]
pub struct Try {
    pub body: NodeId,
    pub handlers: Vec<Handler>,
    /// Runs when the body raised nothing.
    pub otherwise: Option<NodeId>,
    pub finally: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub struct Handler {
    pub catches: Catches,
    pub bind: Option<SmolStr>,
    /// C# `when`.
    pub guard: Option<NodeId>,
    pub body: NodeId,
}

#[derive(Clone, Debug)]
pub enum Catches {
    /// Python `except:`, C# `catch`: everything, exits included.
    All,
    /// Ruby `rescue` without classes and the `rescue` modifier: StandardError.
    Standard,
    /// The classes named, as expressions (`Name`, `Attr`, or anything else).
    Classes(Vec<NodeId>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Leaves the method; in a Ruby block the method around it, in a lambda the lambda.
    Return,
    Break,
    /// `next` in a Ruby block or loop, `continue`.
    Next,
    Goto(SmolStr),
}

/// The label of the `begin` around a handler that says `retry`; no language spells one like this.
pub const RETRY: &str = "retry!";

/// A method, function, lambda, block or accessor.
#[derive(Clone, Debug)]
pub struct Def {
    /// Empty for lambdas and blocks.
    pub name: SmolStr,
    pub form: Form,
    pub params: Vec<Param>,
    pub body: NodeId,
    /// Decorators and attributes, outermost first, as expressions.
    pub decorators: Vec<NodeId>,
    pub visibility: Visibility,
    /// `def self.x`, `static`, `@staticmethod`, `@classmethod`.
    pub is_static: bool,
    /// Holds a `yield` in Python or C#: the body runs when the result is iterated. A Python coroutine: when it is awaited.
    pub generator: bool,
    /// C# `async`: what it throws stays in the task until somebody awaits it.
    pub is_async: bool,
    /// The value of the last expression is returned (Ruby; expression bodies; lambdas).
    pub implicit_return: bool,
    /// C# `[Conditional("X")]`: calls vanish, arguments and all, where no symbol of these is defined.
    pub symbols: Vec<SmolStr>,
    /// C#: the declared return type, as written, without `Task<>`.
    pub returns: Option<SmolStr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Function or method.
    Function,
    /// `initialize`, `__init__`, a C# constructor; also a static constructor (with `is_static`).
    Constructor,
    /// Runs when the name is read: C# property or `get`, Python `@property`.
    Getter,
    /// C# `set`, `init`, `add`, `remove`; Ruby `name=`; Python `@x.setter`.
    Setter,
    /// `return` leaves it: Ruby lambda, Python lambda, C# lambda and anonymous method.
    Lambda,
    /// Ruby block or proc: `return` leaves the method around it, `next` the block.
    Block,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    Public,
    /// Ruby `private`/`protected`; C# private or without a modifier; local functions. Python: never (a leading `_` does not bind).
    Private,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub name: SmolStr,
    pub kind: ParamKind,
    pub default: Option<NodeId>,
    /// The declared type, as written, without nullability marks.
    pub ty: Option<SmolStr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    Positional,
    /// Keyword-only.
    Keyword,
    /// `*args`, `params`.
    Rest,
    /// `**kwargs`.
    KeywordRest,
    /// Ruby `&block`.
    Block,
}

/// A class, module, struct, record, interface, enum or namespace.
#[derive(Clone, Debug)]
pub struct Class {
    /// As written, with `.` between parts (`Admin.User`); `self` for Ruby's `class << self`.
    pub name: SmolStr,
    pub form: ClassForm,
    /// Base classes and interfaces, as expressions.
    pub bases: Vec<NodeId>,
    pub decorators: Vec<NodeId>,
    /// C# primary constructor or record parameters.
    pub params: Vec<Param>,
    /// Statements and `Item`s of the body, in order.
    pub body: NodeId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassForm {
    Class,
    /// Ruby module, C# namespace, static class.
    Module,
    /// Members are constants; the value of each is in its `Set` (C#: 0, 1, … where none is written).
    Enum,
    Interface,
}

#[derive(Clone, Debug)]
pub enum Import {
    /// `import a.b as c` (`alias` c), `import a.b` (binds `a`), C# `using X = A.B;` (alias X).
    Module { path: SmolStr, alias: Option<SmolStr> },
    /// `from a.b import c as d` (leading dots kept in `path`).
    From { path: SmolStr, names: Vec<(SmolStr, Option<SmolStr>)> },
    /// `from a import *`, C# `using A.B;`, `using static A.B;` (static), `global using A.B;`.
    Star { path: SmolStr, is_static: bool, global: bool },
    /// Ruby `require "a"`, `require_relative`, `load`, with the method's name; a path that is not a literal is `None`.
    Require { how: SmolStr, path: Option<SmolStr> },
}
