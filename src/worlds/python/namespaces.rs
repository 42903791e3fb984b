//! Members of modules and of library objects that the file writes; `globals()`.

use smol_str::SmolStr;

use super::settings::only_reads_environment;
use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::names::Found;
use crate::worlds::value::*;

/// The file's own module: `globals()`, `sys.modules[__name__]`.
pub const THIS_MODULE: &str = "this module";

/// The name under which a write to a member of a module is kept.
fn member_slot(full: &str) -> SmolStr {
    SmolStr::new(format!("\u{1}member {full}"))
}

impl<'p> Machine<'p> {
    /// What the file has written over a name beyond it, in the lanes where it did.
    pub fn rewritten(&mut self, full: &str, lanes: Lanes) -> Val {
        if !self.python() {
            return Val::default();
        }
        let key = member_slot(full);
        match self.slot_in(0, &key) {
            Some(slot) => self.slots[slot as usize].only(lanes),
            None => Val::default(),
        }
    }

    pub fn rewrite(&mut self, full: &str, lanes: Lanes, value: &Val) {
        let key = member_slot(full);
        let slot = self.declare(0, &key);
        self.set_slot(slot, lanes, value);
    }

    /// Whether a rewritten member hides what was there: not if several objects go by that name, or if the write may not have run.
    pub fn hides(&self, head: &V) -> bool {
        matches!(head, V::Name(_)) && self.foreign_below == 0
    }

    /// `head.name = value`, where `head` is a name beyond the file.
    pub fn write_member_of_name(&mut self, head: &str, name: &SmolStr, lanes: Lanes, value: &Val) {
        if head == THIS_MODULE {
            self.write_global(Some(name), lanes, value);
        } else {
            self.rewrite(&format!("{head}.{name}"), lanes, value);
        }
    }

    /// A write to the module's names from outside the usual places; no name: to any of them.
    pub fn write_global(&mut self, name: Option<&SmolStr>, lanes: Lanes, value: &Val) {
        match name {
            Some(name) => {
                let slot = self.declare(self.module_scope(), name);
                self.set_slot(slot, lanes, value);
            }
            None => {
                let slots: Vec<u32> = self.scopes[self.module_scope() as usize].names.values().copied().collect();
                for slot in slots {
                    self.weaken_slot(slot, &Val::data(lanes));
                }
            }
        }
    }

    pub fn read_global(&mut self, name: &SmolStr, lanes: Lanes) -> Option<Val> {
        let slot = self.slot_in(self.module_scope(), name)?;
        Some(self.slots[slot as usize].only(lanes))
    }

    /// Code that is made at run time may write every name in sight.
    pub(super) fn forget_names(&mut self, lanes: Lanes) {
        let mut scope = Some(self.st.scope);
        while let Some(at) = scope {
            let slots: Vec<u32> = self.scopes[at as usize].names.values().copied().collect();
            for slot in slots {
                self.weaken_slot(slot, &Val::data(lanes));
            }
            scope = self.scopes[at as usize].parent;
        }
    }

    pub(super) fn write_globals(&mut self, args: &Args, lanes: Lanes) {
        for (name, value) in &args.named {
            self.write_global(Some(name), lanes, value);
        }
        for value in &args.positional {
            match value.single() {
                Some(V::Map(pairs)) => {
                    for (key, value) in pairs.iter() {
                        self.write_global(key.text(), lanes, value);
                    }
                }
                _ => self.write_global(None, lanes, &Val::data(lanes)),
            }
        }
    }

    /// Flask: whatever fills the configuration may switch debug and testing on.
    pub(super) fn configured(&mut self, head: &str, name: &str, lanes: Lanes) {
        let Some(app) = head.strip_suffix(".config") else {
            return;
        };
        if matches!(name, "get" | "items" | "keys" | "values" | "get_namespace") {
            return;
        }
        for flag in ["debug", "testing", "env"] {
            self.rewrite(&format!("{app}.{flag}"), lanes, &Val::data(lanes));
        }
    }

    /// Environment variables from a dict.
    pub fn set_variables(&mut self, values: &Val, lanes: Lanes) {
        for alt in values.groups(lanes) {
            if let V::Map(pairs) = &alt.v {
                for (key, value) in pairs.clone().iter() {
                    self.set_variable(key, alt.lanes, value);
                }
            }
        }
    }

    /// The environment or the module's names are passed to code that is not in sight.
    pub fn hand_out_names(&mut self, to: &str, args: &Args, lanes: Lanes) {
        let handed = |wanted: &str| {
            args.positional
                .iter()
                .flat_map(|value| &value.alts)
                .any(|alt| matches!(&alt.v, V::Name(name) if name == wanted))
        };
        if handed("os.environ") && !only_reads_environment(to) {
            self.forget_variables(lanes);
        }
        if handed(THIS_MODULE) && !only_reads_environment(to) {
            self.write_global(None, lanes, &Val::data(lanes));
        }
    }

    /// `nonlocal x`: the name is that of the function around.
    pub fn outer_names(&mut self, at: NodeRef, call: &'p Call, lanes: Lanes) -> Lanes {
        let own = self.declaring();
        for node in &call.args {
            let Some(Kind::Lit(Lit::Str(name))) = self.kind(NodeRef { item: at.item, node: *node }) else {
                continue;
            };
            let before = self.st.scope;
            if let Some(parent) = self.scopes[own as usize].parent {
                self.st.scope = parent;
            }
            let found = self.lookup(name);
            self.st.scope = before;
            if let Found::Slot(slot) = found {
                self.scopes[own as usize].names.insert(name.clone(), slot);
            }
        }
        lanes
    }
}
