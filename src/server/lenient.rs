//! What clients send although the protocol does not allow it, and what it allows although the framework does not know it:
//! made understandable before the framework sees it. One odd value must not cost a session, an edit or a document.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tower_lsp::ls_types::{InitializeParams, Uri};

/// URIs as clients spelled them, by the escaped spelling that we use.
pub type Escaped = Arc<Mutex<HashMap<String, String>>>;

/// Why a message goes no further.
#[derive(Debug, PartialEq)]
pub enum Refused {
    /// Answered with this code; the id is that of the request, if it can be told.
    With { code: i32, id: Value, why: String },
    /// A notification nobody knows.
    Silently,
}

fn refused(code: i32, why: impl Into<String>) -> Refused {
    Refused::With { code, id: Value::Null, why: why.into() }
}

/// The largest number of a line or column in the protocol.
const MOST: u64 = 2_147_483_647;

/// A message as the framework understands it.
pub fn message(bytes: Vec<u8>, escaped: &Escaped) -> Result<Vec<u8>, Refused> {
    let (bytes, mut changed) = as_text(bytes);
    let mut value: Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(why) => return Err(refused(-32700, why.to_string())),
    };
    let Value::Object(message) = &mut value else {
        return Err(refused(-32600, "a message is a JSON object"));
    };
    let id = message.get("id").cloned();
    let is_id = |id: &Value| id.is_i64() || id.is_string() || id.is_null();
    if id.as_ref().is_some_and(|id| !is_id(id)) {
        return Err(refused(-32600, "an id is a number or a string"));
    }
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        message.insert("jsonrpc".to_owned(), Value::from("2.0"));
        changed = true;
    }
    match message.get("method") {
        Some(Value::String(method)) => {
            let method = method.clone();
            if method.starts_with("$/") && !matches!(method.as_str(), "$/cancelRequest" | "$/setTrace" | "$/progress") {
                return Err(match id {
                    Some(id) => Refused::With { code: -32601, id, why: format!("there is no method {method}") },
                    None => Refused::Silently,
                });
            }
            if let Some(params) = message.get_mut("params") {
                changed |= mend(params, id.is_none(), escaped);
            }
        }
        Some(_) => return Err(refused(-32600, "a method is a string")),
        None if message.contains_key("result") || message.contains_key("error") => {}
        None => return Err(refused(-32600, "a message has a method, a result or an error")),
    }
    match changed {
        true => Ok(value.to_string().into_bytes()),
        false => Ok(bytes),
    }
}

/// Valid UTF-8 without escapes of half a surrogate pair; both become U+FFFD. Whether anything was replaced.
fn as_text(bytes: Vec<u8>) -> (Vec<u8>, bool) {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => text.into_bytes(),
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned().into_bytes(),
    };
    if memchr::memmem::find(&bytes, b"\\u").is_none() {
        return (bytes, false);
    }
    let unit = |at: usize| {
        let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut out = bytes.clone();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        let escape = at + found;
        at = escape + 2;
        match unit(escape) {
            Some(0xD800..=0xDBFF) if matches!(unit(escape + 6), Some(0xDC00..=0xDFFF)) => at = escape + 12,
            Some(0xD800..=0xDFFF) => out[escape + 2..escape + 6].copy_from_slice(b"fffd"),
            _ => {}
        }
    }
    (out, false)
}

/// Mends parameters in place; whether anything had to be. A wrong request is refused, but a change that is not made would
/// leave us with another text than the client's for ever.
fn mend(params: &mut Value, must_be_understood: bool, escaped: &Escaped) -> bool {
    let mut changed = false;
    let mut todo = vec![params];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(object) => {
                for (key, value) in object.iter_mut() {
                    changed |= match key.as_str() {
                        "line" | "character" => number(value, must_be_understood),
                        "uri" | "oldUri" | "newUri" | "rootUri" | "scopeUri" | "targetUri" => uri(value, escaped),
                        _ => false,
                    };
                    todo.push(value);
                }
            }
            Value::Array(list) => todo.extend(list),
            _ => {}
        }
    }
    changed
}

/// A line or column that is out of the protocol's bounds: "to the end" for some clients.
fn number(value: &mut Value, must_be_understood: bool) -> bool {
    let is_large = value.as_f64().is_some_and(|number| number > MOST as f64);
    if !is_large && !must_be_understood || value.as_u64().is_some_and(|number| number <= MOST) {
        return false;
    }
    let Some(number) = value.as_f64() else {
        return false;
    };
    *value = Value::from(number.clamp(0.0, MOST as f64) as u64);
    true
}

/// A URI with characters that had to be escaped.
fn uri(value: &mut Value, escaped: &Escaped) -> bool {
    let Some(spelled) = value.as_str().filter(|text| Uri::from_str(text).is_err()) else {
        return false;
    };
    let mut out = String::new();
    for byte in spelled.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'%' | b'?' | b'#' | b'=' | b'&' | b'+' | b'@' | b'!' | b','
            | b';' | b'$' | b'(' | b')' | b'*' | b'\'' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped.lock().unwrap_or_else(PoisonError::into_inner).insert(out.clone(), spelled.to_owned());
    *value = Value::String(out);
    true
}

/// The parameters of `initialize` without what cannot be read: a value that nobody here knows must not keep the server
/// from starting.
pub fn initialize(bytes: Vec<u8>) -> Vec<u8> {
    let Ok(Value::Object(mut message)) = serde_json::from_slice(&bytes) else {
        return bytes;
    };
    if message.get("method").and_then(Value::as_str) != Some("initialize") {
        return bytes;
    }
    let params = message.get("params").cloned().unwrap_or_default();
    let reads = |params: &Value| serde_json::from_value::<InitializeParams>(params.clone()).is_ok();
    if reads(&params) {
        return bytes;
    }
    let mut params = readable(params, 5, &reads).unwrap_or_else(|| Value::Object(Map::new()));
    if let Value::Object(params) = &mut params {
        params.entry("capabilities").or_insert_with(|| Value::Object(Map::new()));
    }
    message.insert("params".to_owned(), params);
    Value::Object(message).to_string().into_bytes()
}

/// The largest part of a value that can be read in its place; `depth` bounds how far it is taken apart.
fn readable(value: Value, depth: usize, reads: &dyn Fn(&Value) -> bool) -> Option<Value> {
    let with_needed = |mut object: Map<String, Value>| {
        // the one field that has to be there
        object.entry("capabilities").or_insert_with(|| Value::Object(Map::new()));
        Value::Object(object)
    };
    if reads(&value) {
        return Some(value);
    }
    let Value::Object(object) = value else {
        return None;
    };
    let mut kept = Map::new();
    for (key, inner) in object {
        let alone = |inner: &Value| {
            let object = Map::from_iter([(key.clone(), inner.clone())]);
            reads(&with_needed(object.clone())) || reads(&Value::Object(object))
        };
        let found = match depth {
            0 => Some(inner).filter(alone),
            _ => readable(inner, depth - 1, &alone),
        };
        if let Some(inner) = found {
            kept.insert(key, inner);
        }
    }
    Some(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(json: &str) -> Result<String, Refused> {
        let bytes = message(json.as_bytes().to_vec(), &Escaped::default())?;
        Ok(String::from_utf8(initialize(bytes)).expect("JSON is UTF-8"))
    }

    #[test]
    fn odd_messages_are_understood() {
        let check = |json: &str, expected: &str| {
            let found: Value = serde_json::from_str(&mended(json).expect("not refused")).expect("JSON");
            let expected: Value = serde_json::from_str(expected).expect("JSON");
            let without_version = |mut message: Value| {
                message.as_object_mut().map(|message| message.remove("jsonrpc"));
                message
            };
            assert_eq!(without_version(found), expected, "{json}");
        };
        check(r#"{"method":"x","params":{"t":"a\ud83db"}}"#, r#"{"method":"x","params":{"t":"a�b"}}"#);
        check(r#"{"method":"x","params":{"t":"\ud83d\ude00"}}"#, r#"{"method":"x","params":{"t":"😀"}}"#);
        check(r#"{"method":"x","params":{"t":"\\ud83d"}}"#, r#"{"method":"x","params":{"t":"\\ud83d"}}"#);
        check(
            r#"{"method":"x","params":{"line":9007199254740991,"character":-1}}"#,
            r#"{"method":"x","params":{"line":2147483647,"character":0}}"#,
        );
        check(
            r#"{"method":"x","params":[{"uri":"file:///w/[é] a.rb"}]}"#,
            r#"{"method":"x","params":[{"uri":"file:///w/%5B%C3%A9%5D%20a.rb"}]}"#,
        );
        check(
            r#"{"method":"initialize","params":{"trace":"compact","capabilities":{"textDocument":[],"general":{"positionEncodings":["utf-8"]}}}}"#,
            r#"{"method":"initialize","params":{"capabilities":{"general":{"positionEncodings":["utf-8"]}}}}"#,
        );
        check(
            r#"{"method":"initialize","params":{"capabilities":{"workspace":{"applyEdit":true,"workspaceEdit":{"documentChanges":true,"failureHandling":"pray"}}}}}"#,
            r#"{"method":"initialize","params":{"capabilities":{"workspace":{"applyEdit":true,"workspaceEdit":{"documentChanges":true}}}}}"#,
        );
        check(r#"{"id":1,"result":null}"#, r#"{"id":1,"result":null}"#);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let check = |json: &str, code: i32| match mended(json) {
            Err(Refused::With { code: found, .. }) => assert_eq!(found, code, "{json}"),
            other => panic!("{json}: {other:?}"),
        };
        check("{", -32700);
        check(r#"{"method":"x","params":1e999}"#, -32700);
        check(&format!("{}1{}", "[".repeat(500), "]".repeat(500)), -32700);
        check("[]", -32600);
        check("{}", -32600);
        check(r#"{"jsonrpc":"2.0"}"#, -32600);
        check(r#"{"method":5}"#, -32600);
        check(r#"{"method":"x","id":{}}"#, -32600);
        check(r#"{"method":"x","id":true}"#, -32600);
        check(r#"{"method":"$/x","id":1}"#, -32601);
        assert_eq!(mended(r#"{"method":"$/x"}"#), Err(Refused::Silently));
    }
}
