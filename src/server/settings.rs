//! What the client sets: initialization options, and the section `prodguard` of its configuration.

use serde_json::Value;

/// Settings of a session. What is missing, null, an empty list or of the wrong type is as by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Look through whole folders, and report on files that are not open.
    pub workspace_scan: bool,
    /// Show above each definition how many places in it can run in production.
    pub code_lens: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { workspace_scan: true, code_lens: false }
    }
}

impl Settings {
    /// Reads settings, with or without the section's name around them.
    pub fn read(value: &Value) -> Settings {
        let section = value.get("prodguard").filter(|section| section.is_object()).unwrap_or(value);
        let default = Settings::default();
        // `codeLens` and `codeLens.enable` are both what people write
        let flag = |name: &str, default: bool| {
            let found = section.get(name);
            let nested = found.and_then(|value| value.get("enable"));
            nested.or(found).and_then(Value::as_bool).unwrap_or(default)
        };
        Settings {
            workspace_scan: flag("workspaceScan", default.workspace_scan),
            code_lens: flag("codeLens", default.code_lens),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_leniently() {
        let check = |json: &str, scan: bool, lens: bool| {
            let value: Value = serde_json::from_str(json).expect("JSON");
            let expected = Settings { workspace_scan: scan, code_lens: lens };
            assert_eq!(Settings::read(&value), expected, "{json}");
        };
        check("null", true, false);
        check("[]", true, false);
        check(r#"{"prodguard": []}"#, true, false);
        check(r#"{"codeLens": true}"#, true, true);
        check(r#"{"prodguard": {"codeLens": {"enable": true}, "workspaceScan": false}}"#, false, true);
        check(r#"{"codeLens": "yes", "workspaceScan": null, "other": 1}"#, true, false);
    }
}
