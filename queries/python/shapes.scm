; The shapes of Python: one node each, named by what it does. The adapter in src/lang/python holds one handler for each
; capture name; a node without a role is opaque over its children.

; a name that is read or bound
(identifier) @name
; `a.b`
(attribute) @member
; `a[b]`
(subscript) @index
; `f(x)`
(call) @call
; `k=v` as an argument
(keyword_argument) @keyword
; `*x` in arguments, literals and targets
[(list_splat) (list_splat_pattern)] @splat
; `**x` in arguments
[(dictionary_splat) (dictionary_splat_pattern)] @spread

; `a and b`, `a or b`
(boolean_operator) @boolean
; `not a`
(not_operator) @not
; `a == b`, `a in b`, `a < b < c`
(comparison_operator) @comparison
; `a + b` and the like
(binary_operator) @binary
; `-a`, `+a`, `~a`
(unary_operator) @unary
; `a if b else c`
(conditional_expression) @choice
; `(a)`
(parenthesized_expression) @parenthesized
; `await a`
(await) @await
; `lambda x: y`
(lambda) @lambda
; list, set and dict comprehensions, generator expressions
[
  (list_comprehension)
  (set_comprehension)
  (dictionary_comprehension)
  (generator_expression)
] @comprehension
; `yield a`, `yield from a`
(yield) @yield

; strings of all prefixes
(string) @string
; `"a" "b"`
(concatenated_string) @string.joined
; whole numbers
(integer) @integer
; other numbers
(float) @number
; `True`
(true) @true
; `False`
(false) @false
; `None`
(none) @none
; lists, tuples and sets, also those without brackets and those that are bound
[
  (list)
  (tuple)
  (set)
  (expression_list)
  (pattern_list)
  (list_pattern)
] @list
; `(a, b)` that is bound: a tuple, or one target in parentheses
(tuple_pattern) @list.target
; `{a: b}`
(dictionary) @map
; a key and its value outside a dictionary literal
(pair) @pair
; `a:b` in an index, and `...`
[(slice) (ellipsis)] @unmodelled

; statements one after another
(block) @sequence
; an expression as a statement
(expression_statement) @statement
; `a = b`, `a: T = b`, `a: T`
(assignment) @assignment
; `a += b`
(augmented_assignment) @assignment.augmented
; `a := b`
(named_expression) @assignment.expression
; `del a`
(delete_statement) @delete
; `global a`, `nonlocal a`
[(global_statement) (nonlocal_statement)] @scope
; `if`, with its `elif`s
(if_statement) @condition
; `while`
(while_statement) @loop.while
; `for`
(for_statement) @loop.for
; `with`
(with_statement) @with
; `try`
(try_statement) @try
; `match`
(match_statement) @match
; `raise`
(raise_statement) @raise
; `assert`
(assert_statement) @assert
; `return`
(return_statement) @return
; `break`
(break_statement) @break
; `continue`
(continue_statement) @next
; `pass`
(pass_statement) @pass
; Python 2 `print a`, `exec a`
[(print_statement) (exec_statement)] @call.statement

; `def`
(function_definition) @definition
; `class`
(class_definition) @class
; either under decorators
(decorated_definition) @decorated
; `type X = Y`
(type_alias_statement) @alias
; `import a`
(import_statement) @import
; `from a import b`
[(import_from_statement) (future_import_statement)] @import.from
