//! Lanes: the worlds as bits of one byte, so that one walk answers for all of them.

use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

/// A set of worlds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Lanes(pub u8);

impl Lanes {
    pub const NONE: Lanes = Lanes(0);
    /// The framework's production value.
    pub const PRODUCTION: Lanes = Lanes(1);
    /// Every selector variable is missing.
    pub const UNSET: Lanes = Lanes(2);
    /// A named third environment.
    pub const STAGING: Lanes = Lanes(4);
    /// Production spelt another way (`Production`, `production`).
    pub const ODD: Lanes = Lanes(8);
    pub const DEVELOPMENT: Lanes = Lanes(16);
    pub const TEST: Lanes = Lanes(32);
    /// A name that nobody knows.
    pub const ANY: Lanes = Lanes(64);
    pub const ALL: Lanes = Lanes(127);

    /// The single lanes in order, with the name shown to people.
    pub const EACH: [(Lanes, &'static str); 7] = [
        (Lanes::PRODUCTION, "production"),
        (Lanes::UNSET, "no environment set"),
        (Lanes::STAGING, "staging"),
        (Lanes::ODD, "another spelling of production"),
        (Lanes::DEVELOPMENT, "development"),
        (Lanes::TEST, "test"),
        (Lanes::ANY, "an unknown environment"),
    ];

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn has(self, other: Lanes) -> bool {
        self.0 & other.0 != 0
    }

    pub fn covers(self, other: Lanes) -> bool {
        other.0 & !self.0 == 0
    }

    pub fn without(self, other: Lanes) -> Lanes {
        Lanes(self.0 & !other.0)
    }

    /// The indices of the lanes in the set.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        (0..7).filter(move |index| self.0 & (1 << index) != 0)
    }

    pub fn nth(index: usize) -> Lanes {
        Lanes(1 << index)
    }
}

impl BitAnd for Lanes {
    type Output = Lanes;
    fn bitand(self, other: Lanes) -> Lanes {
        Lanes(self.0 & other.0)
    }
}

impl BitOr for Lanes {
    type Output = Lanes;
    fn bitor(self, other: Lanes) -> Lanes {
        Lanes(self.0 | other.0)
    }
}

impl BitOrAssign for Lanes {
    fn bitor_assign(&mut self, other: Lanes) {
        self.0 |= other.0;
    }
}

impl BitAndAssign for Lanes {
    fn bitand_assign(&mut self, other: Lanes) {
        self.0 &= other.0;
    }
}

impl Not for Lanes {
    type Output = Lanes;
    fn not(self) -> Lanes {
        Lanes(!self.0 & Lanes::ALL.0)
    }
}

impl std::fmt::Debug for Lanes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let letters = ['P', 'u', 's', 'o', 'D', 'T', 'a'];
        let text: String = self.indices().filter_map(|index| letters.get(index)).collect();
        write!(out, "[{text}]")
    }
}
