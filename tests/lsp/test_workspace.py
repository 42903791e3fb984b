"""Folders, files on disk, progress."""

import shutil
import time

import pytest

from folders import RECORD, WRITTEN, cleared, folders, made, wait_for_scans, workspace
from session import PULL, PUSH, brief, capabilities, uri
from wire import SILENT

OPEN_ONLY = {"initializationOptions": {"workspaceScan": False}}


def test_files_that_are_not_open_are_told_of(start, demo):
    """The same to a client that is told and to one that asks."""
    push, pull = start(), start()
    push.initialize(PUSH, [demo])
    pull.initialize(PULL, [demo])
    found = {name: codes_ for name, codes_ in workspace(pull).items() if codes_}
    assert len(found) == 14
    for name, expected in found.items():
        assert brief(push.wait_published(name)["diagnostics"]) == expected, name


def test_scans_can_be_switched_off(start, demo):
    server = start()
    server.initialize(PULL, [demo], **OPEN_ONLY)
    assert workspace(server) == {}
    name = server.open_file(demo / "rails/db/seeds.rb")
    server.pull(name)
    assert list(workspace(server)) == [name]


def test_scans_are_switched_by_settings(start, demo):
    setting = {"workspaceScan": False}
    server = start(answers={"workspace/configuration": lambda params: [setting]})
    server.initialize(PUSH, [demo])
    name = uri(demo / "rails/db/seeds.rb")
    setting["workspaceScan"] = True
    server.notify("workspace/didChangeConfiguration", {"settings": None})
    server.wait_settled(name, lambda params: params["diagnostics"])
    setting["workspaceScan"] = False
    server.notify("workspace/didChangeConfiguration", {"settings": None})
    server.wait_settled(name, cleared)


def test_workspace_reports_say_what_changed(start, folder):
    first, second = made(folder / "a.rb"), made(folder / "b.rb")
    server = start()
    server.initialize(PULL, [folder])
    items = server.result("workspace/diagnostic", {"previousResultIds": []})["items"]
    previous = [(it["uri"], it["resultId"]) for it in items]
    assert workspace(server, previous) == {first: "unchanged", second: "unchanged"}
    (folder / "a.rb").write_text("")
    server.changed_on_disk(folder / "a.rb")
    end = time.monotonic() + 10
    while (found := workspace(server, previous)) == {first: "unchanged", second: "unchanged"} and time.monotonic() < end:
        time.sleep(0.05)
    assert found == {first: [], second: "unchanged"}


def test_an_open_document_counts_instead_of_its_file(start, folder):
    name = made(folder / "a.rb")
    server = start()
    server.initialize(PUSH, [folder])
    server.wait_published(name, lambda params: brief(params["diagnostics"]) == WRITTEN)
    server.open(name, "\n\n" + RECORD)
    server.wait_settled(name, lambda params: brief(params["diagnostics"]) == [(3, "fake-data-written", 1)])
    (folder / "a.rb").write_text("")
    server.changed_on_disk(folder / "a.rb")
    server.is_there()
    time.sleep(0.3)
    assert brief(server.published(name)[-1]["diagnostics"]) == [(3, "fake-data-written", 1)]
    server.shut(name)
    time.sleep(0.3)
    server.wait_settled(name, cleared)
    (folder / "a.rb").write_text(RECORD)
    server.changed_on_disk(folder / "a.rb")
    server.wait_settled(name, lambda params: brief(params["diagnostics"]) == WRITTEN)


def test_closed_unsaved_the_file_counts_again(start, folder):
    name = made(folder / "a.rb")
    server = start()
    server.initialize(PUSH, [folder])
    server.open(name, "")
    server.wait_settled(name, lambda params: params.get("version") == 1)
    server.shut(name)
    server.wait_settled(name, lambda params: brief(params["diagnostics"]) == WRITTEN)


def test_files_that_come_move_and_go(start, folder):
    server = start()
    server.initialize(PUSH, [folder])
    first, second = made(folder / "a.rb"), uri(folder / "b.rb")
    server.changed_on_disk(folder / "a.rb", 1)
    server.wait_settled(first, lambda params: brief(params["diagnostics"]) == WRITTEN)
    (folder / "a.rb").rename(folder / "b.rb")
    server.notify("workspace/didRenameFiles", {"files": [{"oldUri": first, "newUri": second}]})
    server.wait_settled(first, cleared)
    server.wait_settled(second, lambda params: brief(params["diagnostics"]) == WRITTEN)
    (folder / "b.rb").unlink()
    server.notify("workspace/didDeleteFiles", {"files": [{"uri": second}]})
    server.wait_settled(second, cleared)


def test_a_folder_that_is_deleted(start, folder):
    """Its files are cleared; an open document keeps its text and its diagnostics."""
    inner = folder / "inner"
    closed, opened = made(inner / "a.rb"), made(inner / "b.rb")
    server = start()
    server.initialize(PUSH, [folder])
    server.wait_published(closed, lambda params: params["diagnostics"])
    server.open_file(inner / "b.rb")
    server.wait_settled(opened, lambda params: params.get("version") == 1)
    shutil.rmtree(inner)
    server.changed_on_disk(inner, 3)
    server.wait_settled(closed, cleared)
    server.replace(opened, "\n" + RECORD)
    server.wait_settled(opened, lambda params: brief(params["diagnostics"]) == [(2, "fake-data-written", 1)])
    server.shut(opened)
    server.wait_settled(opened, cleared)


def test_the_workspace_folder_is_deleted(start, folder):
    root = folder / "root"
    closed, opened = made(root / "a.rb"), made(root / "b.rb")
    server = start()
    server.initialize(PUSH, [root])
    server.wait_published(closed, lambda params: params["diagnostics"])
    server.open_file(root / "b.rb")
    shutil.rmtree(root)
    server.changed_on_disk(root, 3)
    server.replace(opened, "\n" + RECORD)
    server.wait_settled(opened, lambda params: brief(params["diagnostics"]) == [(2, "fake-data-written", 1)])
    server.wait_settled(closed, cleared)
    server.save(opened)
    server.shut(opened)
    server.wait_settled(opened, cleared)


@pytest.mark.parametrize("others", [0, 1])
def test_a_folder_that_leaves_the_workspace(start, folder, others):
    """What was said of its files is taken back; also when no folder stays."""
    first, second = made(folder / "one/a.rb"), made(folder / "two/a.rb")
    server = start()
    server.initialize(PUSH, [folder / "one", folder / "two"][: 1 + others])
    server.wait_published(first, lambda params: params["diagnostics"])
    if others:
        server.wait_published(second, lambda params: params["diagnostics"])
    folders(server, removed=[folder / "one"])
    server.wait_settled(first, cleared, patience=5)
    if others:
        assert server.published(second)[-1]["diagnostics"]
    folders(server, added=[folder / "one"])
    server.wait_settled(first, lambda params: params["diagnostics"])


@pytest.mark.parametrize("profile", [PUSH, PULL], ids=["push", "pull"])
@pytest.mark.parametrize("order", [1, -1])
def test_the_most_specific_folder_decides(start, folder, profile, order):
    """The inner folder leaves its file out, the outer one would not; open or not, it is silent."""
    inner, outer = made(folder / "inner/a.rb"), made(folder / "b.rb")
    made(folder / "inner/prodguard.toml", 'exclude = ["a.rb"]\n')
    server = start()
    server.initialize(profile, [folder, folder / "inner"][::order])
    if profile is PULL:
        assert workspace(server).get(inner, []) == []
        server.open_file(folder / "inner/a.rb")
        assert server.pull(inner)["items"] == []
        return
    server.wait_published(outer, lambda params: params["diagnostics"])
    wait_for_scans(server)
    assert not [params for params in server.published(inner) if params["diagnostics"]]
    server.open_file(folder / "inner/a.rb")
    server.wait_settled(inner, lambda params: params.get("version") == 1)
    assert server.published(inner)[-1]["diagnostics"] == []


def test_no_folder(start, folder):
    """A file alone: its project on disk is what holds it."""
    made(folder / "prodguard.toml", 'exclude = ["a.rb"]\n')
    left_out, other = made(folder / "a.rb"), made(folder / "b.rb")
    server = start()
    server.initialize(PULL)
    server.open_file(folder / "a.rb")
    server.open_file(folder / "b.rb")
    assert server.pull(left_out)["items"] == []
    assert brief(server.pull(other)["items"]) == WRITTEN
    assert workspace(server) == {other: WRITTEN}


def test_progress_is_told_and_can_be_cancelled(start, folder):
    for number in range(400):
        made(folder / f"a{number}.rb", RECORD * 20)
    server = start()
    server.initialize(PUSH, [folder])
    begun = server.wait(lambda: server.all("$/progress"), "progress")[0]["params"]
    assert begun["value"]["kind"] == "begin" and begun["value"]["cancellable"]
    server.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
    wait_for_scans(server)
    told = [message["params"] for message in server.all("$/progress")]
    created = [message["params"]["token"] for message in server.all("window/workDoneProgress/create")]
    assert {params["token"] for params in told} == set(created)
    percentages = [params["value"]["percentage"] for params in told if "percentage" in params["value"]]
    assert percentages == sorted(percentages) and percentages[-1] <= 100


def test_progress_is_not_told_to_who_refuses(start, demo):
    server = start(answers={})
    del server.answers["window/workDoneProgress/create"]
    server.initialize(PUSH, [demo])
    server.wait_published(uri(demo / "rails/db/seeds.rb"), lambda params: params["diagnostics"])
    assert server.all("$/progress") == []


def test_a_storm_of_files_on_disk_delays_no_answer(start, folder):
    """A checkout of another branch, told of file by file."""
    for number in range(300):
        made(folder / f"lib/a{number}.rb", RECORD * 5)
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "open.rb")
    server.open(name, RECORD)
    server.wait_published(name)
    for number in range(300):
        server.changed_on_disk(folder / f"lib/a{number}.rb", 1)
    begun = time.monotonic()
    hover = {"textDocument": {"uri": name}, "position": {"line": 0, "character": 22}}
    assert server.result("textDocument/hover", hover)
    version = server.replace(name, "\n" + RECORD)
    server.wait_settled(name, lambda params: params.get("version") == version and brief(params["diagnostics"]) == [(2, "fake-data-written", 1)])
    assert time.monotonic() - begun < 3
    wait_for_scans(server)
    assert len([message for message in server.all("$/progress") if message["params"]["value"]["kind"] == "begin"]) < 50


def test_watchers_are_registered_where_that_is_possible(start, folder):
    """As plain patterns: LSP4IJ understands no others."""
    server = start()
    server.initialize(PUSH, [folder])
    asked = server.wait(lambda: server.all("client/registerCapability"), "registration")
    watched = [it for it in asked[0]["params"]["registrations"] if it["method"] == "workspace/didChangeWatchedFiles"]
    assert all(isinstance(watcher["globPattern"], str) for watcher in watched[0]["registerOptions"]["watchers"])
    quiet = start()
    quiet.initialize(capabilities(None), [folder])
    quiet.is_there()
    assert quiet.all("client/registerCapability") == []


@pytest.mark.parametrize("profile", [PUSH, PULL], ids=["push", "pull"])
def test_a_scan_does_not_wait_for_permission_to_show_progress(start, folder, profile):
    name = made(folder / "a.rb")
    server = start(answers={"window/workDoneProgress/create": SILENT})
    server.initialize(profile, [folder])
    if profile is PULL:
        assert server.result("workspace/diagnostic", {"previousResultIds": []}, patience=3)["items"]
    else:
        server.wait_published(name, patience=3)
    assert server.all("$/progress") == []
