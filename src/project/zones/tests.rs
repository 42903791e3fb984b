use super::Zone::*;
use super::*;
use Language::{CSharp, Python, Ruby};

fn check(language: Language, around: &Around<'_>, table: &[(&str, Zone)]) {
    for (path, expected) in table {
        assert_eq!(zone(language, path, around), *expected, "{path}");
    }
}

#[test]
fn ruby_by_convention() {
    let table = [
        ("app/models/user.rb", Production),
        ("config/initializers/faker.rb", Production),
        ("lib/sanitizers.rb", Production),
        ("config.ru", Production),
        // a word in a name is no convention
        ("app/services/valid_test_data_generators/generator.rb", Production),
        ("app/jobs/seed_bpn_test_data.rb", Production),
        ("app/controllers/test/sessions_controller.rb", Production),
        ("app/controllers/test_docket_seeds_controller.rb", Production),
        ("app/models/ab_test.rb", Production),
        ("app/factories/report_factory.rb", Production),
        ("app/services/features/toggle.rb", Production),
        ("app/views/docs/index.rb", Production),
        ("app/controllers/examples/page_controller.rb", Production),
        ("app/forms/debug/sign_in_form.rb", Production),
        ("lib/fakes/bgs_service.rb", Production),
        ("lib/templates/build_annotations.rb", Production),
        ("lib/factories/report_factory.rb", Production),
        ("lib/app/db/connection.rb", Production),
        ("app/models/contest.rb", Production),
        // tests
        ("spec/models/user_spec.rb", Test),
        ("spec/factories/users.rb", Test),
        ("test/fixtures/data.rb", Test),
        ("engines/shop/spec/support/x.rb", Test),
        ("app/components/button_component_spec.rb", Test),
        ("packs/shop/test/models/user_test.rb", Test),
        ("features/support/env.rb", Test),
        ("features/login.rb", Test),
        ("core/lib/spree/testing_support/factories.rb", Test),
        ("lib/hyrax/specs/shared_specs/indexers.rb", Test),
        ("bundler/helpers/spec_helpers/adapter.rb", Test),
        ("lib/decidim/forms/test/factories.rb", Test),
        ("lib/avo/test_helpers.rb", Test),
        ("db/factories.rb", Test),
        ("factories/users.rb", Test),
        ("app/test/models/user.rb", Test),
        // environments
        ("config/environments/production.rb", Production),
        (".koppie/config/environments/production.rb", Production),
        ("config/environments/production_eu.rb", Production),
        ("config/environments/preproduction.rb", Development),
        ("config/environments/pre-production.rb", Development),
        ("config/environments/development.rb", Development),
        ("config/environments/staging.rb", Development),
        ("config/environments/live.rb", Development),
        ("config/environments/test.rb", Test),
        // on demand
        ("db/seeds.rb", OnDemand),
        ("db/seeds/development.rb", OnDemand),
        ("db/seeds/support/person_seeder.rb", OnDemand),
        ("db/seeders/base.rb", OnDemand),
        ("db/migrate/20200101_x.rb", OnDemand),
        ("db/samples/products.rb", OnDemand),
        ("db/anonymise/rules.rb", OnDemand),
        ("lib/tasks/dev.rake", OnDemand),
        ("lib/tasks/test/data.rake", OnDemand),
        ("lib/tasks/load_test.rake", OnDemand),
        ("lib/tasks/data/populator.rb", OnDemand),
        ("Rakefile", OnDemand),
        ("script/dev/populate", OnDemand),
        ("scripts/debug_app.ru", OnDemand),
        ("bin/setup", OnDemand),
        // development
        ("db/seeds/development/users.seeds.rb", Development),
        ("db/seeds/test/users.seeds.rb", Test),
        ("db/fixtures/development/users.rb", Development),
        ("lib/generators/shop/install_generator.rb", Development),
        ("app/mailers/previews/user_mailer_preview.rb", Development),
        // not code
        ("lib/generators/shop/templates/initializer.rb", NotCode),
        ("core/lib/generators/dummy/templates/rails/test.rb", NotCode),
        ("lib/templates/rails/scaffold_controller/controller.rb", NotCode),
        ("examples/app.rb", NotCode),
        ("docs/app/models/user.rb", NotCode),
        ("vendor/bundle/gems/x.rb", NotCode),
        ("vendor/engines/shop/app/models/user.rb", Production),
        ("sig/user.rb", NotCode),
        // a library's extensions live in a folder of its name
        ("lib/forgery/forgeries/name.rb", Library),
    ];
    check(Ruby, &Around::default(), &table);
}

#[test]
fn ruby_with_the_project_in_sight() {
    let production = [SmolStr::new("live")];
    let around = Around { seeds_by_environment: true, production: &production, ..Around::default() };
    let table = [
        ("db/seeds/development.rb", Development),
        ("db/seeds/development.seeds.rb", Development),
        ("db/seeds/staging.rb", OnDemand),
        ("db/seeds.rb", OnDemand),
        ("config/environments/live.rb", Production),
    ];
    check(Ruby, &around, &table);
    let around = Around { project: Some("apps/app"), ..Around::default() };
    let table = [
        ("apps/app/script/x.rb", OnDemand),
        ("apps/app/features/x.rb", Test),
        ("apps/app/app/script/x.rb", Production),
    ];
    check(Ruby, &around, &table);
}

#[test]
fn python_by_convention() {
    let table = [
        ("shop/views.py", Production),
        ("shop/tasks.py", Production),
        ("shop/factory.py", Production),
        ("serve.py", Production),
        ("config/settings/base.py", Production),
        ("config/settings/production.py", Production),
        ("shop/local_settings.py", Production),
        ("shop/api/test.py", Production),
        ("shop/lab_tests/views.py", Production),
        ("shop/contest.py", Production),
        ("shop/latest/views.py", Production),
        ("shop/testimonials/views.py", Production),
        ("shop/tools/search.py", Production),
        ("shop/development.py", Production),
        ("shop/config.py", Production),
        ("shop/settings/third_party/redis.py", Production),
        ("{{cookiecutter.slug}}/views.py", Production),
        // tests
        ("tests/test_views.py", Test),
        ("shop/tests/factories.py", Test),
        ("shop/tests.py", Test),
        ("shop/test_views.py", Test),
        ("shop/views_test.py", Test),
        ("conftest.py", Test),
        ("osf_tests/factories.py", Test),
        ("connectors/source-x/unit_tests/x.py", Test),
        ("connectors/source-x/integration_tests/x.py", Test),
        ("airbyte_cdk/test/mock_http/mocker.py", Test),
        ("gratipay/testing/vcr.py", Test),
        ("load_testing/load.py", Test),
        ("ops/locustfile.py", Test),
        ("tests/app/management/commands/x.py", Test),
        ("config/settings/test.py", Test),
        ("shop/settings_test.py", Test),
        ("shop/configuration_testing.py", Test),
        // on demand
        ("shop/management/commands/seed.py", OnDemand),
        ("shop/management/commands/test_email.py", OnDemand),
        ("selenium_tests/management/commands/snapshot.py", OnDemand),
        ("api/testing/management/commands/create_test_data.py", OnDemand),
        ("shop/migrations/0001_initial.py", OnDemand),
        ("alembic/versions/abc_x.py", OnDemand),
        ("scripts/create_fakes.py", OnDemand),
        ("populate.py", OnDemand),
        ("shop/seeds/users.py", OnDemand),
        ("shop/factories.py", OnDemand),
        ("test.py", OnDemand),
        // development
        ("setup.py", Development),
        ("noxfile.py", Development),
        ("tasks.py", Development),
        ("docs/conf.py", Development),
        ("docs/site/conf.py", Development),
        ("config/settings/local.py", Development),
        ("config/settings/dev.py", Development),
        ("config/development.py", Development),
        ("shop/dev_settings.py", Development),
        ("benchmarks/run.py", Development),
        // not code
        ("website/settings/local-dist.py", NotCode),
        ("netbox/configuration_example.py", NotCode),
        ("examples/auth/main.py", NotCode),
        ("docs/media/chat_app.py", NotCode),
        ("django/conf/project_template/manage.py", NotCode),
        (".venv/lib/python3/site-packages/faker/x.py", NotCode),
    ];
    check(Python, &Around::default(), &table);
}

#[test]
fn python_with_the_project_in_sight() {
    let celery: FxHashSet<SmolStr> = ["celery".into()].into_iter().collect();
    let around = Around {
        packages: Some(&celery),
        project: Some("api"),
        has: &|path| matches!(path, "api/shop/__init__.py" | "api/shop/web_tests/conftest.py"),
        ..Around::default()
    };
    let table = [
        ("api/tasks.py", Production),
        ("api/shop/examples/views.py", Production),
        ("api/examples/views.py", NotCode),
        ("api/shop_tests/x.py", Test),
        ("api/shop/web_tests/x.py", Test),
        ("api/shop/lab_tests/x.py", Production),
    ];
    check(Python, &around, &table);
}

#[test]
fn csharp_by_convention() {
    let table = [
        ("src/Shop.Api/Program.cs", Production),
        ("src/Shop/Seeders/UserSeeder.cs", Production),
        ("Sample/Warehouse/Configuration.cs", Production),
        ("Demo.ApiService/Program.cs", Production),
        ("RadzenBlazorDemos.Host/Program.cs", Production),
        ("src/Shop/Contest.cs", Production),
        ("src/Shop/Latest/Tests.cs", Production),
        ("src/Shop/LabTest.cs", Production),
        ("tests/Shop.Helpers/Fakes.cs", Test),
        ("test/Shop/Fakes.cs", Test),
        ("src/Services/Flight/tests/UnitTest/Fakes/Fake.cs", Test),
        ("server/Shop.IntegrationTests/Carts/Get.cs", Test),
        ("Shop.Tests/TestUtils.cs", Test),
        ("Shop.TestUtilities/Fakes.cs", Test),
        ("Shop.Testing/Fakes.cs", Test),
        ("Workshops/02/EntityDefinitionTests.cs", Test),
        ("fuzz/Shop.Fuzz/Program.cs", Test),
        ("benchmarks/Shop/Program.cs", Test),
        ("src/Shop/Migrations/20200101_Init.cs", OnDemand),
        ("tools/Seeder/Initializer.cs", OnDemand),
        ("build/Build.cs", Development),
        ("src/Shop/Form.Designer.cs", NotCode),
        ("src/Shop/obj/Debug/x.cs", NotCode),
        ("src/Shop/bin/Debug/net8.0/x.cs", NotCode),
        ("samples/todo/Program.cs", NotCode),
        ("Examples/EFCoreSeedDb/Program.cs", NotCode),
        ("Demos~/Demo/Hub/FakeUtils.cs", NotCode),
        ("sandbox/Shop.Sandbox/Startup.cs", NotCode),
    ];
    check(CSharp, &Around::default(), &table);
}

#[test]
fn csharp_with_the_project_in_sight() {
    let around = Around { project: Some("src/Shop"), ..Around::default() };
    let table = [
        ("src/Shop/Controllers/Test/TestController.cs", Production),
        ("src/Shop/Samples/SampleSeeder.cs", Production),
        ("src/Shop/Tools/Converter.cs", Production),
        ("src/Shop/Build/Wall.cs", Production),
        ("src/Shop/UnitTests/Cart.cs", Test),
        ("src/Shop/bin/x.cs", NotCode),
    ];
    check(CSharp, &around, &table);
    let around = Around { project: Some("src/Shop"), test_project: true, ..Around::default() };
    check(CSharp, &around, &[("src/Shop/Data.cs", Test)]);
    let packages: FxHashSet<SmolStr> = ["nunit".into(), "benchmarkdotnet".into()].into_iter().collect();
    let around = Around { project: Some(""), packages: Some(&packages), ..Around::default() };
    let table = [("Json/Benchmark.cs", Test), ("Json/CartTest.cs", Test), ("Samples/Cart.cs", Production)];
    check(CSharp, &around, &table);
}

#[test]
fn a_fake_data_library_is_not_its_own_user() {
    let around = Around { fake_data_library: true, ..Around::default() };
    check(Ruby, &around, &[("lib/faker/default/name.rb", Library), ("test/name_test.rb", Test)]);
    check(Python, &around, &[("faker/cli.py", Library)]);
    check(CSharp, &around, &[("Source/Bogus/Faker.cs", Library)]);
}

#[test]
fn some_texts_say_what_they_are() {
    let table = [
        (Ruby, "lib/x.rb", "# frozen_string_literal: true\n\nrequire 'faker'\nFactoryBot.define do\nend", Some(Test)),
        (Ruby, "lib/x.rb", "=begin\nx\n=end\nFactoryGirl.define { }", Some(Test)),
        (Ruby, "lib/x.rb", "User.create!\nFactoryBot.define do\nend", None),
        (Ruby, "lib/x.rb", "", None),
        (CSharp, "X.cs", "\u{feff}// <auto-generated />\nclass A {}", Some(NotCode)),
        (CSharp, "X.cs", "class A {} // <auto-generated />", None),
        (Python, "shop/test.py", "class A(Case):\n    def test_a(self): ...", Some(Test)),
        (Python, "shop/test.py", "@app.get('/test')\ndef test(): ...", None),
        (Python, "shop/views.py", "def test_connection(): ...", None),
        (Python, "shop/management/commands/test_mail.py", "class Command(BaseCommand): ...", None),
        (Python, "shop/management/commands/test_mail.py", "def test_mail(): ...", Some(Test)),
        (Python, "fixtures/shop.py", "import pytest\n\n@pytest.fixture\ndef shop(): ...", Some(Test)),
    ];
    for (language, path, text, expected) in table {
        assert_eq!(zone_of_text(language, path, text), expected, "{path} {text}");
    }
}
