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
