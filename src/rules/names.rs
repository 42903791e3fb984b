//! The words by which reports, comments and configuration name things; the same as in JSON, which a test holds.

use std::fmt;

use crate::catalog::Family;

use super::{Confidence, Reach, Severity, Verdict, Zone};

macro_rules! names {
    ($($type:ident { $($variant:ident => $name:literal),+ $(,)? })+) => {$(
        impl $type {
            pub const NAMED: &'static [$type] = &[$($type::$variant),+];

            /// The word for it in reports, comments and configuration.
            pub fn id(self) -> &'static str {
                match self {
                    $($type::$variant => $name),+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.id())
            }
        }
    )+};
}

names! {
    Family {
        FakeData => "fake-data",
        Recorder => "recorder",
        Debug => "debug",
        Environment => "environment",
        Deployment => "deployment",
        Dependency => "dependency",
        Hygiene => "hygiene",
    }
    Severity {
        Error => "error",
        Warning => "warning",
        Note => "note",
    }
    Confidence {
        High => "high",
        Medium => "medium",
        Low => "low",
    }
    Verdict {
        Reachable => "reachable",
        WeaklyGuarded => "weakly-guarded",
        Guarded => "guarded",
        Dead => "dead",
        Allowed => "allowed",
    }
    Reach {
        Reached => "reached",
        Cut => "cut",
        Unknown => "unknown",
    }
    Zone {
        Production => "production",
        OnDemand => "on-demand",
        Library => "library",
        Development => "development",
        Test => "test",
        NotCode => "not-code",
    }
}

impl Family {
    /// The family of a name.
    pub fn from_id(id: &str) -> Option<Family> {
        Family::NAMED.iter().copied().find(|family| family.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Copy + serde::Serialize + fmt::Display + fmt::Debug>(named: &[T]) {
        for value in named {
            assert_eq!(serde_json::to_value(value).ok(), Some(value.to_string().into()), "{value:?}");
        }
    }

    #[test]
    fn json_uses_the_same_words() {
        check(Family::NAMED);
        check(Severity::NAMED);
        check(Confidence::NAMED);
        check(Verdict::NAMED);
        check(Reach::NAMED);
        check(Zone::NAMED);
    }
}
