use super::*;

/// A manifest in one line a kind of fact; what is empty is left out.
fn show(path: &str, text: &str) -> String {
    let Some(manifest) = read(path, text) else {
        return "not a manifest".into();
    };
    let mut packages: Vec<&str> = manifest.packages.iter().map(SmolStr::as_str).collect();
    packages.sort_unstable();
    let versions = manifest.versions.iter().map(|(name, (major, minor))| format!("{name} {major}.{minor}"));
    let mut parts = vec![format!("[{}] {}", manifest.folder, packages.join(" "))];
    let mut add = |label: &str, values: Vec<String>| {
        if !values.is_empty() {
            parts.push(format!("{label}: {}", values.join(" ")));
        }
    };
    let owned = |values: &[SmolStr]| values.iter().map(|value| value.to_string()).collect();
    add("versions", versions.collect());
    add("builds", manifest.builds.iter().map(|name| name.to_string()).collect());
    add("includes", owned(&manifest.includes));
    add("usings", owned(&manifest.dotnet.usings));
    add("defined", owned(&manifest.dotnet.defined));
    let flags = [
        ("open", manifest.open),
        ("locked", manifest.locked),
        ("shared", !manifest.project),
        ("tests", manifest.dotnet.test_project),
    ];
    add("is", flags.iter().filter(|(_, set)| *set).map(|(name, _)| name.to_string()).collect());
    parts.join("; ")
}

fn check(table: &[(&str, &str, &str)]) {
    for (path, text, expected) in table {
        assert_eq!(show(path, text), *expected, "{path}: {text}");
    }
}

#[test]
fn ruby() {
    check(&[
        (
            "Gemfile",
            "gem 'rails', '~> 7.1.2'\ngroup :test do\n  gem \"Faker\"\nend\n# gem 'ffaker'\n",
            "[] faker rails; versions: rails 7.1",
        ),
        (
            "a/Gemfile",
            "gem('rails', '>= 7.0')\ngem 'x', '7.1', '< 8'\ngem 'y', '~> 7.1'\ngem 'z', require: false",
            "[a] rails x y z",
        ),
        ("Gemfile", "gemspec\neval_gemfile 'common.rb'\neval_gemfile path", "[] ; includes: common.rb; is: open"),
        ("Gemfile", "%w[rspec-core faker].each do |lib|\n  gem lib, branch: x\nend", "[] faker rspec-core"),
        ("gemfiles/rails_7.gemfile", "gem 'rails', '7.0.8'", "[] rails; versions: rails 7.0"),
        (
            "Gemfile.lock",
            "GEM\n  remote: https://rubygems.org/\n  specs:\n    faker (3.2.0)\n      i18n (>= 1.8.11, < 2)\n    railties (7.1.3)\n\nDEPENDENCIES\n  faker\n",
            "[] faker i18n railties; versions: faker 3.2 rails 7.1 railties 7.1; is: locked",
        ),
        (
            "core/shop.gemspec",
            "Gem::Specification.new do |s|\n  s.name = 'shop_core'\n  s.add_dependency 'rails', '>= 7'\n  s.add_development_dependency('faker', '~> 3.0')\nend",
            "[core] faker rails; builds: shop_core",
        ),
        ("faker.gemspec", "spec.name        = 'faker'", "[] ; builds: faker"),
        ("lib/faker.rb", "", "not a manifest"),
    ]);
}

#[test]
fn python() {
    check(&[
        (
            "requirements.txt",
            "# x\nFlask==2.2.5  # pinned\nfactory_boy>=3\n-r base.txt\n-e .\ngit+https://x/y.git\nDjango[argon2]~=4.2.1 ; python_version>'3'\n",
            "[] django factory-boy flask; versions: flask 2.2 django 4.2; includes: base.txt",
        ),
        ("api/requirements/dev.txt", "-r ./base.txt\nFaker", "[api] faker; includes: api/requirements/base.txt"),
        ("dev-requirements.txt", "faker", "[] faker"),
        ("notes.txt", "faker", "not a manifest"),
        (
            "pyproject.toml",
            "[project]\nname = 'shop'\ndependencies = ['flask==2.3.*', 'x']\n[project.optional-dependencies]\ndev = ['Faker']\n[dependency-groups]\ntest = ['model_bakery']\n",
            "[] faker flask model-bakery x; versions: flask 2.3; builds: shop",
        ),
        (
            "pyproject.toml",
            "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\ndjango = '4.2.7'\nflask = '^2.0'\n[tool.poetry.group.dev.dependencies]\nfaker = { version = '*' }\n",
            "[] django faker flask; versions: django 4.2; builds: shop",
        ),
        ("pyproject.toml", "[project", "[] ; is: open"),
        ("pyproject.toml", "[project]\ndynamic = ['dependencies']", "[] ; is: open"),
        (
            "setup.py",
            "setup(\n    name='shop',\n    description='faker for all',\n    install_requires=['faker>=1', \"Flask == 2.0.1\"],\n    # 'nose',\n)",
            "[] faker flask; versions: flask 2.0; builds: shop",
        ),
        (
            "setup.cfg",
            "[metadata]\nname = shop\n[options]\npackages = find:\ninstall_requires =\n    faker\n    flask==2.1.0\n[options.extras_require]\ntest =\n    pytest\n[flake8]\nignore = E1\n",
            "[] faker flask pytest; versions: flask 2.1; builds: shop",
        ),
        (
            "Pipfile",
            "[packages]\ndjango = '==4.1.0'\n[dev-packages]\nfaker = '*'\n",
            "[] django faker; versions: django 4.1",
        ),
        (
            "Pipfile.lock",
            "{\"default\": {\"django\": {\"version\": \"==4.1.0\"}}, \"develop\": {\"faker\": {}}}",
            "[] django faker; versions: django 4.1; is: locked",
        ),
        (
            "poetry.lock",
            "[[package]]\nname = \"Flask\"\nversion = \"3.0.2\"\n\n[package.dependencies]\nname = 1\n",
            "[] 1 flask; versions: flask 3.0; is: locked",
        ),
        (
            "environment.yml",
            "dependencies:\n  - python=3.11\n  - conda-forge::faker\n  - pip:\n    - flask==2.2.0\n",
            "[] faker flask python; versions: python 3.11 flask 2.2",
        ),
    ]);
}

#[test]
fn dotnet() {
    check(&[
        (
            "src/Shop/Shop.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\">\n<PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup>\n<PackageReference Include=\"Bogus\" Version=\"35.5.0\" /><!-- <PackageReference Include=\"NBuilder\" /> -->\n<PackageReference Update='X' Version='1.0'/><ProjectReference Include=\"..\\Core\\Core.csproj\" /></ItemGroup></Project>",
            "[src/Shop] bogus; versions: net 8.0 bogus 35.5; builds: shop; includes: src/Core/Core.csproj",
        ),
        (
            "A.csproj",
            "<TargetFrameworks>net8.0-windows;netcoreapp3.1;netstandard2.0</TargetFrameworks>",
            "[] ; versions: net 3.1; builds: a",
        ),
        (
            "A.csproj",
            "<TargetFrameworkVersion>v4.7.2</TargetFrameworkVersion><Reference Include=\"Bogus, Version=33.0.0.0\">",
            "[] bogus; versions: netframework 4.7; builds: a",
        ),
        ("A.csproj", "<TargetFramework>net472</TargetFramework>", "[] ; versions: netframework 4.7; builds: a"),
        (
            "A.csproj",
            "<PackageReference Include=\"Microsoft.NET.Test.Sdk\"/>",
            "[] microsoft.net.test.sdk; builds: a; is: tests",
        ),
        ("A.csproj", "<IsTestProject>true</IsTestProject>", "[] ; builds: a; is: tests"),
        (
            "A.csproj",
            "<PackageReference Include=\"xunit.extensibility.core\"/>",
            "[] xunit.extensibility.core; builds: a",
        ),
        (
            "A.csproj",
            "<Using Include=\"Bogus\" /><Using Include=\"Bogus.Faker\" Alias=\"F\" /><Using Include=\"A.B\" Static=\"True\" />",
            "[] ; builds: a; usings: Bogus F=Bogus.Faker static A.B",
        ),
        (
            "A.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk.Worker\"><ImplicitUsings>enable</ImplicitUsings>",
            "[] ; builds: a; usings: System System.Collections.Generic System.IO System.Linq System.Net.Http System.Threading System.Threading.Tasks Microsoft.Extensions.Configuration Microsoft.Extensions.DependencyInjection Microsoft.Extensions.Hosting Microsoft.Extensions.Logging",
        ),
        (
            "A.csproj",
            "<PropertyGroup Condition=\"'$(Configuration)'=='Debug'\"><DefineConstants>DEBUG;TRACE</DefineConstants></PropertyGroup><PropertyGroup><DefineConstants>$(DefineConstants);DEMO</DefineConstants></PropertyGroup>",
            "[] ; builds: a; defined: DEMO",
        ),
        (
            "A.csproj",
            "<PropertyGroup Condition=\"'$(Configuration)|$(Platform)'=='Release|AnyCPU'\"><DefineConstants>DEBUG,TRACE</DefineConstants></PropertyGroup>",
            "[] ; builds: a; defined: DEBUG TRACE",
        ),
        (
            "A.csproj",
            "<PropertyGroup><DefineConstants Condition=\"'$(OS)' == 'x'\">WIN</DefineConstants></PropertyGroup>",
            "[] ; builds: a",
        ),
        ("A.csproj", "<PackageId>Bogus</PackageId>", "[] ; builds: bogus"),
        (
            "Directory.Build.props",
            "<Project><Import Project=\"$(MSBuildThisFileDirectory)eng/x.props\"/><Import Project=\"$(Root)/y.props\"/></Project>",
            "[] ; includes: eng/x.props; is: shared",
        ),
        (
            "Directory.Packages.props",
            "<PackageVersion Include=\"Bogus\" Version=\"1.0\"/><GlobalPackageReference Include=\"Analyzer\"/>",
            "[] analyzer; is: shared",
        ),
        (
            "packages.config",
            "<packages><package id=\"Bogus\" version=\"1.0\" targetFramework=\"net472\" /></packages>",
            "[] bogus; is: shared",
        ),
        ("A.csproj", "<a <b \"", "[] ; builds: a"),
        ("A.csproj", "<!-- ", "[] ; builds: a"),
    ]);
}

#[test]
fn paths_are_joined_within_the_root() {
    let table = [
        ("src/a", "..\\b\\B.csproj", Some("src/b/B.csproj")),
        ("", "./x.txt", Some("x.txt")),
        ("", "../x.txt", None),
        ("a", "/etc/x", None),
        ("a", "$(X)/y", None),
    ];
    for (folder, written, expected) in table {
        assert_eq!(join(folder, written).as_deref(), expected, "{folder} {written}");
    }
}
