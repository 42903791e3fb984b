//! "Did you mean": the name closest to one that is not known.

/// Longer names are not compared: the distance is quadratic in the length.
const LONGEST: usize = 64;

/// The candidate closest to `word`, if it is close enough to be a slip of the hand: one edit for every three letters.
/// Case does not count. The first of several equally close ones wins.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let most = word.len().div_ceil(3).min(3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().collect();
        if other.len() > LONGEST || other.len().abs_diff(word.len()) > most {
            continue;
        }
        let distance = distance(&word, &other);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap of two neighbours) from one word to the other.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, one) in left.iter().enumerate() {
        let mut next = vec![row + 1; right.len() + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(one != other);
            let mut least = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            let swapped = row > 0 && column > 0 && left[row - 1] == *other && right[column - 1] == *one;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            next[column + 1] = least;
        }
        before = std::mem::replace(&mut last, next);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_nothing_else() {
        let names = ["production", "development", "test", "staging", "local"];
        let table = [
            ("prodution", Some("production")),
            ("Production", Some("production")),
            ("develompent", Some("development")),
            ("tset", Some("test")),
            ("tests", Some("test")),
            ("stagging", Some("staging")),
            ("sandbox", None),
            ("qa", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(closest(word, names), expected, "{word}");
        }
    }

    #[test]
    fn long_words_are_left_alone() {
        let long = "x".repeat(100_000);
        assert_eq!(closest(&long, ["x"]), None);
        assert_eq!(closest("x", [long.as_str()]), None);
    }
}
