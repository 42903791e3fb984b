use Language::*;

use super::*;

#[test]
fn texts_worth_parsing() {
    let check = |language: Language, text: &str, expected: bool| {
        let sieve = Sieve::new(&Catalog::builtin().sieve_words(language)).expect("words");
        assert_eq!(sieve.takes(text.as_bytes(), |_| true), expected, "{text}");
    };
    check(Python, "from faker import Faker", true);
    check(Python, "if app.env == 'prodution': pass", true);
    // a variable that tells environments apart, a flag, a slip of one, another case
    check(Python, "os.environ['DEPLOY_ENV']", true);
    check(Python, "os.getenv(\"APP_DEBUG\")", true);
    check(Python, "os.environ['FLASK_EMV']", true);
    check(Python, "os.environ['flask_env']", true);
    check(Python, "os.environ.get( 'environment')", true);
    check(Python, "os.environ['AWS_REGION'] + x['environment']", false);
    // by the name of a constant, with a prefix, as a field
    check(Python, "NAME = 'DEPLOY_ENV'\nos.environ[NAME]", true);
    check(Python, "os.environ[f'{prefix}_ENV']", true);
    check(Python, "class Settings(BaseSettings):\n    debug: bool\nos.environ", true);
    // any other variable, the word in another sense, no reader
    check(Python, "os.environ['AWS_REGION']", false);
    check(Python, "environment = {'name': 'ENV'}", false);
    check(Python, "environment = {'name': 'ENV'}\nx = environ['x']", true);
    check(Python, "log('DEBUG')", false);
    check(Python, "os.environ[DEPLOY_ENV]", false);
    check(Python, "if settings.DEBUG: pass", false);
    check(CSharp, "Environment.GetEnvironmentVariable(\"DEPLOY_ENV\")", true);
    check(CSharp, "Environment.GetEnvironmentVariable(\"PATH\")", false);
    check(CSharp, "#if DEBUG\n#endif", false);
    check(CSharp, "#if DEBUG\nnew Bogus.Faker();\n#endif", true);
    check(Ruby, "ENV['RAILS_ENV']", true);
}

#[test]
fn a_word_counts_where_it_is_told_to() {
    let words =
        Words { enough: vec!["a"], readers: vec!["bc"], unlike: vec!["bcd"], variables: VariableNames::default() };
    let sieve = Sieve::new(&words).expect("words");
    let check = |text: &str, from: usize, expected: bool| {
        assert_eq!(sieve.takes(text.as_bytes(), |at| at.start >= from), expected, "{text}");
    };
    check("a", 0, true);
    check("a", 1, false);
    check("a 'ENV'", 1, false);
    check("bc 'ENV'", 0, true);
    check("bc 'ENV'", 1, false);
    check("bcd 'ENV'", 0, false);
    check("a bc 'X'", 1, false);
}
