use super::*;
use Language::{CSharp, Python, Ruby};

fn data(language: Language) -> Data {
    toml::from_str(text(language)).unwrap_or_else(|error| panic!("{language:?}: {error}"))
}

#[test]
fn the_embedded_data_loads_and_is_not_trivial() {
    for language in Language::ALL {
        let data = data(language);
        assert!(data.library.len() >= 7, "{language:?}");
        assert!(data.variable.len() >= 2, "{language:?}");
        assert!(data.accessor.len() >= 3, "{language:?}");
        assert!(data.sink.len() >= 5, "{language:?}");
        let catalog = Catalog::builtin();
        assert!(catalog.symbols(language).count() >= 20, "{language:?}");
        assert!(catalog.sinks(language).count() >= 40, "{language:?}");
        assert!(!catalog.words(language).is_empty());
        assert!(!catalog.item_words(language).is_empty());
        assert!(!catalog.environment_words(language).is_empty());
    }
}

#[test]
fn lanes_that_are_referred_to_exist_and_none_is_idle() {
    for language in Language::ALL {
        let data = data(language);
        let variables = data.variable.iter().map(|it| &it.lanes);
        let used: Vec<&String> = variables.chain(data.accessor.iter().map(|it| &it.lanes)).collect();
        for name in &used {
            assert!(data.lanes.contains_key(*name), "{language:?}: {name}");
        }
        for name in data.lanes.keys() {
            assert!(used.contains(&name), "{language:?}: {name} is idle");
        }
    }
}

#[test]
fn nothing_is_said_twice() {
    for language in Language::ALL {
        let data = data(language);
        let mut names: Vec<String> = Vec::new();
        let mut say = |kind: &str, list: &[SmolStr]| {
            names.extend(list.iter().map(|name| format!("{kind} {name}")));
        };
        for library in &data.library {
            say("library", std::slice::from_ref(&library.key));
            for list in [&library.data, &library.config, &library.write] {
                say("symbol", list);
            }
            for members in &library.members {
                for list in [&members.data, &members.config, &members.write] {
                    for owner in &members.of {
                        for name in list {
                            say("symbol", &[SmolStr::new(format!("{owner}.{name}"))]);
                        }
                    }
                }
            }
        }
        data.variable.iter().for_each(|it| say("variable", &it.names));
        data.accessor.iter().for_each(|it| say("accessor", &it.names));
        data.sink.iter().for_each(|it| say("sink", &it.names));
        names.sort();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1], "{language:?}");
        }
    }
}

#[test]
fn every_symbol_and_every_import_holds_a_trigger_word() {
    for language in Language::ALL {
        let catalog = Catalog::builtin();
        let load = |import: &str| match language {
            Language::Ruby => format!("require \"{import}\""),
            Language::Python => format!("import {import}"),
            Language::CSharp => format!("using {import};"),
        };
        let has_word = |text: &str| catalog.words(language).iter().any(|word| text.contains(word.as_str()));
        for library in catalog.libraries.iter().filter(|it| it.language == language) {
            for import in &library.imports {
                assert!(has_word(&load(import)), "{language:?} {import}");
            }
        }
        // a Python symbol is used under whatever name the import gives it; the import holds the word
        if language != Language::Python {
            for symbol in catalog.symbols(language) {
                assert!(has_word(&symbol.name), "{language:?} {}", symbol.name);
            }
        }
    }
}

#[test]
fn packages_are_in_the_form_that_manifests_are_read_into() {
    for library in &Catalog::builtin().libraries {
        for package in &library.packages {
            assert_eq!(*package, package.to_lowercase());
            assert!(library.language != Python || !package.contains(['_', '.']), "{package}");
        }
    }
}

/// The effect that the catalogue gives a qualified name, or `-`.
fn effect(language: Language, name: &str) -> String {
    match Catalog::builtin().symbol(language, name) {
        None => "-".into(),
        Some(symbol) => format!("{:?} {}", symbol.effect, symbol.library).to_lowercase(),
    }
}

#[test]
fn symbols_are_found_by_their_longest_prefix() {
    let table = [
        (Ruby, "Faker.Name.name", "data faker"),
        (Ruby, "Faker.Config.locale=", "config faker"),
        (Ruby, "Faker.VERSION", "config faker"),
        (Ruby, "FFaker.Internet.email", "data ffaker"),
        (Ruby, "FactoryBot.create_list", "write factory-bot"),
        (Ruby, "FactoryBot.build", "data factory-bot"),
        (Ruby, "FactoryGirl.attributes_for", "data factory-bot"),
        (Ruby, "FactoryBot.define", "config factory-bot"),
        (Ruby, "FactoryBot.Syntax.Methods", "config factory-bot"),
        (Ruby, "Fabricate", "write fabrication"),
        (Ruby, "Fabricate.build", "data fabrication"),
        (Ruby, "Forgery.Name.full_name", "data forgery"),
        (Ruby, "MyApp.Faker", "-"),
        (Ruby, "FakerClient", "-"),
        (Python, "faker.Faker", "data faker"),
        (Python, "faker.Faker.name", "data faker"),
        (Python, "faker.Faker.seed", "config faker"),
        (Python, "faker.proxy.Faker.seed_instance", "config faker"),
        (Python, "faker.Factory.create", "data faker"),
        (Python, "faker.providers.BaseProvider", "config faker"),
        (Python, "factory.Faker", "data factory-boy"),
        (Python, "factory.django.DjangoModelFactory", "write factory-boy"),
        (Python, "factory.django.DjangoModelFactory.create_batch", "write factory-boy"),
        (Python, "factory.django.DjangoModelFactory.build", "data factory-boy"),
        (Python, "factory.Factory.create", "data factory-boy"),
        (Python, "factory.create_app", "-"),
        (Python, "mimesis.Person.full_name", "data mimesis"),
        (Python, "mimesis.Locale.EN", "config mimesis"),
        (Python, "model_bakery.baker.make", "write model-bakery"),
        (Python, "model_bakery.baker.prepare", "data model-bakery"),
        (Python, "mixer.backend.django.mixer.blend", "write mixer"),
        (Python, "mixer.main.mixer.blend", "data mixer"),
        (Python, "django_seed.Seed.seeder.execute", "write django-seed"),
        (Python, "fauxfactory.gen_email", "data fauxfactory"),
        (CSharp, "Bogus.Faker.Generate", "data bogus"),
        (CSharp, "Bogus.Randomizer.Seed", "config bogus"),
        (CSharp, "Bogus.DataSets.Name.FirstName", "data bogus"),
        (CSharp, "Faker.Name.FullName", "data faker-net"),
        (CSharp, "Faker.Client", "-"),
        (CSharp, "AutoBogus.AutoFaker.Generate", "data autobogus"),
        (CSharp, "AutoBogus.AutoFaker.Configure", "config autobogus"),
        (CSharp, "AutoFixture.Fixture.Create", "data autofixture"),
        (CSharp, "GenFu.A.New", "data genfu"),
        (CSharp, "FakeItEasy.A.Fake", "-"),
        (CSharp, "MyApp.Faker.Client", "-"),
    ];
    for (language, name, expected) in table {
        assert_eq!(effect(language, name), expected, "{language:?} {name}");
    }
}

/// The lanes in the order of the struct: `-` is missing, `*` any value.
fn lanes(lanes: &Lanes) -> String {
    let show = |lane: &Vec<Option<SmolStr>>| match lane.as_slice() {
        [] => "*".to_string(),
        values => values.iter().map(|value| value.as_deref().unwrap_or("-")).collect::<Vec<_>>().join("/"),
    };
    [&lanes.production, &lanes.unset, &lanes.staging, &lanes.odd, &lanes.development, &lanes.test].map(show).join(" ")
}

#[test]
fn variables_hold_what_production_and_the_others_set() {
    let table = [
        (Ruby, "RAILS_ENV", true, "production - staging Production development test"),
        (Ruby, "RACK_ENV", true, "-/production - staging Production development test"),
        (Ruby, "ENVIRONMENT", false, "production - staging Production development test"),
        (Python, "APP_ENV", false, "production - staging Production development test"),
        (Python, "DEBUG", false, "False - False off True False"),
        (Python, "FLASK_DEBUG", true, "False - False off True False"),
        (CSharp, "ASPNETCORE_ENVIRONMENT", true, "Production - Staging production Development Testing"),
        (CSharp, "APP_ENV", false, "production - staging Production development test"),
    ];
    for (language, name, framework, expected) in table {
        let variable = Catalog::builtin().variable(language, name).unwrap();
        assert_eq!(lanes(&variable.lanes), expected, "{name}");
        assert_eq!(variable.framework, framework, "{name}");
    }
    let under_test = Catalog::builtin().variable(Python, "PYTEST_CURRENT_TEST").unwrap();
    assert!(lanes(&under_test.lanes).starts_with("- - - - - tests/"));
}

#[test]
fn accessors_answer_with_the_frameworks_default() {
    let table = [
        (Ruby, "Rails.env", "production development staging Production development test"),
        (Ruby, "Padrino.env", "production development staging production development test"),
        (Python, "django.conf.settings.DEBUG", "false false false false true false"),
        (Python, "sys.flags.dev_mode", "false false false false false false"),
        (Python, "__debug__", "true true true true true true"),
        (Python, "django.conf.settings.ENVIRONMENT", "production * staging Production development *"),
        (CSharp, "IWebHostEnvironment", "Production Production Staging production Development Testing"),
        (CSharp, "Debugger.IsAttached", "false false false false false false"),
    ];
    for (language, name, expected) in table {
        let accessor = Catalog::builtin().accessor(language, name).unwrap();
        assert_eq!(lanes(&accessor.lanes), expected, "{name}");
    }
}

#[test]
fn constants_stand_for_their_strings() {
    let constant = |name: &str| Catalog::builtin().constant(CSharp, name).map(SmolStr::as_str);
    assert_eq!(constant("Environments.Development"), Some("Development"));
    assert_eq!(constant("Microsoft.Extensions.Hosting.Environments.Production"), Some("Production"));
    assert_eq!(constant("Environments.Live"), None);
}

#[test]
fn sinks_are_restricted_where_a_bare_name_would_be_silly() {
    let table = [
        (Ruby, "create!", "any args"),
        (Ruby, "save!", "any receiver"),
        (Ruby, "push", "some args"),
        (Python, "bulk_create", "any args"),
        (Python, "add", "some args"),
        (Python, "update", "some args"),
        (Python, "append", "-"),
        (Python, "save", "any receiver"),
        (CSharp, "AddRangeAsync", "any args"),
        (CSharp, "SaveChanges", "any receiver"),
        (CSharp, "Insert", "some args"),
    ];
    for (language, name, expected) in table {
        let got = match Catalog::builtin().sink(language, name) {
            None => "-".to_string(),
            Some(sink) => format!(
                "{} {}",
                if sink.on.is_empty() { "any" } else { "some" },
                if sink.receiver { "receiver" } else { "args" }
            ),
        };
        assert_eq!(got, expected, "{language:?} {name}");
    }
}

#[test]
fn no_symbol_of_csharp_is_a_namespace_that_files_import() {
    // `using N;` would turn every unknown type of the file into `N.Type`
    for library in &Catalog::builtin().libraries {
        for import in &library.imports {
            let symbol = Catalog::builtin().symbol(library.language, import);
            assert!(library.language != CSharp || symbol.is_none(), "{import}");
        }
    }
}

#[test]
fn receivers_of_sinks_have_no_leading_marks() {
    for language in Language::ALL {
        for sink in Catalog::builtin().sinks(language) {
            for on in &sink.on {
                assert!(!on.starts_with(['@', '_']), "{on}");
            }
        }
    }
}

#[test]
fn symbols_of_the_configuration_add_their_word() {
    let mut catalog = Catalog::builtin().clone();
    for (language, name, word) in [(Ruby, "hit!", "hit!"), (Python, "hit", "hit"), (CSharp, "Fake.Hit", "Hit")] {
        catalog.add_symbol(Symbol {
            language,
            family: Family::FakeData,
            name: name.into(),
            effect: Effect::Data,
            library: SmolStr::default(),
        });
        assert!(catalog.symbol(language, name).is_some());
        assert!(catalog.words(language).iter().any(|known| known == word));
    }
}
