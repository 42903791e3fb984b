use super::*;
use Language::{CSharp, Python, Ruby};

fn index(files: &[(&str, &str)], config: &str) -> Index {
    let (config, problems) = Config::parse(config, &[]);
    assert_eq!(problems, []);
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let read = |wanted: &str| {
        let file = files.iter().find(|(path, _)| *path == wanted);
        file.map(|(_, text)| text.to_string())
    };
    let mut index = Index::build(&paths, Arc::new(config), &read);
    for (path, text) in files {
        let language = match path.rsplit('.').next() {
            Some("rb") => Ruby,
            Some("py") => Python,
            Some("cs") => CSharp,
            _ => continue,
        };
        let found = index.definitions(language, text);
        index.merge(language, path, found);
    }
    index
}

fn sorted<'a>(names: impl IntoIterator<Item = &'a SmolStr>) -> String {
    let mut names: Vec<&str> = names.into_iter().map(SmolStr::as_str).collect();
    names.sort_unstable();
    names.join(" ")
}

/// Facts of one kind as text; `-` where there are none to have.
fn fact(index: &Index, language: Language, path: &str, kind: &str) -> String {
    let facts = index.facts(language, path);
    match kind {
        "packages" => facts.packages.map_or("-".into(), |packages| sorted(packages.iter())),
        "own" => sorted(facts.own_names.iter()),
        "environments" => sorted(facts.environments.iter()),
        "pinned" => sorted(facts.pinned.keys()),
        "usings" => sorted(facts.global_usings.iter()),
        "defined" => sorted(facts.defined.iter()),
        "versions" => {
            let mut versions: Vec<String> =
                facts.versions.iter().map(|(name, (major, minor))| format!("{name} {major}.{minor}")).collect();
            versions.sort_unstable();
            versions.join(" ")
        }
        "predicates" => format!("{:?}", facts.predicates),
        _ => format!("{:?}", index.zone(language, path)),
    }
}

fn check(index: &Index, language: Language, table: &[(&str, &str, &str)]) {
    for (path, kind, expected) in table {
        assert_eq!(fact(index, language, path, kind), *expected, "{kind} of {path}");
    }
}

#[test]
fn ruby_takes_what_stands_above() {
    let files = [
        ("Gemfile", "gem 'rails', '~> 7.1.0'\ngem 'faker'"),
        ("Gemfile.lock", "    rails (7.2.1)\n    faker (3.2.0)\n"),
        ("engines/shop/shop.gemspec", "s.add_dependency 'rails', '7.0.1'"),
        ("config/environments/production.rb", ""),
        ("config/environments/staging.rb", ""),
        ("spec/dummy/config/environments/demo.rb", ""),
        ("db/seeds.rb", "load \"db/seeds/#{Rails.env}.rb\""),
        ("other/Gemfile", "eval_gemfile path"),
        ("Dockerfile", "ENV RAILS_ENV=production RACK_ENV=staging RAILS_LOG=1"),
        ("lib/faker/shop.rb", "module Faker\n  class Shop < Base\n  end\nend"),
    ];
    let index = index(&files, "");
    check(
        &index,
        Ruby,
        &[
            ("app/models/user.rb", "packages", "faker rails"),
            ("engines/shop/app/models/x.rb", "packages", "faker rails"),
            ("engines/shop/app/models/x.rb", "versions", "faker 3.2 rails 7.2"),
            ("other/x.rb", "packages", "faker rails"),
            ("app/models/user.rb", "environments", "production staging"),
            ("app/models/user.rb", "pinned", "RAILS_ENV"),
            // it adds to the library
            ("app/models/user.rb", "own", ""),
            ("lib/faker/shop.rb", "zone", "Library"),
            ("db/seeds/development.rb", "zone", "Development"),
            ("db/seeds/other.rb", "zone", "OnDemand"),
        ],
    );
}

#[test]
fn ruby_without_the_package_has_the_name_to_itself() {
    let module = "module Faker\n  class Shop\n  end\nend";
    let table = [
        (vec![("Gemfile", "gem 'rails'"), ("lib/x.rb", module)], "rails", "Faker"),
        (vec![("Gemfile", "gem 'faker'"), ("lib/x.rb", module)], "faker", ""),
        (vec![("Gemfile", "gem 'faker'"), ("lib/x.rb", "class Faker\nend")], "faker", "Faker"),
        (vec![("lib/x.rb", module)], "-", "Faker"),
        (vec![("Gemfile", "eval_gemfile path")], "-", ""),
    ];
    for (files, packages, own) in table {
        let index = index(&files, "");
        check(&index, Ruby, &[("app/a.rb", "packages", packages), ("app/a.rb", "own", own)]);
    }
}

#[test]
fn python_merges_requirements() {
    let files = [
        ("pyproject.toml", "[project]\nname = 'shop'\ndependencies = ['flask==2.2.1']"),
        ("requirements/base.txt", "django==4.2.1"),
        ("requirements/dev.txt", "-r base.txt\nFaker"),
        ("api/setup.py", "install_requires=['celery']"),
        ("factory.py", ""),
        ("shop/faker.py", ""),
        ("k8s/web.yaml", "- name: APP_ENV\n  value: production"),
    ];
    let index = index(&files, "");
    check(
        &index,
        Python,
        &[
            ("shop/views.py", "packages", "django faker flask"),
            ("api/tasks.py", "packages", "celery django faker flask"),
            ("api/tasks.py", "zone", "Production"),
            ("shop/views.py", "versions", "django 4.2 flask 2.2"),
            ("shop/views.py", "own", "factory"),
            ("shop/views.py", "pinned", "APP_ENV"),
        ],
    );
}

#[test]
fn csharp_follows_references() {
    let files = [
        (
            "Directory.Build.props",
            "<Project><PropertyGroup><DefineConstants>DEBUG</DefineConstants></PropertyGroup><ItemGroup><PackageReference Include=\"Analyzer\"/><Using Include=\"Shared\"/></ItemGroup></Project>",
        ),
        (
            "src/Core/Core.csproj",
            "<PackageReference Include=\"Bogus\"/><Using Include=\"Core\"/><TargetFramework>net6.0</TargetFramework>",
        ),
        (
            "src/Shop/Shop.csproj",
            "<ProjectReference Include=\"..\\Core\\Core.csproj\"/><TargetFramework>net8.0</TargetFramework>",
        ),
        ("src/Shop/GlobalUsings.cs", "global using Bogus;"),
        ("src/Shop/Person.cs", "class Person {}"),
        ("src/Shop/Fakers.cs", "namespace Shop.Faker;"),
        ("src/Checks/Checks.csproj", "<PackageReference Include=\"Microsoft.NET.Test.Sdk\"/>"),
        ("Bogus/Bogus.csproj", ""),
    ];
    let index = index(&files, "");
    check(
        &index,
        CSharp,
        &[
            ("src/Shop/Deep/A.cs", "packages", "analyzer bogus"),
            ("src/Shop/Deep/A.cs", "versions", "net 8.0"),
            ("src/Shop/Deep/A.cs", "usings", "Bogus Shared"),
            ("src/Shop/Deep/A.cs", "defined", "DEBUG"),
            ("src/Shop/Deep/A.cs", "own", "Person"),
            ("src/Core/A.cs", "usings", "Core Shared"),
            ("src/Core/A.cs", "own", ""),
            ("src/Checks/A.cs", "zone", "Test"),
            ("src/Shop/A.cs", "zone", "Production"),
            ("Bogus/Faker.cs", "zone", "Library"),
            ("loose/A.cs", "packages", "-"),
        ],
    );
}

#[test]
fn the_configuration_goes_first() {
    let config = "exclude = ['vendor']\n[environments]\nproduction = ['live']\nnames = ['sandbox']\n[[zones]]\npaths = ['app/demo']\nzone = 'test'\n[[predicates]]\nlanguage = 'ruby'\nname = 'Host::safe?'\nmeans = 'development'\n[[symbols]]\nlanguage = 'ruby'\nname = 'hit!'";
    let index = index(&[("Dockerfile", "ENV APP_ENV=live")], config);
    check(
        &index,
        Ruby,
        &[
            ("app/demo/x.rb", "zone", "Test"),
            ("config/environments/live.rb", "zone", "Production"),
            ("app/x.rb", "environments", "development live production sandbox test"),
            ("app/x.rb", "pinned", "APP_ENV"),
            ("app/x.rb", "predicates", "{\"Host.safe?\": true}"),
        ],
    );
    check(&index, Python, &[("x.py", "predicates", "{}")]);
    let factories = "FactoryBot.define do\nend";
    assert_eq!(index.zone_of(Ruby, "app/x.rb", factories), Zone::Test);
    assert_eq!(index.zone_of(Ruby, "app/x.rb", ""), Zone::Production);
    assert!(index.excludes("vendor/x.rb"));
    assert!(index.catalog().has_symbol(Ruby, "hit!"));
    assert!(index.catalog().item_words(Ruby).iter().any(|word| word == "safe?"));
}
