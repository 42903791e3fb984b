//! Methods that somebody may call without saying on what: called on something unknown, named as a value.

use smol_str::SmolStr;

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

/// Methods of one name that are followed one by one.
const MAX_NAMESAKES: usize = 16;

impl Machine<'_> {
    /// A class of the file has a method of that name.
    pub fn add_method(&mut self, class: u32, name: &SmolStr, def: NodeRef) {
        self.classes[class as usize].methods.entry(name.clone()).or_default().push(def);
        self.methods_by_name.entry(name.clone()).or_default().push(def);
    }

    /// A method called on something unknown: the file's methods of that name may run.
    pub fn may_call_methods(&mut self, at: NodeRef, name: &str, lanes: Lanes) {
        let Some(found) = self.methods_by_name.get(name) else {
            return;
        };
        // a common name is taken to be called from anywhere: edges from each call to each method would be too many
        if found.len() > MAX_NAMESAKES {
            self.open_names.insert(SmolStr::new(name));
            return;
        }
        let found = found.clone();
        if !self.may_called.insert((self.context, SmolStr::new(name), lanes.0, (self.st.doubt & lanes).0)) {
            return;
        }
        for callee in found {
            // in C# a class is no value: what is static is called on its name
            if !(self.csharp() && self.def(callee).is_some_and(|def| def.is_static)) {
                self.edge_to(at, callee, lanes);
            }
        }
    }

    /// Which method is called is not known: any of a class, or of the file.
    pub fn may_call_any_method(&mut self, at: NodeRef, class: Option<u32>, lanes: Lanes) {
        let of_class = |class: u32| self.classes[class as usize].methods.values();
        let mut all: Vec<NodeRef> = match class {
            Some(class) => of_class(class).flatten().copied().collect(),
            None => self.methods_by_name.values().flatten().copied().collect(),
        };
        all.sort_unstable();
        all.dedup();
        for callee in all {
            self.edge_to(at, callee, lanes);
        }
    }

    /// Which function of the file is called is not known.
    pub fn may_call_any_function(&mut self, at: NodeRef, lanes: Lanes) {
        let functions = self.homes.iter().filter(|(_, (_, class))| class.is_none()).map(|(def, _)| *def);
        let mut all: Vec<NodeRef> = functions.collect();
        all.sort_unstable();
        for callee in all {
            self.edge_to(at, callee, lanes);
        }
    }

    /// A function or method named as a value: whoever gets the value may call it, from here on.
    pub fn mention(&mut self, value: &Val, at: NodeRef, lanes: Lanes) {
        for alt in &value.alts {
            if let V::Closure(closure) = &alt.v
                && self.homes.contains_key(&closure.def)
            {
                let callee = closure.def;
                self.edge_to(at, callee, alt.lanes & lanes);
            }
        }
    }

    /// What a function that is known is given, it may call.
    pub fn mention_args(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) {
        let describes = name.ends_with("wraps") || name.ends_with("update_wrapper");
        if self.python() && !describes {
            args.all().for_each(|value| self.mention(value, at, lanes));
        }
    }

    /// Ruby: `object.send(:name)`, `object.try("name")` on something unknown.
    pub fn may_send(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) {
        if !self.ruby() || !matches!(name, "send" | "public_send" | "__send__" | "try" | "try!") {
            return;
        }
        let Some(sent) = args.get(0).cloned() else { return };
        for alt in sent.groups(lanes) {
            match crate::worlds::eval::text_of(&alt.v) {
                Some(name) => {
                    self.may_call_methods(at, name, alt.lanes);
                    if let Some(slot) = self.slot_in(0, name)
                        && self.holds_method(slot)
                    {
                        let function = self.slots[slot as usize].clone();
                        self.mention(&function, at, alt.lanes);
                    }
                }
                None => self.may_call_any_method(at, None, alt.lanes),
            }
        }
    }
}
