use Interest::*;

use super::*;
use crate::lang::Words;

const TEXT: &str = "import os
stage = os.environ['ENV']

def near(): return stage == 'x'

def far(): return near()

def way(): raise far

ENVIRON = 1
";

#[test]
fn what_a_file_is_lowered_for() {
    let check = |interest: Interest, expected: &[&str]| {
        let triggers = Triggers::new(&Words {
            whole: vec!["Faker", "ENV", "raise"],
            places: vec!["Faker"],
            environment: vec!["ENV"],
            unlike: vec!["ENVIRON"],
        });
        assert!(!triggers.may_hold_places(TEXT));
        let program = build(Language::Python, TEXT, false, &triggers, interest);
        let hot = program.items.iter().filter(|item| item.code.is_some()).flat_map(|item| &item.names);
        let mut hot: Vec<&str> = hot.map(|name| name.as_str()).collect();
        hot.sort_unstable();
        assert_eq!(hot, expected, "{interest:?}");
    };
    check(Places, &["ENVIRON", "far", "near", "os", "stage", "way"]);
    check(Environment, &["near", "os", "stage"]);
}

#[test]
fn a_word_of_a_library_may_make_a_place() {
    let triggers = Triggers::new(&Words { places: vec!["Faker"], ..Words::default() });
    assert!(triggers.may_hold_places("Faker()"));
    assert!(!triggers.may_hold_places("faker"));
    assert!(Triggers::everything().may_hold_places(""));
}

#[test]
fn what_a_library_brings_is_hot_under_any_name() {
    let check = |language: Language, text: &str, expected: &[&str]| {
        let words = vec!["Faker", "Fixtures"];
        let triggers = Triggers::new(&Words { whole: words.clone(), places: words, ..Words::default() });
        let program = build(language, text, false, &triggers, Places);
        let hot = program.items.iter().filter(|item| item.code.is_some() && item.kind == ItemKind::Def);
        let hot: Vec<&str> = hot.flat_map(|item| &item.names).map(|name| name.as_str()).collect();
        assert_eq!(hot, expected, "{text}");
    };
    let derived = "class A(B): pass
class B(Faker): pass
def through(): A.make()
def of_library(): B.make()
def other(): C.make()
";
    check(Language::Python, derived, &["through", "of_library"]);
    check(Language::Python, "from Faker import Base as L\nclass A(m.L): pass\ndef f(): A()\ndef g(): C()", &["f"]);
    check(Language::Python, "from Faker import *\ndef f(): anything()", &["f"]);
    check(Language::Ruby, "class A < Faker\nend\ndef f = A.name\ndef g = C.name", &["f"]);
    check(Language::CSharp, "using Fixtures; class A { void F() { new Any(); } }", &["F"]);
    check(Language::CSharp, "using L = Fixtures.L; class A { void F() { new L(); } void G() { new C(); } }", &["F"]);
    check(Language::CSharp, "class D : Faker<U> {} class A { void F() { new D(); } void G() { new C(); } }", &["F"]);
}
