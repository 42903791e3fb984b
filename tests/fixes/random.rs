//! Sources put together at random: guards for everything keep line ends and indentation, break no syntax and settle at once.

use proptest::prelude::*;

use super::{CSHARP, Case, PYTHON, RUBY, Recipe, settled, with_stack, with_tabs};

/// A piece of a source: a statement, or a block of them under a head.
#[derive(Clone, Debug)]
enum Piece {
    Statement(usize),
    Block(usize, Vec<Piece>),
}

/// How a language is written.
struct Style {
    case: Case,
    unit: &'static str,
    before: &'static str,
    statements: &'static [&'static str],
    heads: &'static [&'static str],
    /// The lines that open and close a block.
    open: Option<&'static str>,
    close: Option<&'static str>,
    after: &'static str,
    depth: usize,
}

const STYLES: [Style; 3] = [
    Style {
        case: RUBY,
        unit: "  ",
        before: "class Demo\n  def fill(list, user)\n",
        statements: &[
            "work(1)",
            "User.create!(name: Faker::Name.name)",
            "user.name = Faker::Name.name # a name",
            "name = Faker::Name.name",
            "puts \"Hello #{Faker::Name.name}\"",
            "puts name",
            "work(<<~TEXT, Faker::Lorem.word)\n  kept\nTEXT",
            "User.create!(\n  name: Faker::Name.name,\n)",
            "work(1); User.create!(name: Faker::Name.name)",
            "return Faker::Name.name",
            "",
        ],
        heads: &["if user", "list.each do |item|", "begin", "unless list", "work(Faker::Name.name) do"],
        open: None,
        close: Some("end"),
        after: "  end\nend\n",
        depth: 2,
    },
    Style {
        case: PYTHON,
        unit: "    ",
        before: "import sys\n\nfrom faker import Faker\n\nfake = Faker()\n\n\ndef fill(items, user):\n    \"\"\"Fills.\"\"\"\n",
        statements: &[
            "work(1)",
            "User.objects.create(name=fake.name())",
            "user.name = fake.name()  # a name",
            "name = fake.name()",
            "print(f\"Hello {fake.name()}\")",
            "print(name)",
            "work(\"\"\"kept\nas it is\"\"\", fake.name())",
            "User.objects.create(\n    name=fake.name(),\n)",
            "work(1); User.objects.create(name=fake.name())",
            "return fake.name()",
        ],
        heads: &["if user:", "for item in items:", "while user:", "with open(items) as file:", "if fake.boolean():"],
        open: None,
        close: None,
        after: "",
        depth: 1,
    },
    Style {
        case: CSHARP,
        unit: "    ",
        before: "using Bogus;\n\npublic class Demo(IHostEnvironment env)\n{\n    public void Fill(AppDb db, string[] items, User user)\n    {\n",
        statements: &[
            "Work(1);",
            "db.Users.AddRange(new Faker<User>().Generate(2));",
            "user.Name = new Faker().Name.FullName(); // a name",
            "Log.Trace($\"Hello {new Faker().Name.FullName()}\");",
            "Work(@\"kept\nas it is\", new Faker().Name.FullName());",
            "db.Users.AddRange(\n    new Faker<User>()\n        .Generate(2));",
            "Work(1); db.Users.AddRange(new Faker<User>().Generate(2));",
            "if (user != null)\n    db.Users.AddRange(new Faker<User>().Generate(2));",
            "",
        ],
        heads: &["if (user != null)", "foreach (var item in items)", "lock (db)", "using (var scope = Work(1))"],
        open: Some("{"),
        close: Some("}"),
        after: "    }\n}\n",
        depth: 2,
    },
];

impl Style {
    fn write(&self, pieces: &[Piece], depth: usize, out: &mut String) {
        for piece in pieces {
            match piece {
                Piece::Statement(number) => self.line(self.statements[number % self.statements.len()], depth, out),
                Piece::Block(head, inner) => {
                    self.line(self.heads[head % self.heads.len()], depth, out);
                    self.open.into_iter().for_each(|text| self.line(text, depth, out));
                    // an empty one is none in Python
                    self.line(self.statements[0], depth + 1, out);
                    self.write(inner, depth + 1, out);
                    self.close.into_iter().for_each(|text| self.line(text, depth, out));
                }
            }
        }
    }

    fn line(&self, text: &str, depth: usize, out: &mut String) {
        for part in text.split('\n') {
            // what stands in a string stays where it is
            let indent = if part.is_empty() || part.starts_with("as it is") { 0 } else { depth };
            out.push_str(&format!("{}{part}\n", self.unit.repeat(indent)));
        }
    }

    fn source(&self, pieces: &[Piece]) -> String {
        let mut body = String::new();
        self.write(pieces, self.depth, &mut body);
        format!("{}{body}{}", self.before, self.after)
    }
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let statement = (0usize..16).prop_map(Piece::Statement);
    let piece = statement.prop_recursive(3, 12, 4, |inner| {
        (0usize..8, proptest::collection::vec(inner, 1..4)).prop_map(|(head, inner)| Piece::Block(head, inner))
    });
    proptest::collection::vec(piece, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn guards_keep_the_shape_of_any_source(pieces in pieces(), tabs in any::<bool>(), crlf in any::<bool>()) {
        with_stack(|| for style in &STYLES {
            let mut text = style.source(&pieces);
            if tabs {
                text = with_tabs(&style.case, &text);
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            let recipe = Recipe {
                name: text.clone(), before: text.clone(), path: None, run: String::new(), files: Default::default(),
                title: None, after: None, refused: None,
            };
            settled(&style.case, &recipe, &text);
        });
    }
}
