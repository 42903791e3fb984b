; The shapes of C# by role: single nodes, no child patterns. `src/lang/csharp` lowers each.

; a bare name
[(identifier) (implicit_parameter)] @name
; a name with type arguments
(generic_name) @generic
; a dotted type or namespace name
[(qualified_name) (alias_qualified_name)] @path
; a type as an expression, such as `string` in `string.Empty`
(predefined_type) @name
; types that stand where no value can
[(implicit_type) (nullable_type) (array_type) (pointer_type) (function_pointer_type) (tuple_type) (ref_type) (scoped_type)] @type
; the object itself and its base
"this" @self
"base" @parent

; links of a chain: calls, members, indexes, `?.`
(invocation_expression) @call
(member_access_expression) @member
(element_access_expression) @index
(conditional_access_expression) @safe

; construction: of a type that is written, of one that is not, of an anonymous one
(object_creation_expression) @construct
(implicit_object_creation_expression) @construct_implicit
(anonymous_object_creation_expression) @record
; arrays, tuples, collections
[(array_creation_expression) (implicit_array_creation_expression) (stackalloc_expression) (implicit_stackalloc_expression) (initializer_expression) (collection_expression) (tuple_expression)] @list
; an element that is spread
(spread_element) @spread

; literals
[(null_literal) (boolean_literal) (integer_literal) (real_literal) (character_literal) (string_literal) (verbatim_string_literal) (raw_string_literal)] @literal
; a string with holes
(interpolated_string_expression) @interpolation

; operators
(binary_expression) @binary
(prefix_unary_expression) @unary
(postfix_unary_expression) @postfix
(assignment_expression) @assignment
(conditional_expression) @ternary
; `is`
[(is_expression) (is_pattern_expression)] @test
; `as`, `(T)x`
[(as_expression) (cast_expression)] @cast
(await_expression) @await
; wrappers that change nothing
[(parenthesized_expression) (checked_expression) (ref_expression) (expression_element) (collection_element) (argument) (global_statement)] @inner
; `default`, `default(T)`
(default_expression) @default
; `typeof(T)`
[(typeof_expression) (sizeof_expression)] @type_of
; `var x` in an expression
(declaration_expression) @declared
; functions without a name
[(lambda_expression) (anonymous_method_expression)] @lambda
; `x switch { … }`
(switch_expression) @choice
; `throw`, as a statement and as an expression
[(throw_statement) (throw_expression)] @raise

; statements
(block) @block
(expression_statement) @evaluation
(empty_statement) @empty
; declarations of locals; of fields; the variables in either
(local_declaration_statement) @local
[(field_declaration) (event_field_declaration)] @field
(variable_declaration) @variables
(if_statement) @condition
(while_statement) @while
(do_statement) @do
(for_statement) @for
(foreach_statement) @foreach
(switch_statement) @match
(try_statement) @try
; exits
[(return_statement) (break_statement) (continue_statement)] @leave
(goto_statement) @goto
(labeled_statement) @label
(yield_statement) @yield
; statements that hold something while their body runs
[(using_statement) (lock_statement) (fixed_statement) (checked_statement) (unsafe_statement)] @scope

; definitions
[(method_declaration) (constructor_declaration) (destructor_declaration) (operator_declaration) (conversion_operator_declaration) (local_function_statement) (indexer_declaration)] @definition
(property_declaration) @property
(event_declaration) @event
; classes inside broken code, where no item stands for them
[(class_declaration) (struct_declaration) (record_declaration) (interface_declaration) (enum_declaration) (namespace_declaration) (file_scoped_namespace_declaration)] @class
; attributes on their own
[(global_attribute) (attribute_list)] @attributes
; what does nothing: delegates, aliases, leftovers
[(delegate_declaration) (extern_alias_directive) (using_directive) (modifier) (type_parameter_list) (type_parameter_constraints_clause) (attribute_target_specifier) (explicit_interface_specifier)] @nothing
