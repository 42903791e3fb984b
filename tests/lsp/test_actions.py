"""Code actions, lenses and commands."""

import json

import pytest

from session import PUSH, at, capabilities, codes, uri

RECORD = "User.create!(name: Faker::Name.name)\n"
TYPO = "x = Rails.env.prodution?\n"
# an editor that understands actions with edits in them, and one that can ask for the edit later
INLINE = capabilities("emacs", textDocument__codeAction={"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
                      workspace__workspaceEdit=None)
LATER = capabilities("visual-studio-code")
EDITORS = {
    "inline": INLINE,
    "later": LATER,
    "neovim": capabilities("neovim"),
    "emacs": capabilities("emacs"),
    "utf-32": PUSH | {"general": {"positionEncodings": ["utf-32"]}},
}
QUICK, ALL = "quickfix", "source.fixAll.prodguard"


def opened(start, folder, text, profile=INLINE, name="seeds.rb", **options):
    server = start(**options)
    server.initialize(profile, [folder])
    name = uri(folder / name)
    server.open(name, text)
    return server, name


def diagnostics(server, name):
    return server.pull(name)["items"]


def actions(server, name, range, only=None, diagnostics=(), **more):
    context = {"diagnostics": list(diagnostics)} | ({} if only is None else {"only": only}) | more
    params = {"textDocument": {"uri": name}, "range": range, "context": context}
    return server.result("textDocument/codeAction", params) or []


def line(number):
    return {"start": at(number, 0), "end": at(number, 200)}


def edit_of(server, action):
    if "edit" not in action and "command" not in action:
        action = server.result("codeAction/resolve", action)
    return action["edit"]


def apply(server, edit):
    """Takes an edit into the mirrors of its documents, as an editor does."""
    changes = dict(edit.get("changes", {}))
    for change in edit.get("documentChanges", []):
        identifier = change["textDocument"]
        assert identifier["version"] in (None, server.versions[identifier["uri"]])
        changes[identifier["uri"]] = change["edits"]
    for name, edits in changes.items():
        mirror = server.mirrors[name]
        spans = sorted((mirror.offset(it["range"]["start"]), mirror.offset(it["range"]["end"]), it["newText"]) for it in edits)
        assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:])), "edits overlap"
        for begin, end, text in reversed(spans):
            mirror.text = mirror.text[:begin] + text + mirror.text[end:]
        server.replace(name, mirror.text)


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize("before", ["", "# 😀é\r\n"], ids=["plain", "astral"])
def test_the_guard_closes_the_finding(start, folder, editor, before):
    server, name = opened(start, folder, before + RECORD, EDITORS[editor])
    found = diagnostics(server, name)
    offered = actions(server, name, found[0]["range"], [QUICK], found)
    assert offered and all(it["kind"] == QUICK for it in offered)
    apply(server, edit_of(server, offered[0]))
    assert "Faker::Name.name" in server.mirrors[name].text
    assert diagnostics(server, name) == []


@pytest.mark.parametrize("only, quick, all", [
    (None, True, True),
    ([QUICK], True, False),
    (["source"], False, True),
    (["source.fixAll"], False, True),
    ([ALL], False, True),
    (["source.fixAll.ruff"], False, False),
    (["refactor"], False, False),
    (["", QUICK], True, True),
    ([], False, False),
], ids=json.dumps)
def test_kinds(start, folder, only, quick, all):
    """A typo has a correction, which is both a quick fix and part of fix-all."""
    server, name = opened(start, folder, TYPO)
    found = diagnostics(server, name)
    assert codes(found) == ["unknown-environment"]
    kinds = {it["kind"] for it in actions(server, name, line(0), only, found)}
    assert kinds == ({QUICK} if quick else set()) | ({ALL} if all else set())


def test_fix_all_holds_corrections_only(start, folder):
    """Editors run it on save: no guard is inserted by it."""
    server, name = opened(start, folder, RECORD)
    assert actions(server, name, line(0), [ALL]) == []
    server.replace(name, TYPO + RECORD)
    offered = actions(server, name, line(0), [ALL])
    apply(server, edit_of(server, offered[0]))
    assert server.mirrors[name].text == TYPO.replace("prodution", "production") + RECORD


@pytest.mark.parametrize("change", [
    lambda it: {},
    lambda it: {"diagnostics": [it]},
    # Helix
    lambda it: {"diagnostics": [{name: value for name, value in it.items() if name != "codeDescription"}]},
    # clients without dataSupport
    lambda it: {"diagnostics": [{name: value for name, value in it.items() if name != "data"}]},
    lambda it: {"diagnostics": [it | {"data": {"finding": 99}}]},
    lambda it: {"diagnostics": [it | {"data": "foreign"}]},
    lambda it: {"diagnostics": [it | {"data": None}]},
    lambda it: {"diagnostics": [{"range": line(0), "message": "another tool's", "source": "rubocop", "code": 5}, it]},
    # VS Code asks so at every move of the cursor
    lambda it: {"triggerKind": 2},
], ids=range(9))
def test_the_context_is_a_hint(start, folder, change):
    server, name = opened(start, folder, RECORD)
    found = diagnostics(server, name)[0]
    offered = actions(server, name, found["range"], [QUICK], **change(found))
    assert len(offered) == len(actions(server, name, found["range"], [QUICK], [found])) > 0


def test_foreign_diagnostics_alone_are_no_reason(start, folder):
    server, name = opened(start, folder, "x = 1\n" + RECORD)
    foreign = {"range": line(0), "message": "another tool's", "source": "rubocop", "data": {"finding": 0}}
    assert actions(server, name, line(0), [QUICK], [foreign]) == []


def test_resolve_of_an_action_without_data_changes_nothing(start, folder):
    """Neovim asks so for every action without an edit."""
    server, _ = opened(start, folder, RECORD)
    for action in ({"title": "another's"}, {"title": "x", "kind": QUICK, "data": None}, {"title": "x", "data": {"foreign": 1}},
                   {"title": "x", "command": {"title": "y", "command": "z"}}):
        assert server.result("codeAction/resolve", action) == {key: value for key, value in action.items() if value is not None}


def test_an_action_of_an_older_text_breaks_nothing(start, folder):
    """Its document changed or was closed since: the edit is none, or is of the new text."""
    server, name = opened(start, folder, RECORD, LATER)
    offered = actions(server, name, line(0), [QUICK], diagnostics(server, name))
    server.replace(name, "\n\n" + RECORD)
    answer = server.request("codeAction/resolve", offered[0])
    for edit in answer.get("result", {}).get("edit", {}).get("documentChanges", []):
        # an editor refuses an edit of another version than it has
        if edit["textDocument"]["version"] == server.versions[name]:
            apply(server, answer["result"]["edit"])
            assert diagnostics(server, name) == []
    server.shut(name)
    server.request("codeAction/resolve", offered[0])
    server.is_there()


@pytest.mark.parametrize("range", [
    {"start": at(99, 0), "end": at(99, 9)}, {"start": at(0, 999), "end": at(0, 999)}, {"start": at(1, 0), "end": at(0, 0)},
    {"start": at(0, 0), "end": at(2**31 - 1, 0)},
], ids=json.dumps)
def test_ranges_that_are_not_in_the_text(start, folder, range):
    server, name = opened(start, folder, RECORD)
    actions(server, name, range)
    assert actions(server, "file:///unknown.rb", range) == []


@pytest.mark.parametrize("edit", [
    ({"workspace__workspaceEdit": None}, "changes"),
    ({"workspace__workspaceEdit": {"documentChanges": True}}, "documentChanges"),
], ids=["changes", "documentChanges"])
def test_the_form_of_edits(start, folder, edit):
    changes, form = edit
    server, name = opened(start, folder, RECORD, capabilities("emacs", **changes))
    offered = actions(server, name, line(0), [QUICK], diagnostics(server, name))
    assert list(edit_of(server, offered[0])) == [form]


def test_lenses(start, folder):
    """Off unless wanted."""
    server, name = opened(start, folder, "def seed\n  " + RECORD + "end\n")
    assert not server.result("textDocument/codeLens", {"textDocument": {"uri": name}})
    wanting = start()
    wanting.initialize(INLINE, [folder], initializationOptions={"codeLens": True})
    wanting.open(name, "def seed\n  " + RECORD + "end\n")
    lenses = wanting.result("textDocument/codeLens", {"textDocument": {"uri": name}})
    assert [it["range"]["start"]["line"] for it in lenses] == [0]


def test_a_file_is_guarded_by_command(start, folder):
    """The editor is asked to apply the edit, which is awaited by nobody."""
    text = RECORD + "x = 1\n" + RECORD
    server, name = opened(start, folder, text)
    server.request("workspace/executeCommand", {"command": "prodguard.guardFile", "arguments": [name]})
    asked = server.wait(lambda: server.all("workspace/applyEdit"), "edit")
    apply(server, asked[0]["params"]["edit"])
    assert diagnostics(server, name) == []


def test_the_workspace_is_reported_by_command(start, demo):
    server = start()
    server.initialize(INLINE, [demo])
    assert server.result("workspace/executeCommand", {"command": "prodguard.report", "arguments": []})


@pytest.mark.parametrize("params", [
    {"command": "prodguard.unknown"},
    {"command": "prodguard.guardFile"},
    {"command": "prodguard.guardFile", "arguments": []},
    {"command": "prodguard.guardFile", "arguments": [5]},
    {"command": "prodguard.guardFile", "arguments": ["no uri"]},
], ids=json.dumps)
def test_commands_that_cannot_be_run(start, folder, params):
    server, _ = opened(start, folder, RECORD)
    assert server.request("workspace/executeCommand", params)["error"]["code"] in (-32602, -32601, -32803)
    server.is_there()


def test_an_edit_that_is_refused(start, folder):
    server, name = opened(start, folder, RECORD, answers={"workspace/applyEdit": {"applied": False, "failureReason": "no"}})
    server.request("workspace/executeCommand", {"command": "prodguard.guardFile", "arguments": [name]})
    server.is_there()
