//! Much of everything: programs whose evaluation must not cost more than about their length.

use std::fmt::Write;

use prodguard::program::Language;

/// Named programs of about `count` parts.
pub fn shapes(language: Language, count: usize) -> Vec<(&'static str, String)> {
    match language {
        Language::Ruby => ruby(count),
        Language::Python => python(count),
        Language::CSharp => csharp(count),
    }
}

fn each(count: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for index in 0..count {
        let _ = writeln!(text, "{}", line(index));
    }
    text
}

fn ruby(count: usize) -> Vec<(&'static str, String)> {
    let levels = count / 100;
    let small = count / 10;
    vec![
        ("fake data at top level", each(count, |i| format!("User.create!(name: Faker::Name.name, n: {i})"))),
        ("tests of the environment", each(count, |_| "Faker::Name.name if Rails.env.production?".into())),
        ("blocks under tests", each(count, |i| format!("if Rails.env.development?\n  x{i} = Faker::Name.name\nelse\n  x{i} = 1\nend"))),
        ("exits under data", format!("def f(a)\n{}Faker::Name.name\nend", each(count, |i| format!("return {i} if a.x{i}?")))),
        ("one variable written under data", format!("def f(a)\nx = nil\n{}Faker::Name.name if x\nend", each(count, |i| format!("x = {i} if a.x{i}?")))),
        ("methods that call the next", each(count, |i| format!("def m{i}\n  m{}\nend", i + 1)) + &format!("def m{count}\n  Faker::Name.name\nend\nm0\n")),
        ("methods that call the one before", format!("def m0\n  Faker::Name.name\nend\n{}", each(count, |i| format!("def m{}\n  m{i}\nend", i + 1)))),
        ("methods that call each other", each(count, |i| format!("def m{i}(a)\n  m{}(a)\n  m{}(a) if a\n  Faker::Name.name unless Rails.env.production?\nend", (i * 7 + 1) % count, (i * 13 + 5) % count))),
        ("methods called with constants", each(small, |i| format!("def m{i}(a)\n  m{}(true) if a\n  m{}(false)\n  Faker::Name.name unless a\nend", i + 1, i + 2)) + "m0(true)\n"),
        ("blocks called twice", {
            let mut text = "def twice\n  yield\n  yield\nend\n".to_owned();
            text += &"twice {\n".repeat(levels);
            text += "Faker::Name.name\n";
            text + &"}\n".repeat(levels)
        }),
        ("lambdas called twice", each(levels, |i| match i {
            0 => "l0 = -> { Faker::Name.name }".into(),
            _ => format!("l{i} = -> {{ l{p}.call; l{p}.call }}", p = i - 1),
        }) + &format!("l{}.call", levels - 1)),
        ("lambdas handed on twice", each(levels, |i| match i {
            0 => "def m0(f)\n  f.call\n  f.call\nend".into(),
            _ => format!("def m{i}(f)\n  m{p}(-> {{ f.call; f.call }})\n  m{p}(f)\nend", p = i - 1),
        }) + &format!("m{}(-> {{ Faker::Name.name }})", levels - 1)),
        ("mutual recursion with blocks", "def a(n, &b)\n  b.call\n  c(n) { a(n, &b) }\n  c(n) { b.call }\nend\ndef c(n, &b)\n  a(n, &b)\n  a(n) { b.call }\nend\n".to_owned() + &each(count, |_| "a(1) { Faker::Name.name }".into())),
        ("a class with many fields", format!("class A\n  def initialize\n{}  end\n{}end", each(count, |i| format!("@f{i} = {i}")), each(count, |i| format!("def g{i}\n  Faker::Name.name if @f{i}\nend")))),
        ("fields written everywhere", format!("class A\n{}end", each(count, |i| format!("def g{i}\n  @x = Faker::Name.name if @y\n  @y = {i}\nend")))),
        ("memos", format!("class A\n{}end", each(count, |i| format!("def g{i}\n  @g{i} ||= Faker::Name.name\nend")))),
        ("memos of memos", format!("class A\n{}end", each(count, |i| format!("def g{i}\n  @g{i} ||= [g{}, Faker::Name.name]\nend", i + 1)))),
        ("a large hash", format!("H = {{\n{}}}\nFaker::Name.name if H[:k1]\n", each(count, |i| format!("k{i}: \"v{i}\",")))),
        ("a large hash of fake data", format!("H = {{\n{}}}\n", each(count, |i| format!("k{i}: Faker::Name.name,")))),
        ("a hash filled by hand", "h = {}\n".to_owned() + &each(count, |i| format!("h[:k{i}] = Faker::Name.name"))),
        ("a list filled by hand", "h = []\n".to_owned() + &each(count, |_| "h << Faker::Name.name".into())),
        ("a large list", format!("L = [\n{}]\nFaker::Name.name if L.include?(Rails.env)\n", each(count, |i| format!("\"v{i}\",")))),
        ("a text built by hand", "s = ''\n".to_owned() + &each(count, |i| format!("s += 'part {i}'")) + "Faker::Name.name if s == Rails.env\n"),
        ("cases", format!("case Rails.env\n{}else\n  Faker::Name.name\nend", each(count, |i| format!("when \"e{i}\"\n  Faker::Name.name")))),
        ("rescues", each(count, |_| "begin\n  Faker::Name.name\nrescue\n  raise if Rails.env.production?\nend".into())),
        ("raises", format!("def f(a)\n{}end", each(count, |i| format!("raise \"x\" if a.x{i}?\nFaker::Name.name")))),
        ("unknown environments", each(count, |i| format!("Faker::Name.name if Rails.env.prodution{i}?"))),
        ("variables of the environment", each(count, |i| format!("Faker::Name.name if ENV['MY_VAR_{i}'] == 'x'"))),
        ("classes", each(count, |i| format!("class A{i} < A{}\n  def name\n    Faker::Name.name\n  end\nend", i + 1))),
        ("blocks that run later", each(count, |i| format!("after_create(:x{i}) {{ |u| u.name = Faker::Name.name }}"))),
        ("methods defined in passing", each(count, |i| format!("define_method(:m{i}) {{ Faker::Name.name }}"))),
        ("allows", each(count, |_| "# prodguard: allow(fake-data) on purpose\nFaker::Name.name".into())),
        ("labels", each(count, |i| format!("catch(:a{i}) {{ throw :a{i} if Rails.env.production?; Faker::Name.name }}"))),
        ("loops", each(count, |i| format!("a{i}.each {{ |x| next if x.y?; Faker::Name.name }}"))),
        ("loops in a method", format!("def f(a)\n{}end", each(count, |_| "while a.b?\n  break if Rails.env.production?\n  Faker::Name.name\nend".into()))),
    ]
}

fn python(count: usize) -> Vec<(&'static str, String)> {
    let levels = count / 100;
    let head = "import os\nimport faker\nfrom faker import Faker\nfrom django.conf import settings\nfake = Faker()\n";
    let with = |text: String| format!("{head}{text}");
    let test = "os.environ['APP_ENV'] == 'production'";
    vec![
        ("closures that call all others", {
            let all = each(20, |i| format!("        c{i}()"));
            let closures = each(20, |i| format!("    def c{i}():\n        nonlocal x{i}\n        x{i} = 1\n{all}"));
            let names = each(20, |i| format!("    x{i} = None"));
            format!(
                "def f():\n{names}{closures}{}    Faker().name()\n",
                each(count / 10, |i| format!("    c{}()", i % 20))
            )
        }),
        ("fake data at top level", with(each(count, |i| format!("User.objects.create(name=fake.name(), n={i})")))),
        ("tests of the environment", with(each(count, |_| format!("if {test}:\n    fake.name()")))),
        (
            "blocks under tests",
            with(each(count, |i| format!("if settings.DEBUG:\n    x{i} = fake.name()\nelse:\n    x{i} = 1"))),
        ),
        (
            "exits under data",
            with(format!("def f(a):\n{}    fake.name()\n", each(count, |i| format!("    if a.x{i}: return {i}")))),
        ),
        (
            "methods that call the next",
            with(
                each(count, |i| format!("def m{i}():\n    m{}()\n", i + 1))
                    + &format!("def m{count}():\n    fake.name()\nm0()\n"),
            ),
        ),
        (
            "methods that call each other",
            with(each(count, |i| {
                format!(
                    "def m{i}(a):\n    m{}(a)\n    if a: m{}(a)\n    if not {test}: fake.name()\n",
                    (i * 7 + 1) % count,
                    (i * 13 + 5) % count
                )
            })),
        ),
        (
            "lambdas called twice",
            with(
                each(levels, |i| match i {
                    0 => "l0 = lambda: fake.name()".into(),
                    _ => format!("l{i} = lambda: (l{p}(), l{p}())", p = i - 1),
                }) + &format!("l{}()\n", levels - 1),
            ),
        ),
        (
            "lambdas handed on twice",
            with(
                each(levels, |i| match i {
                    0 => "def m0(f):\n    f()\n    f()\n".into(),
                    _ => format!("def m{i}(f):\n    m{p}(lambda: (f(), f()))\n    m{p}(f)\n", p = i - 1),
                }) + &format!("m{}(lambda: fake.name())\n", levels - 1),
            ),
        ),
        (
            "decorators of decorators",
            with(each(count, |i| {
                format!(
                    "def d{i}(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n\n@d{i}\n@d{}\ndef m{i}():\n    fake.name()\n",
                    i / 2
                )
            })),
        ),
        (
            "a class with many fields",
            with(format!(
                "class A:\n    def __init__(self):\n{}{}",
                each(count, |i| format!("        self.f{i} = {i}")),
                each(count, |i| format!("    def g{i}(self):\n        if self.f{i}: fake.name()\n"))
            )),
        ),
        (
            "memos",
            with(format!(
                "class A:\n{}",
                each(count, |i| format!(
                    "    def g{i}(self):\n        if self._g{i} is None:\n            self._g{i} = fake.name()\n        return self._g{i}\n"
                ))
            )),
        ),
        (
            "a large dict",
            with(format!("H = {{\n{}}}\nif H['k1']: fake.name()\n", each(count, |i| format!("'k{i}': 'v{i}',")))),
        ),
        (
            "a large dict of fake data",
            with(format!("H = {{\n{}}}\n", each(count, |i| format!("'k{i}': fake.name(),")))),
        ),
        ("a dict filled by hand", with("h = {}\n".to_owned() + &each(count, |i| format!("h['k{i}'] = fake.name()")))),
        ("a list filled by hand", with("h = []\n".to_owned() + &each(count, |_| "h.append(fake.name())".into()))),
        ("a text built by hand", with("s = ''\n".to_owned() + &each(count, |i| format!("s += 'part {i}'")))),
        (
            "cases",
            with(format!(
                "match os.environ.get('APP_ENV'):\n{}    case _:\n        fake.name()\n",
                each(count, |i| format!("    case 'e{i}':\n        fake.name()"))
            )),
        ),
        ("handlers", with(each(count, |_| format!("try:\n    fake.name()\nexcept ValueError:\n    if {test}: raise")))),
        (
            "classes",
            with(each(count, |i| {
                format!("class A{i}(A{}):\n    def name(self):\n        return fake.name()\n", i + 1)
            })),
        ),
        (
            "factories",
            with(each(count, |i| {
                format!("class F{i}(factory.Factory):\n    name = factory.Faker('name')\n    age = {i}\n")
            })),
        ),
        ("imports", with(each(count, |i| format!("from m{i} import x{i}\nx{i}(fake.name())")))),
        (
            "context managers",
            with(
                "from contextlib import contextmanager\n@contextmanager\ndef cm(a):\n    yield a\n".to_owned()
                    + &each(count, |_| "with cm(1) as x:\n    fake.name()".into()),
            ),
        ),
        (
            "comprehensions",
            with(each(count, |i| format!("x{i} = [fake.name() for _ in range({i}) if settings.DEBUG]"))),
        ),
        (
            "globals",
            with("x = 1\n".to_owned() + &each(count, |i| format!("def m{i}():\n    global x\n    x = fake.name()\n"))),
        ),
    ]
}

fn csharp(count: usize) -> Vec<(&'static str, String)> {
    let levels = count / 100;
    let head = "using Bogus;\nusing Microsoft.Extensions.Hosting;\n";
    let class = |text: String| {
        format!(
            "{head}public class A {{\n  private readonly IHostEnvironment env;\n  public A(IHostEnvironment env) {{ this.env = env; }}\n{text}}}\n"
        )
    };
    let method = |text: String| class(format!("public void M(dynamic a) {{\n{text}}}\n"));
    vec![
        ("fake data in a row", method(each(count, |i| format!("db.Add(new Faker().Name.FirstName(), {i});")))),
        (
            "tests of the environment",
            method(each(count, |_| "if (env.IsProduction()) { new Faker().Name.FirstName(); }".into())),
        ),
        (
            "blocks under tests",
            method(each(count, |i| {
                format!(
                    "string x{i}; if (env.IsDevelopment()) {{ x{i} = new Faker().Name.FirstName(); }} else {{ x{i} = \"\"; }}"
                )
            })),
        ),
        (
            "exits under data",
            method(each(count, |i| format!("if (a.X{i}) return;")) + "new Faker().Name.FirstName();\n"),
        ),
        (
            "methods that call the next",
            class(
                each(count, |i| format!("private void M{i}() {{ M{}(); }}", i + 1))
                    + &format!(
                        "private void M{count}() {{ new Faker().Name.FirstName(); }}\npublic void Run() {{ M0(); }}\n"
                    ),
            ),
        ),
        (
            "methods that call each other",
            class(each(count, |i| {
                format!(
                    "public void M{i}(bool a) {{ M{}(a); if (a) M{}(a); if (!env.IsProduction()) new Faker().Name.FirstName(); }}",
                    (i * 7 + 1) % count,
                    (i * 13 + 5) % count
                )
            })),
        ),
        (
            "overloads",
            class(
                each(count, |i| format!("public void M(T{i} a) {{ new Faker().Name.FirstName(); }}"))
                    + "public void Run() { M(x); M(y); }\n",
            ),
        ),
        (
            "lambdas called twice",
            method(
                each(levels, |i| match i {
                    0 => "System.Action l0 = () => new Faker().Name.FirstName();".into(),
                    _ => format!("System.Action l{i} = () => {{ l{p}(); l{p}(); }};", p = i - 1),
                }) + &format!("l{}();\n", levels - 1),
            ),
        ),
        (
            "lambdas handed on twice",
            class(
                each(levels, |i| match i {
                    0 => "void M0(System.Action f) { f(); f(); }".into(),
                    _ => format!("void M{i}(System.Action f) {{ M{p}(() => {{ f(); f(); }}); M{p}(f); }}", p = i - 1),
                }) + &format!("public void Run() {{ M{}(() => new Faker().Name.FirstName()); }}\n", levels - 1),
            ),
        ),
        (
            "many fields",
            class(each(count, |i| {
                format!("private string f{i} = new Faker().Name.FirstName();\npublic string P{i} => f{i};")
            })),
        ),
        (
            "many flags",
            class(each(count, |i| {
                format!(
                    "private bool f{i};\npublic void S{i}() {{ f{i} = env.IsDevelopment(); }}\npublic void R{i}() {{ if (f{i}) new Faker().Name.FirstName(); }}"
                )
            })),
        ),
        (
            "memos",
            class(each(count, |i| {
                format!("private string g{i};\npublic string G{i} => g{i} ??= new Faker().Name.FirstName();")
            })),
        ),
        (
            "a large table",
            class(format!(
                "static Dictionary<string, string> H = new() {{\n{}}};\npublic void R() {{ if (H[\"k1\"] != null) new Faker().Name.FirstName(); }}\n",
                each(count, |i| format!("{{ \"k{i}\", \"v{i}\" }},"))
            )),
        ),
        (
            "rules",
            method(format!(
                "var f = new Faker<User>()\n{};\n",
                each(count, |i| format!(".RuleFor(u => u.P{i}, x => x.Name.FirstName())"))
            )),
        ),
        (
            "switch",
            method(format!(
                "switch (env.EnvironmentName) {{\n{}default: new Faker().Name.FirstName(); break; }}\n",
                each(count, |i| format!("case \"e{i}\": new Faker().Name.FirstName(); break;"))
            )),
        ),
        (
            "catches",
            method(each(count, |_| {
                "try { new Faker().Name.FirstName(); } catch (System.Exception) { if (env.IsProduction()) throw; }"
                    .into()
            })),
        ),
        ("directives", method(each(count, |_| "\n#if DEBUG\nnew Faker().Name.FirstName();\n#endif".into()))),
        (
            "directives that split statements",
            method(each(count, |i| {
                format!("\n#if DEBUG\nif (a.X{i})\n#else\nif (a.Y{i})\n#endif\nnew Faker().Name.FirstName();")
            })),
        ),
        (
            "classes",
            format!(
                "{head}{}",
                each(count, |i| format!(
                    "public class A{i} : A{} {{ public string N() => new Faker().Name.FirstName(); }}",
                    i + 1
                ))
            ),
        ),
        (
            "usings",
            format!(
                "{}{}",
                each(count, |i| format!("using N{i};")),
                method(each(count, |_| "Foo(new Faker().Name.FirstName());".into()))
            ),
        ),
        (
            "static usings",
            format!(
                "{}{}",
                each(count, |i| format!("using static N.C{i};")),
                method(each(count, |i| format!("Foo{i}(new Faker().Name.FirstName());")))
            ),
        ),
        (
            "texts",
            method(
                "var s = \"\";\n".to_owned()
                    + &each(count, |i| format!("s += \"part {i}\"; new Faker().Name.FirstName();")),
            ),
        ),
    ]
}
