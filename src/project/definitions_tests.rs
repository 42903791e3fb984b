use super::*;
use Language::{CSharp, Python, Ruby};

/// Own names, weak ones with `~`, then global usings with `+`.
fn show(language: Language, text: &str) -> String {
    let found = definitions(language, text, &RootNames::of(Catalog::builtin()));
    let own = found.own_names.iter().map(|own| format!("{}{}", if own.weak { "~" } else { "" }, own.name));
    let usings = found.global_usings.iter().map(|name| format!("+{name}"));
    own.chain(usings).collect::<Vec<_>>().join(" ")
}

#[test]
fn definitions_take_names_and_reopenings_do_not() {
    let table = [
        (Ruby, "class Faker\nend", "Faker"),
        (Ruby, "class Faker < Base; end", "Faker"),
        (Ruby, "class ::Faker\nend", "Faker"),
        (Ruby, "Faker = Struct.new(:a)", "Faker"),
        (Ruby, "module Faker\n  class Custom < Base\n  end\nend", "~Faker"),
        (Ruby, "module Shop\n  class Faker\n  end\nend", "~Faker"),
        (Ruby, "class Faker::Custom < Faker::Base\nend", ""),
        (Ruby, "class Forgery\nend", "~Forgery"),
        (Ruby, "module Forgery\nend", "Forgery"),
        (Ruby, "class FakerClient\nend", ""),
        (Ruby, "# a class Faker\nx = \"class Faker\"", ""),
        (Ruby, "class << self\nend", ""),
        (Python, "class Faker:\n    pass", ""),
        (CSharp, "public static class Faker\n{", "Faker"),
        (CSharp, "public class Faker<T>\n{", "Faker"),
        (CSharp, "public record Person(string Name);", "Person"),
        (CSharp, "namespace Shop.Faker;\n", "~Faker"),
        (CSharp, "namespace Shop.Faker {", "~Faker"),
        (CSharp, "namespace Faker\r\n{", "~Faker"),
        (CSharp, "class UserFaker : Faker<User>", ""),
        (CSharp, "class Faker : Bogus.Faker", ""),
        (CSharp, "class Faker<T> : Bogus.Faker<T> where T : class", ""),
        (CSharp, "/// a class Faker\n// class Faker\nvar x = \"class Faker\";", ""),
        (CSharp, "enum Subclass { }\nsubclass Faker", ""),
        (
            CSharp,
            "global using Bogus;\nglobal using F = Bogus.Faker;\nglobal using static Bogus.X;\nusing System;",
            "+Bogus +F=Bogus.Faker +static Bogus.X",
        ),
    ];
    for (language, text, expected) in table {
        assert_eq!(show(language, text), expected, "{text}");
    }
}

#[test]
fn a_module_of_the_name_hides_the_library_where_python_looks() {
    let table = [
        ("faker.py", "", true),
        ("faker/__init__.py", "", true),
        ("src/faker/__init__.py", "", true),
        ("api/faker.py", "api", true),
        ("factory.py", "", true),
        ("faker/cli.py", "", false),
        ("shop/utility/faker/__init__.py", "", false),
        ("shop/faker.py", "", false),
        ("shop.py", "", false),
    ];
    let roots = RootNames::of(Catalog::builtin());
    for (path, project, expected) in table {
        assert_eq!(module(path, project, &roots).is_some(), expected, "{path}");
    }
}
