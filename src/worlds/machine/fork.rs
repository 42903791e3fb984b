//! Branches run side by side, joined after.

use rustc_hash::{FxHashMap, FxHashSet};

use super::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::value::*;

impl Machine<'_> {
    /// Runs branches side by side: what several lanes may take is joined after. Gives the value and the lanes that fall through.
    pub fn fork(&mut self, branches: &[Branch], mut run: impl FnMut(&mut Self, usize) -> (Val, Lanes)) -> (Val, Lanes) {
        // what a branch declares is its own
        let born = self.slots.len() as u32;
        let before = self.st.clone();
        let active = branches.iter().fold(Lanes::NONE, |all, branch| all | branch.lanes);
        let mut once = Lanes::NONE;
        let mut shared = Lanes::NONE;
        for branch in branches {
            shared |= once & branch.lanes;
            once |= branch.lanes;
        }
        struct Done {
            value: Val,
            falls: Lanes,
            doubt: Lanes,
            cuts: Cuts,
            path: Why,
            writes: FxHashMap<u32, Val>,
        }
        // what decides between the branches, if anything does
        let reason = Why::all(branches.iter().flat_map(|branch| {
            let decided = !branch.decided.is_empty();
            let cond = branch.cond.filter(|_| decided).map(Why::by);
            cond.into_iter().chain([branch.why.clone()])
        }));
        let mut done: Vec<Done> = Vec::with_capacity(branches.len());
        for (index, branch) in branches.iter().enumerate() {
            self.st = before.clone();
            self.st.doubt = before.doubt | branch.doubt;
            let way = Why::all([branch.cond.map_or_else(Why::default, Why::by), branch.why.clone()]);
            for lane in active.without(branch.lanes).indices() {
                if branch.prior.taken.has(Lanes::nth(lane)) {
                    self.st.cuts[lane] = branch.prior.cuts[lane].clone();
                } else if way.is_some() {
                    self.st.cuts[lane] = way.clone();
                }
            }
            self.st.path = way.and(&branch.prior.path).and(&before.path);
            let mark = self.log.len();
            if !shared.is_empty() {
                self.logging += 1;
                let branch = self.fresh();
                self.branches.push(branch);
            }
            let (value, falls) = run(self, index);
            let mut writes: FxHashMap<u32, Val> = FxHashMap::default();
            if !shared.is_empty() {
                self.branches.pop();
                self.logging -= 1;
                let mine = branch.lanes & shared;
                let mut seen: FxHashSet<u32> = FxHashSet::default();
                let entries: Vec<(u32, Val)> = self.log[mark..].to_vec();
                for (slot, old) in entries {
                    if !seen.insert(slot) {
                        continue;
                    }
                    let now = self.slots[slot as usize].only(mine);
                    let mut restored = self.slots[slot as usize].clone();
                    restored.overwrite(mine, &old.only(mine));
                    restored.deps = old.deps.clone().and(&now.deps);
                    restored.taint = old.taint;
                    let written = std::mem::replace(&mut self.slots[slot as usize], restored);
                    if slot < born {
                        self.note_write(slot, &written);
                    }
                    writes.insert(slot, now);
                }
                if self.logging == 0 {
                    self.log.truncate(mark);
                }
            }
            done.push(Done {
                value,
                falls,
                doubt: self.st.doubt,
                cuts: self.st.cuts.clone(),
                path: self.st.path.clone(),
                writes,
            });
        }
        // writes of shared lanes become alternatives of what was there before
        let resume = before.may_resume;
        let mut written: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (index, result) in done.iter().enumerate() {
            for slot in result.writes.keys() {
                written.entry(*slot).or_default().push(index);
            }
        }
        for (slot, writers) in written {
            let old = self.slots[slot as usize].clone();
            let mut kept = Lanes::NONE;
            for (index, branch) in branches.iter().enumerate() {
                if !writers.contains(&index) {
                    kept |= branch.lanes & shared & done[index].falls;
                }
            }
            let mut joined = Val::default();
            for index in writers {
                let seen = if resume { branches[index].lanes } else { done[index].falls };
                if let Some(value) = done[index].writes.get(&slot) {
                    let mut part = value.only(seen & shared);
                    let doubted = branches[index].doubt;
                    for alt in &mut part.alts {
                        alt.doubt |= !alt.lanes.is_empty() && doubted.covers(alt.lanes);
                    }
                    joined.join(&part);
                }
            }
            let touched = joined.lanes();
            joined.join(&old.only(touched & kept));
            joined.deps = std::mem::take(&mut joined.deps).and(&reason);
            let taint = old.taint.or(joined.taint);
            let target = &mut self.slots[slot as usize];
            target.overwrite(touched, &joined);
            target.taint = taint;
            if slot < born {
                self.note_write(slot, &old);
            }
            if self.logging > 0 {
                self.log.push((slot, old));
            }
        }
        // what falls through, and how sure
        let mut falls = Lanes::NONE;
        let mut value = Val::default();
        for result in &done {
            falls |= result.falls;
            value.join(&result.value.only(result.falls));
        }
        if branches.len() > 1 {
            value.deps = reason.clone().and(&value.deps);
        }
        for (index, branch) in branches.iter().enumerate() {
            if branch.doubt.is_empty() {
                continue;
            }
            // an alternative that only a doubted branch gives is doubted itself
            for alt in &mut value.alts {
                let others = done.iter().enumerate().any(|(other, result)| {
                    other != index
                        && result.falls.has(alt.lanes)
                        && branches[other].lanes.has(alt.lanes)
                        && result.value.alts.iter().any(|known| same(&known.v, &alt.v))
                });
                if !others
                    && done[index].value.alts.iter().any(|known| same(&known.v, &alt.v))
                    && branch.doubt.covers(alt.lanes)
                {
                    alt.doubt = true;
                }
            }
        }
        self.st = before;
        let base = self.st.doubt;
        let mut doubt = Lanes::NONE;
        for lane in falls.indices() {
            let bit = Lanes::nth(lane);
            let mut all_fall = true;
            let mut all_doubted = true;
            let mut entered = 0;
            for (index, branch) in branches.iter().enumerate() {
                if branch.lanes.has(bit) {
                    entered += 1;
                    if done[index].falls.has(bit) {
                        all_doubted &= done[index].doubt.has(bit);
                    } else {
                        all_fall = false;
                    }
                }
            }
            let doubted = if entered > 1 && all_fall { base.has(bit) } else { all_doubted };
            if doubted {
                doubt |= bit;
            }
        }
        self.st.doubt = doubt | base.without(active);
        let lost = active.without(falls);
        for lane in lost.indices() {
            let bit = Lanes::nth(lane);
            let mut inner = Vec::new();
            let mut cond = None;
            for (index, branch) in branches.iter().enumerate() {
                if branch.lanes.has(bit) {
                    inner.push(done[index].cuts[lane].clone());
                    if branch.decided.has(bit) {
                        cond = cond.or(branch.cond);
                    }
                }
            }
            let cond = cond.map(Why::by);
            self.st.cuts[lane] = Why::all(cond.into_iter().chain(inner));
        }
        if !lost.is_empty() {
            // those that stay have passed the condition of the branch they stayed in
            let survivor = done.iter().enumerate().filter(|(_, result)| !result.falls.is_empty()).collect::<Vec<_>>();
            if let [(_, result)] = survivor.as_slice() {
                self.st.path = result.path.clone();
            } else {
                let reasons = survivor.iter().map(|(_, result)| result.path.clone());
                self.st.path = Why::all([reason].into_iter().chain(reasons));
            }
        }
        (value, falls)
    }

    /// Runs something that may also not run.
    pub fn maybe(&mut self, lanes: Lanes, run: impl FnOnce(&mut Self) -> (Val, Lanes)) -> (Val, Lanes) {
        let branch = Branch::open(lanes, Lanes::NONE);
        let mut run = Some(run);
        self.fork(&[branch.clone(), branch], |machine, index| match (index, run.take()) {
            (0, Some(run)) => run(machine),
            _ => (Val::nil(lanes), lanes),
        })
    }
}
