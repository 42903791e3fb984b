//! Settings that libraries read from the environment.

use smol_str::SmolStr;

use super::MAX_SUBCLASSES;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    fn is_settings_class(&self, class: u32) -> bool {
        let mut class = class;
        for _ in 0..MAX_SUBCLASSES {
            let mut next = None;
            for base in &self.classes[class as usize].bases {
                match base.single() {
                    Some(V::Name(name)) if name.ends_with("BaseSettings") => return true,
                    Some(V::Class(base)) if *base != class => next = Some(*base),
                    _ => {}
                }
            }
            match next {
                Some(base) => class = base,
                None => return false,
            }
        }
        false
    }

    /// `env_prefix="APP_"` of a settings class.
    fn settings_prefix(&self, class: u32) -> SmolStr {
        let node = self.classes[class as usize].node;
        let mut items = vec![node.item];
        if let Some(Kind::Class(known)) = self.kind(node)
            && let Some(Kind::Seq(members)) = self.kind(NodeRef { item: node.item, node: known.body })
        {
            items.extend(members.iter().filter_map(
                |member| match self.kind(NodeRef { item: node.item, node: *member }) {
                    Some(Kind::Item(id)) => Some(*id),
                    _ => None,
                },
            ));
        }
        for item in items {
            let Some(code) = self.program.code(item) else {
                continue;
            };
            for node in &code.nodes {
                if let Kind::Keyword(name, value) = &node.kind
                    && name == "env_prefix"
                    && let Some(Kind::Lit(Lit::Str(text))) = code.nodes.get(value.0 as usize).map(|node| &node.kind)
                {
                    return text.clone();
                }
            }
        }
        SmolStr::default()
    }

    /// A field of a settings class: the environment goes before the default.
    pub fn setting(&mut self, at: NodeRef, class: u32, name: &SmolStr, default: Val, lanes: Lanes) -> Val {
        if !self.python() || !self.is_settings_class(class) {
            return default;
        }
        let prefix = self.settings_prefix(class);
        let variable = SmolStr::new(format!("{prefix}{name}").to_uppercase());
        let value = self.environment_variable(at, &Val::of(V::Str(variable), lanes), lanes);
        let ty = self.classes[class as usize].fields.get(name).and_then(|field| field.ty.clone());
        let kind = match (ty.as_deref(), default.single()) {
            (Some("str"), _) => Cast::Text,
            (Some("bool"), _) => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
            (None, Some(V::Str(_) | V::Nil)) => Cast::Text,
            (None, Some(V::Bool(_))) => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
            _ => Cast::Anything,
        };
        let (value, _) = cast(&value, kind, lanes);
        self.replace_missing(value, Some(&default), lanes)
    }

    /// `environ.Env(DEBUG=(bool, False))`: how variables are read that are asked for by their names alone.
    pub fn note_schemes(&mut self, reader: &str, args: &Args) {
        if !self.python() || !matches!(reader, "environ.Env" | "environ.FileAwareEnv") {
            return;
        }
        let type_of = |value: &Val| match value.single() {
            Some(V::Name(name)) => Some(name.clone()),
            _ => None,
        };
        for (name, value) in &args.named {
            let scheme = match value.single() {
                Some(V::List(parts)) => parts.first().and_then(type_of).map(|cast| (cast, parts.get(1).cloned())),
                _ => type_of(value).map(|cast| (cast, None)),
            };
            let known = self.schemes.entry(name.clone()).or_insert_with(|| scheme.clone());
            // several readers that disagree
            if known.as_ref().map(|(cast, _)| cast) != scheme.as_ref().map(|(cast, _)| cast) {
                *known = None;
            }
        }
    }

    /// `config("X", default=…, cast=bool)`, `env.bool("X", …)`, `env("X")`.
    pub fn read_setting(&mut self, at: NodeRef, reader: &str, how: &str, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let Some(name) = args.get(0).filter(|_| !args.open).cloned() else {
            self.escape_args(args, lanes);
            return (Val::of(V::Made(SmolStr::new(format!("{reader}.{how}"))), lanes), lanes);
        };
        let mut default = args.named("default").or(args.get(1)).cloned();
        let scheme = match (default.is_none() && how.is_empty(), name.text()) {
            (true, Some(name)) => self.schemes.get(name).cloned().flatten(),
            _ => None,
        };
        if let Some((_, of_scheme)) = &scheme {
            default = of_scheme.clone();
        }
        let value = self.environment_variable(at, &name, lanes);
        let default_is_bool = matches!(default.as_ref().and_then(Val::single), Some(V::Bool(_)));
        let kind = match (reader.split('.').next(), how) {
            (Some("decouple"), _) => match args.named("cast").map(Val::single) {
                None => Cast::Text,
                Some(Some(V::Name(name))) if name == "bool" => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
                Some(Some(V::Name(name))) if name == "str" => Cast::Text,
                Some(_) => Cast::Anything,
            },
            (Some("environ"), "bool") => Cast::Bool(&["true", "on", "ok", "y", "yes", "1"], None),
            (Some("environ"), "") if scheme.as_ref().is_some_and(|(cast, _)| cast == "bool") => {
                Cast::Bool(&["true", "on", "ok", "y", "yes", "1"], None)
            }
            (Some("environ"), "") if scheme.as_ref().is_some_and(|(cast, _)| cast == "str") => Cast::Text,
            (Some("environ"), "") if default_is_bool => Cast::Bool(&["true", "on", "ok", "y", "yes", "1"], None),
            // without a default, the scheme of the reader may say anything
            (Some("environ"), "str") => Cast::Text,
            (Some("environs"), "bool") => Cast::Bool(TRUE_WORDS, Some(FALSE_WORDS)),
            (Some("environs"), "" | "str") => Cast::Text,
            _ => Cast::Anything,
        };
        let (mut value, mut raised) = cast(&value, kind, lanes);
        match default {
            Some(default) => value = self.replace_missing(value, Some(&default), lanes),
            None => {
                let missing = self.nilness(&value, lanes);
                raised |= missing.yes.without(missing.no);
            }
        }
        let cuts = self.st.cuts.clone();
        let class = SmolStr::new_static("ValueError");
        self.leave(Target::Raise, raised, Val::data(raised), Some(class), at);
        let falls = lanes.without(raised);
        for lane in falls.indices() {
            self.st.cuts[lane] = cuts[lane].clone();
        }
        (value.only(falls), falls)
    }
}

const TRUE_WORDS: &[&str] = &["y", "yes", "t", "true", "on", "1"];
const FALSE_WORDS: &[&str] = &["n", "no", "f", "false", "off", "0"];

/// What a reader of settings makes of the text.
#[derive(Clone, Copy)]
enum Cast {
    Text,
    /// The words for true, and those for false: with these anything else raises, without it is false.
    Bool(&'static [&'static str], Option<&'static [&'static str]>),
    Anything,
}

/// The value after the cast, and the lanes in which it raises.
fn cast(value: &Val, kind: Cast, lanes: Lanes) -> (Val, Lanes) {
    let mut out = Val { deps: value.deps.clone(), taint: value.taint, ..Val::default() };
    let mut raised = Lanes::NONE;
    for alt in value.groups(lanes) {
        let v = match (&alt.v, kind) {
            (V::Str(text), Cast::Bool(yes, no)) => {
                let text = text.to_lowercase();
                let is = |words: &[&str]| words.contains(&text.as_str());
                if is(yes) {
                    V::Bool(true)
                } else if no.is_none_or(is) {
                    V::Bool(false)
                } else {
                    raised |= alt.lanes;
                    continue;
                }
            }
            (V::Str(_) | V::AnyName { .. }, Cast::Anything) => V::Unknown(Cause::Data),
            (V::AnyName { .. }, Cast::Bool(..)) => V::Unknown(Cause::Data),
            (v, _) => v.clone(),
        };
        out.add(Alt { v, ..alt });
    }
    let raised = raised.without(out.lanes());
    (out, raised)
}

/// Objects that read settings from the environment when they are called or asked by type.
pub fn is_settings_reader(name: &str) -> bool {
    matches!(name, "environ.Env" | "environ.FileAwareEnv" | "environs.Env" | "environs.FileAwareEnv")
}

/// Library functions that only read the environment they are given.
pub fn only_reads_environment(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(
        name,
        "dict"
            | "print"
            | "len"
            | "sorted"
            | "list"
            | "set"
            | "str"
            | "repr"
            | "bool"
            | "iter"
            | "any"
            | "all"
            | "isinstance"
    ) || matches!(
        last,
        "copy"
            | "deepcopy"
            | "dumps"
            | "pformat"
            | "pprint"
            | "ChainMap"
            | "MappingProxyType"
            | "debug"
            | "info"
            | "warning"
            | "getattr"
    ) || name.starts_with("subprocess.")
        || name.starts_with("os.exec")
        || name.starts_with("os.spawn")
        || name.starts_with("os.posix_spawn")
}
