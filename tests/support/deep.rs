//! Nesting without end.

use prodguard::program::Language;

/// Named texts that nest `depth` levels.
pub fn shapes(language: Language, depth: usize) -> Vec<(&'static str, String)> {
    let nest = |open: &str, middle: &str, close: &str| format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
    let chain = |head: &str, link: &str, tail: &str| format!("{head}{}{tail}", link.repeat(depth));
    match language {
        Language::Ruby => vec![
            ("parentheses", nest("(", "Faker::Name.name", ")")),
            ("brackets", nest("[", "Faker::Name.name", "]")),
            ("braces", nest("{a: ", "Faker::Name.name", "}")),
            ("only open parentheses", chain("Faker::Name.name ", "(", "")),
            ("only closed parentheses", chain("Faker::Name.name ", ")", "")),
            ("only open braces", chain("Faker::Name.name ", "{", "")),
            ("only open brackets", chain("Faker::Name.name ", "[", "")),
            ("if", nest("if a\n", "Faker::Name.name\n", "end\n")),
            ("unless, half open", chain("Faker::Name.name\n", "unless a\n", "")),
            ("blocks", nest("f do\n", "Faker::Name.name\n", "end\n")),
            ("brace blocks", nest("f { ", "Faker::Name.name", " }")),
            ("lambdas", nest("-> { ", "Faker::Name.name", " }")),
            ("methods", nest("def a\n", "Faker::Name.name\n", "end\n")),
            ("modules", nest("module A\n", "Faker::Name.name\n", "end\n")),
            ("begin", nest("begin\n", "Faker::Name.name\n", "rescue\nend\n")),
            ("while", nest("while a\n", "Faker::Name.name\n", "end\n")),
            ("case", nest("case a\nwhen 1\n", "Faker::Name.name\n", "end\n")),
            ("calls", nest("f(", "Faker::Name.name", ")")),
            ("chain", chain("Faker::Name", ".name", "")),
            ("chain with arguments", chain("Faker::Name.name", ".b(1)", "")),
            ("chain with blocks", chain("Faker::Name.name", ".b { |x| x }", "")),
            ("or", chain("Faker::Name.name", " || b", "")),
            ("and", chain("Faker::Name.name", " && b", "")),
            ("or in words", chain("Faker::Name.name", " or b", "")),
            ("plus", chain("Faker::Name.name", " + b", "")),
            ("ternary", chain("", "a ? b : ", "Faker::Name.name")),
            ("ternary in the middle", nest("a ? ", "Faker::Name.name", " : b")),
            ("elsif", format!("if a\n{}Faker::Name.name\nend", "elsif b\n c\n".repeat(depth))),
            ("modifiers", chain("Faker::Name.name", " if a", "")),
            ("rescue modifiers", chain("Faker::Name.name", " rescue a", "")),
            ("assignments", chain("", "a = ", "Faker::Name.name")),
            ("not", chain("", "!", "Faker::Name.name")),
            ("index", chain("Faker::Name.name", "[1]", "")),
            ("interpolation", nest("\"#{", "Faker::Name.name", "}\"")),
            ("patterns", format!("case x\nin {}\n Faker::Name.name\nend", nest("[", "a", "]"))),
            ("heredocs", chain("Faker::Name.name\n", "f <<~A\n #{b}\nA\n", "")),
            (
                "heredocs on one line",
                format!(
                    "Faker::Name.name({})\n{}",
                    vec!["<<A"; depth.min(300)].join(", "),
                    "x\nA\n".repeat(depth.min(300))
                ),
            ),
            ("backslashes", chain("Faker::Name.name ", "\\\n", "")),
            ("string pieces", chain("Faker::Name.name ", "'a' ", "")),
        ],
        Language::Python => {
            let f = "import faker\n";
            let with_import = |text: String| format!("{f}{text}");
            let indented = |head: &str| {
                // real indentation is quadratic in size
                let depth = depth.min(2000);
                let mut text = f.to_owned();
                for level in 0..depth {
                    text.extend(std::iter::repeat_n(' ', level));
                    text += head;
                    text.push('\n');
                }
                text.extend(std::iter::repeat_n(' ', depth));
                text + "faker.Faker().name()\n"
            };
            let call = "faker.Faker().name()";
            vec![
                ("parentheses", with_import(nest("(", call, ")"))),
                ("brackets", with_import(nest("[", call, "]"))),
                ("braces", with_import(nest("{1: ", call, "}"))),
                ("only open parentheses", with_import(chain(call, "(", ""))),
                ("only open brackets", with_import(chain(call, "[", ""))),
                ("only open braces", with_import(chain(call, "{", ""))),
                ("calls", with_import(nest("f(", call, ")"))),
                ("keywords", with_import(nest("f(k=", call, ")"))),
                ("if", indented("if a:")),
                ("for", indented("for a in b:")),
                ("with", indented("with a:")),
                ("try", indented("try:")),
                ("def", indented("def a():")),
                ("class", indented("class A:")),
                ("match", indented("match a:")),
                ("lambdas", with_import(chain("", "lambda: ", call))),
                ("chain", with_import(chain(call, ".a", ""))),
                ("chain of calls", with_import(chain(call, ".a(1)", ""))),
                ("index", with_import(chain(call, "[1]", ""))),
                ("or", with_import(chain(call, " or b", ""))),
                ("and", with_import(chain(call, " and b", ""))),
                ("plus", with_import(chain(call, " + b", ""))),
                ("power", with_import(chain("", "a ** ", call))),
                ("comparisons", with_import(chain(call, " < b", ""))),
                ("not", with_import(chain("", "not ", call))),
                ("minus", with_import(chain("", "-", call))),
                ("await", with_import(chain("", "await ", call))),
                ("ternary", with_import(chain("", "a if b else ", call))),
                ("assignments", with_import(chain("", "a = ", call))),
                ("walrus", with_import(nest("(a := ", call, ")"))),
                ("elif", with_import(format!("if a:\n    b\n{}else:\n    {call}\n", "elif b:\n    c\n".repeat(depth)))),
                ("comprehensions", with_import(nest("[", call, " for x in y]"))),
                ("fstrings", with_import(nest("f'{", call, "}'"))),
                ("decorators", with_import(format!("{}def f():\n    {call}\n", "@d\n".repeat(depth)))),
                ("string pieces", with_import(chain(call, " 'a'", ""))),
                ("backslashes", with_import(chain(call, " \\\n", ""))),
                ("triple quotes", with_import(chain(call, "\n'''a'''", ""))),
            ]
        }
        Language::CSharp => {
            let call = "new Bogus.Faker().Name.FirstName()";
            let inside = |text: String| format!("class A {{ void M() {{ {text} }} }}");
            vec![
                ("parentheses", inside(format!("var x = {};", nest("(", call, ")")))),
                ("braces", inside(nest("{", &format!("{call};"), "}"))),
                ("only open braces", chain(&format!("{call};"), "{", "")),
                ("only open parentheses", chain(call, "(", "")),
                ("only open brackets", chain(call, "[", "")),
                ("only open angles", chain(call, "<", "")),
                ("generics", inside(format!("{} x = {call};", nest("A<", "B", ">")))),
                ("calls", inside(format!("{};", nest("F(", call, ")")))),
                ("collections", inside(format!("var x = {};", nest("[", call, "]")))),
                ("initialisers", inside(format!("var x = {};", nest("new A { B = ", call, " }")))),
                ("arrays", inside(format!("var x = {};", nest("new[] { ", call, " }")))),
                ("if", inside(nest("if (a) {", &format!("{call};"), "}"))),
                ("if without braces", inside(chain("", "if (a) ", &format!("{call};")))),
                ("else if", inside(format!("if (a) {{ }} {} else {{ {call}; }}", "else if (b) { }".repeat(depth)))),
                ("for", inside(nest("for (;;) {", &format!("{call};"), "}"))),
                ("foreach", inside(nest("foreach (var a in b) {", &format!("{call};"), "}"))),
                ("using", inside(nest("using (a) {", &format!("{call};"), "}"))),
                ("try", inside(nest("try {", &format!("{call};"), "} catch { }"))),
                ("switch", inside(nest("switch (a) { case 1: ", &format!("{call};"), " break; }"))),
                ("lambdas", inside(format!("F({}{call});", "() => ".repeat(depth)))),
                ("lambda blocks", inside(format!("{};", nest("F(() => {", &format!("{call};"), "})")))),
                ("local functions", inside(nest("void F() {", &format!("{call};"), "}"))),
                ("namespaces", nest("namespace A {", &format!("class B {{ void M() {{ {call}; }} }}"), "}")),
                ("classes", nest("class A {", &format!("void M() {{ {call}; }}"), "}")),
                ("chain", inside(format!("{};", chain(call, ".A", "")))),
                ("chain of calls", inside(format!("{};", chain(call, ".A(1)", "")))),
                ("safe chain", inside(format!("{};", chain(call, "?.A()", "")))),
                ("index", inside(format!("var x = {};", chain(call, "[1]", "")))),
                ("or", inside(format!("var x = {};", chain(call, " || b", "")))),
                ("and", inside(format!("var x = {};", chain(call, " && b", "")))),
                ("coalesce", inside(format!("var x = {};", chain(call, " ?? b", "")))),
                ("plus", inside(format!("var x = {};", chain(call, " + b", "")))),
                ("ternary", inside(format!("var x = {};", chain("", "a ? b : ", call)))),
                ("ternary in the middle", inside(format!("var x = {};", nest("a ? ", call, " : b")))),
                ("not", inside(format!("var x = {};", chain("", "!", call)))),
                ("casts", inside(format!("var x = {};", chain("", "(A)", call)))),
                ("await", inside(format!("{};", chain("", "await ", call)))),
                ("assignments", inside(format!("{};", chain("", "a = ", call)))),
                ("switch expressions", inside(format!("var x = {};", nest("a switch { _ => ", call, " }")))),
                ("patterns", inside(format!("if (x is {}) {call};", chain("1", " or 1", "")))),
                ("interpolation", inside(format!("var x = {};", nest("$\"{", call, "}\"")))),
                ("directives", inside(nest("\n#if DEBUG\n", &format!("{call};"), "\n#endif\n"))),
                (
                    "directive ladder",
                    inside(format!("\n#if A\n{}#else\n{call};\n#endif\n", "#elif B\nb();\n".repeat(depth))),
                ),
                ("directive conditions", inside(format!("\n#if {}DEBUG\n{call};\n#endif\n", "!(".repeat(depth)))),
                ("directive conditions joined", inside(format!("\n#if A{}\n{call};\n#endif\n", " || B".repeat(depth)))),
                ("attributes", format!("{}class A {{ void M() {{ {call}; }} }}", "[B]\n".repeat(depth))),
                ("raw strings", inside(format!("var x = {}a{}; {call};", "\"".repeat(depth), "\"".repeat(depth)))),
            ]
        }
    }
}
