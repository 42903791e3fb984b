//! Objects as context managers.

use crate::program::*;
use crate::worlds::lanes::Lanes;
use crate::worlds::machine::*;
use crate::worlds::value::*;

impl Machine<'_> {
    /// `with C():` where the file defines C: `__enter__`, the body, `__exit__` on every way out.
    pub fn with_object(
        &mut self,
        at: NodeRef,
        manager: &V,
        place: Option<NodeRef>,
        lanes: Lanes,
        body: impl FnOnce(&mut Self, Lanes) -> (Val, Lanes),
    ) -> Option<(Val, Lanes)> {
        let class = match manager {
            V::Instance(class) => *class,
            V::Object(object) => object.class,
            _ => return None,
        };
        let method = |machine: &Self, plain: &str, asynchronous: &str| {
            let found = machine.methods_named(class, plain);
            let found = if found.is_empty() { machine.methods_named(class, asynchronous) } else { found };
            found.last().copied()
        };
        let enter = method(self, "__enter__", "__aenter__")?;
        let exit = method(self, "__exit__", "__aexit__")?;
        let enter = self.bound(enter, manager, lanes);
        let (entered, falls) = self.call_value(at, &enter, &Args::default(), lanes);
        let (entered, falls) = self.awaited(at, entered, falls);
        if let Some(place) = place {
            self.assign(place, falls, &entered);
        }
        let mark = self.exits.len();
        let resume = std::mem::replace(&mut self.st.may_resume, true);
        let path = self.st.path.clone();
        let cuts = self.st.cuts.clone();
        let (mut value, through) = body(self, falls);
        self.st.may_resume = resume;
        self.st.path = path;
        let pending = self.exits.split_off(mark);
        let left = pending
            .iter()
            .filter(|exit| exit.class.as_deref() != Some("!exit"))
            .fold(Lanes::NONE, |all, exit| all | exit.lanes);
        let after = self.st.clone();
        self.st.cuts = cuts;
        let exit = self.bound(exit, manager, falls);
        let args = Args { positional: vec![Val::data(falls); 3], nodes: vec![at; 3], ..Args::default() };
        let (answer, gone) = self.call_value(at, &exit, &args, through | left);
        let (answer, gone) = self.awaited(at, answer, gone);
        let doubt = self.st.doubt;
        self.st = after;
        self.st.doubt |= doubt & through;
        let swallows = self.truth(&answer, gone);
        let mut landed = Vec::new();
        for mut exit in pending {
            if exit.class.as_deref() == Some("!exit") {
                self.exits.push(exit);
                continue;
            }
            exit.lanes &= gone;
            if exit.target == Target::Raise {
                let mut caught = exit.clone();
                caught.lanes &= swallows.yes;
                if !caught.lanes.is_empty() {
                    landed.push(caught);
                }
                exit.lanes &= swallows.no;
            }
            if !exit.lanes.is_empty() {
                self.exits.push(exit);
            }
        }
        let falls = self.land(&landed, through & gone, &mut value);
        Some((value, falls))
    }

    /// A manager that nothing in sight defines may swallow what its body raises, unless it is known not to.
    pub fn may_swallow(&self, manager: &Val) -> bool {
        manager.alts.iter().any(|alt| match &alt.v {
            V::Made(name) | V::Name(name) => !lets_exceptions_pass(name),
            V::Unknown(_) => true,
            _ => false,
        })
    }
}

/// Library context managers that never swallow what their body raises.
fn lets_exceptions_pass(name: &str) -> bool {
    matches!(
        name.rsplit('.').next().unwrap_or(name),
        "open"
            | "atomic"
            | "Lock"
            | "RLock"
            | "Semaphore"
            | "closing"
            | "nullcontext"
            | "app_context"
            | "test_request_context"
            | "begin"
            | "connect"
            | "connection"
            | "cursor"
            | "Session"
            | "session"
            | "ThreadPoolExecutor"
            | "ProcessPoolExecutor"
            | "Pool"
            | "TemporaryDirectory"
            | "NamedTemporaryFile"
            | "TemporaryFile"
            | "override_settings"
            | "localcontext"
            | "redirect_stdout"
            | "redirect_stderr"
            | "chdir"
            | "urlopen"
            | "ZipFile"
            | "StringIO"
            | "BytesIO"
            | "scandir"
            | "catch_warnings"
            | "Client"
            | "AsyncClient"
            | "ClientSession"
            | "TestClient"
            | "use_cassette"
            | "Betamax"
            | "freeze_time"
            | "dict"
            | "object"
            | "patch"
    )
}
