; The shapes of Ruby: single nodes by role. A node without a role is lowered as opaque over its children.

; A bare identifier or constant, or a keyword that reads like one.
[(identifier) (constant) (file) (line) (encoding)] @name

; The object the method runs on.
(self) @self

; The overridden method.
(super) @super

; An instance, class or global variable, with its sigil.
[(instance_variable) (class_variable) (global_variable)] @field

; A literal that is one token.
[
  (nil) (true) (false) (integer) (float) (rational) (complex)
  (simple_symbol) (hash_key_symbol) (character)
] @literal

; A string, which may hold interpolations; adjacent strings are one.
[(string) (bare_string) (chained_string)] @string

; A symbol written with quotes.
[(delimited_symbol) (bare_symbol)] @symbol

; The place of a heredoc; its text stands elsewhere.
(heredoc_beginning) @heredoc

; The text of a heredoc.
(heredoc_body) @heredoc_body

; A regular expression.
(regex) @regex

; Backticks.
(subshell) @shell

; An array.
[(array) (string_array) (symbol_array)] @list

; A hash.
(hash) @map

; A spread argument.
[(splat_argument) (hash_splat_argument) (forward_argument)] @splat

; A method call.
(call) @call

; A constant of a module.
(scope_resolution) @member

; A subscript.
(element_reference) @index

; An assignment.
(assignment) @assignment

; An assignment with an operator.
(operator_assignment) @assignment.operator

; An operation on two operands, logical ones included.
(binary) @operation

; An operation on one operand, `defined?` included.
(unary) @operation.unary

; Statements in a row, some with `rescue` and `ensure`.
[
  (program) (begin) (begin_block) (body_statement) (block_body) (do) (then) (else) (ensure)
  (parenthesized_statements) (interpolation)
] @sequence

; Statements that run when the program ends.
(end_block) @sequence.exit

; A condition with branches.
[(if) (elsif) (unless) (conditional) (if_modifier) (unless_modifier)] @condition

; A loop with a test.
[(while) (until) (while_modifier) (until_modifier)] @loop

; A loop over elements.
(for) @loop.each

; `body rescue handler`.
(rescue_modifier) @try

; A choice among values.
(case) @match

; A choice among patterns.
(case_match) @match.pattern

; A pattern as a test.
[(test_pattern) (match_pattern)] @match.test

; A jump out of a method, block or loop.
[(return) (break) (next)] @leave

; A call of the block given.
(yield) @yield

; A method.
[(method) (singleton_method)] @definition

; A class, a module, or the singleton class of an object.
[(class) (module) (singleton_class)] @class

; A lambda literal.
(lambda) @lambda

; Another name for a method.
(alias) @alias

; The removal of a method.
(undef) @undefinition
