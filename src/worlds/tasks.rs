//! Tasks of rake: what runs before one may stop it.

use std::rc::Rc;

use smol_str::SmolStr;

use super::lanes::Lanes;
use super::machine::*;
use super::value::*;
use crate::program::*;

/// Prerequisites of prerequisites are followed this far.
const MAX_PREREQUISITES: usize = 32;

impl Machine<'_> {
    /// `task fill: [:environment, :ensure_local] do … end`: its body runs in the lanes that its prerequisites let through.
    pub fn define_task(&mut self, at: NodeRef, name: &str, args: &Args, lanes: Lanes) -> Option<(Val, Lanes)> {
        let block = args.block.as_ref().filter(|_| self.ruby() && matches!(name, "task" | "multitask"))?.clone();
        let tasks = match &self.tasks {
            Some(tasks) => tasks.clone(),
            None => self.tasks.insert(Rc::new(self.program.tasks())).clone(),
        };
        let own = block.alts.iter().find_map(|alt| match &alt.v {
            V::Closure(closure) => Some(closure.def),
            _ => None,
        })?;
        let mut todo: Vec<SmolStr> =
            tasks.values().flatten().find(|task| task.block == own)?.prerequisites.iter().rev().cloned().collect();
        let before = self.st.clone();
        let mark = self.exits.len();
        let mut falls = lanes;
        let mut seen = vec![own];
        while let Some(next) = todo.pop() {
            for task in tasks.get(&next).into_iter().flatten() {
                if seen.len() > MAX_PREREQUISITES || seen.contains(&task.block) {
                    continue;
                }
                seen.push(task.block);
                todo.extend(task.prerequisites.iter().rev().cloned());
                let (_, rest) = self.by_summary(at, task.block, falls);
                falls = rest;
            }
        }
        self.exits.truncate(mark);
        if falls == lanes {
            self.st = before;
            return None;
        }
        let mut rest = args.clone();
        rest.block = None;
        self.escape_args(&rest, lanes);
        self.escape(&block, falls, at);
        self.st = before;
        Some((Val::data(lanes), lanes))
    }
}
