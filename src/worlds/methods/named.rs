//! Functions known by their qualified name, or not at all.

use smol_str::SmolStr;

use crate::catalog::Effect as SymbolEffect;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::looks_like_switch;
use crate::worlds::switches::Called;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    pub fn call_named_with(
        &mut self,
        at: NodeRef,
        name: &SmolStr,
        args: &Args,
        lanes: Lanes,
        call: &'p Call,
    ) -> (Val, Lanes) {
        if self.csharp() {
            if let Some(ty) = call.type_args.first()
                && !call.construct
                && name.rsplit('.').next().is_some_and(|last| last.starts_with("Get") || last.starts_with("Resolve"))
                && let Some(value) = self.typed(ty, lanes)
            {
                return (value, lanes);
            }
            if let Some(result) = self.csharp_static(at, name, args, lanes, call) {
                return result;
            }
            if let Some(result) = self.branch_of_pipeline(at, name, args, lanes) {
                return result;
            }
            self.register_types(at, call, lanes);
        }
        self.call_named(at, name, args, lanes)
    }

    /// What a library's call gives: the library's object again, or data.
    fn made_by(&self, name: &SmolStr, lanes: Lanes) -> Val {
        if self.catalog.has_symbol(self.language, name) {
            return Val::of(V::Made(name.clone()), lanes);
        }
        match name.rsplit_once('.') {
            Some((head, method)) if self.catalog.chains(self.language, method) => {
                Val::of(V::Made(SmolStr::new(head)), lanes)
            }
            _ => Val::data(lanes),
        }
    }

    /// A call of a name beyond the file.
    pub fn call_named(&mut self, at: NodeRef, name: &SmolStr, args: &Args, lanes: Lanes) -> (Val, Lanes) {
        let taint = args.all().find_map(|value| value.taint);
        if name == "new" && self.ruby() && matches!(self.st.this.as_ref().and_then(Val::single), Some(V::Class(_))) {
            return self.call_unknown_function(at, name, args, lanes);
        }
        self.note_schemes(name, args);
        self.switch_called(at, Called::Named(name), args, lanes);
        self.route(at, name, lanes);
        if let Some(result) = self.define_task(at, name, args, lanes) {
            return result;
        }
        if let Some(data) = self.data_file(at, name, lanes) {
            return (data, lanes);
        }
        if let Some(falls) = self.load_call(at, name, args, lanes) {
            return (Val::data(falls), falls);
        }
        if let Some((effect, family)) = self.symbol_of(name) {
            self.record(at, name.clone(), effect, family, lanes);
            self.escape_args(args, lanes);
            let source = if effect == SymbolEffect::Config { taint } else { Some(at) };
            return (self.made_by(name, lanes).tainted(source), lanes);
        }
        if let Some(value) = self.accessor_value(name, lanes) {
            self.escape_args(args, lanes);
            return (value, lanes);
        }
        if let Some(result) = self.builtin_function(at, name, args, lanes) {
            self.mention_args(at, name, args, lanes);
            return result;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let cause = if looks_like_switch(last) { Cause::Opaque } else { Cause::Data };
        if self.python() {
            self.hand_out_names(name, args, lanes);
        }
        let block = args.block.is_some();
        let (_, falls) = self.block_on_unknown(at, last, args, lanes, cause);
        if block {
            return (Val::unknown(Cause::Data, falls).tainted(taint), falls);
        }
        (Val::of(V::Made(name.clone()), lanes).tainted(taint), lanes)
    }

    /// C# reflection: the methods that a text names may be called, all of them where it is not known.
    fn named_by_reflection(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) {
        if !self.csharp()
            || !matches!(
                name,
                "GetMethod"
                    | "GetMethods"
                    | "GetRuntimeMethod"
                    | "InvokeMember"
                    | "CreateDelegate"
                    | "GetDeclaredMethod"
            )
        {
            return;
        }
        let wanted = args.all().find_map(|value| value.text().cloned());
        let mut defs: Vec<NodeRef> = self
            .homes
            .keys()
            .copied()
            .filter(|def| {
                self.def(*def).is_some_and(|node| {
                    node.form == Form::Function && wanted.as_ref().is_none_or(|wanted| *wanted == node.name)
                })
            })
            .collect();
        defs.sort_unstable();
        for def in defs {
            self.called.insert(def);
            self.structure.insert((self.context, def));
            self.maybe(lanes, |machine| machine.by_summary(at, def, lanes));
        }
    }

    /// An unknown method: its arguments escape, its block may run.
    pub(super) fn block_on_unknown(
        &mut self,
        _at: NodeRef,
        name: &str,
        args: &Args,
        lanes: Lanes,
        cause: Cause,
    ) -> (Val, Lanes) {
        let taint = args.all().find_map(|value| value.taint);
        self.named_by_reflection(_at, name, args, lanes);
        self.forget_given(name, args, lanes);
        if let Some(block) = &args.block
            && runs_its_block(name)
        {
            let mut own = args.clone();
            own.block = None;
            self.escape_args(&own, lanes);
            let block = block.clone();
            let (value, falls) = self.call_value(_at, &block, &Args { open: true, ..Args::default() }, lanes);
            return (value, falls);
        }
        let before = self.exits.len();
        self.escape_args(args, lanes);
        let _ = before;
        let cause = if cause == Cause::Data
            && looks_like_switch(name)
            && args.positional.is_empty()
            && args.block.is_none()
            && (name.ends_with('?') || name.starts_with("is") || name.starts_with("Is"))
        {
            Cause::Opaque
        } else {
            cause
        };
        (Val::unknown(cause, lanes).tainted(taint), lanes)
    }
}

/// Methods that run their block exactly once, here and now.
fn runs_its_block(name: &str) -> bool {
    matches!(
        name,
        "tap"
            | "then"
            | "yield_self"
            | "transaction"
            | "synchronize"
            | "instance_eval"
            | "instance_exec"
            | "class_eval"
            | "silence"
            | "suppress_messages"
            | "say_with_time"
            | "benchmark"
            | "measure"
            | "chdir"
            | "unscoped"
            | "timeout"
            | "silence_warnings"
            | "uncached"
            | "with_lock"
            | "no_touching"
    )
}
