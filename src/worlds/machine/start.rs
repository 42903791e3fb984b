//! A machine before anything ran.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::*;
use crate::program::*;
use crate::project::FileFacts;
use crate::worlds::held::Holders;
use crate::worlds::lanes::Lanes;
use crate::worlds::stale::Staleness;
use crate::worlds::value::*;

impl<'p> Machine<'p> {
    pub fn new(
        program: &'p Program,
        facts: &'p FileFacts,
        forced: &'p FxHashMap<NodeRef, Force>,
        seeds: &'p Seeds,
    ) -> Self {
        let st = State::outermost(0);
        let mut machine = Machine {
            program,
            facts,
            catalog: &facts.catalog,
            language: program.language,
            forced,
            st,
            scopes: vec![Scope { parent: None, kind: ScopeKind::File, names: FxHashMap::default() }],
            slots: Vec::new(),
            log: Vec::new(),
            logging: 0,
            exits: Vec::new(),
            classes: Vec::new(),
            class_of_item: FxHashMap::default(),
            class_names: FxHashMap::default(),
            imported_spaces: vec![FxHashSet::default(); program.files.len().max(1)],
            class_bodies: FxHashSet::default(),
            registered: Vec::new(),
            in_constructor: false,
            spellings: None,
            several: false,
            summary_depth: 0,
            depth: 0,
            staleness: Staleness::default(),
            rebinding: FxHashMap::default(),
            around: Vec::new(),
            invoked: FxHashSet::default(),
            made: Vec::new(),
            structure: FxHashSet::default(),
            returned: Vec::new(),
            decorated: FxHashSet::default(),
            wrapped: Vec::new(),
            made_of: FxHashMap::default(),
            context_managers: FxHashSet::default(),
            declared: FxHashMap::default(),
            defaults: FxHashMap::default(),
            contexts: vec![Context::default()],
            context: 0,
            summaries: FxHashMap::default(),
            homes: FxHashMap::default(),
            called: FxHashSet::default(),
            keep_methods: false,
            open_names: FxHashSet::default(),
            may_called: FxHashSet::default(),
            methods_by_name: FxHashMap::default(),
            inlining: Vec::new(),
            conditions: FxHashMap::default(),
            events: Vec::new(),
            escaped: FxHashSet::default(),
            usings: Vec::new(),
            static_usings: Vec::new(),
            required: FxHashSet::default(),
            block_why: Why::default(),
            within: RefCell::default(),
            awaited: FxHashSet::default(),
            member_writers: FxHashMap::default(),
            assigned_names: FxHashSet::default(),
            later: None,
            renamed: Vec::new(),
            inquiries: FxHashSet::default(),
            schemes: FxHashMap::default(),
            modules: RefCell::default(),
            may_be_made: FxHashSet::default(),
            routed: FxHashSet::default(),
            tasks: None,
            file_scopes: vec![0],
            loads: vec![crate::worlds::files::Load::Waiting],
            next_id: 1,
            inlined: 0,
            steps: 0,
            foreign_below: 0,
            foreign_scopes_below: 0,
            file_slots: FxHashSet::default(),
            lingering: FxHashMap::default(),
            seeds,
            changes: Vec::new(),
            holders: Holders::default(),
            fields_read: FxHashSet::default(),
            asking: FxHashSet::default(),
            settled: FxHashMap::default(),
            stale: false,
            catching: Vec::new(),
            alias_slots: FxHashSet::default(),
            loose: FxHashMap::default(),
            kin: FxHashMap::default(),
            branches: Vec::new(),
            testing: None,
            class_attributes: FxHashSet::default(),
            delegates: FxHashMap::default(),
            structs: FxHashMap::default(),
            set_outside: FxHashSet::default(),
        };
        machine.open_files();
        for ((scope, name), value) in &seeds.names {
            let slot = machine.declare(*scope, name);
            machine.lingering.insert(slot, value.clone());
            machine.slots[slot as usize] = value.clone();
            // fields of the file are nil until somebody writes them
            if name.starts_with(['$', '@']) {
                machine.slots[slot as usize].join(&Val::nil(Lanes::ALL));
            }
        }
        machine
    }
}
