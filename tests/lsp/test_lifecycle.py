"""How sessions begin and end."""

import json
import time

import pytest

from session import PULL, PUSH, capabilities, uri
from wire import SILENT, notification

HOVER = {"textDocument": {"uri": "file:///a.rb"}, "position": {"line": 0, "character": 0}}


def test_requests_before_initialize_are_refused(start):
    server = start()
    for method, params in [("textDocument/hover", HOVER), ("shutdown", None), ("workspace/diagnostic", {"previousResultIds": []})]:
        assert server.request(method, params)["error"]["code"] == -32002, method
    server.notify("textDocument/didOpen", {"textDocument": {"uri": "file:///a.rb", "languageId": "ruby", "version": 1, "text": ""}})
    server.initialize()


def test_a_second_initialize_is_refused(start):
    server = start()
    server.initialize()
    assert server.request("initialize", {"capabilities": {}})["error"]["code"] == -32600


def test_shutdown_twice_is_answered_twice(start):
    server = start()
    server.initialize()
    server.result("shutdown")
    assert server.request("shutdown")["error"]["code"] == -32600
    server.notify("exit")
    assert server.exit_status() == 0


def test_after_shutdown_requests_are_refused(start):
    server = start()
    server.initialize()
    server.result("shutdown")
    assert server.request("textDocument/hover", HOVER)["error"]["code"] == -32600
    server.notify("exit")
    assert server.exit_status() == 0


@pytest.mark.parametrize("params", [None, {}, [], "null"], ids=repr)
def test_shutdown_params(start, params):
    """Clients leave them out, or send null."""
    server = start()
    server.initialize()
    message = {"jsonrpc": "2.0", "id": "bye", "method": "shutdown"}
    if params is not None:
        message["params"] = None if params == "null" else params
    server.send(message)
    server.response("bye")
    server.notify("exit")
    server.exit_status()


def test_exit_without_shutdown(start):
    server = start(survives=False)
    server.initialize()
    server.notify("exit")
    assert server.exit_status() == 1


def test_exit_before_initialize(start):
    server = start(survives=False)
    server.notify("exit")
    assert server.exit_status() == 1


def test_the_input_ends(start):
    server = start(survives=False)
    server.initialize()
    assert server.close() == 1


def test_the_input_ends_inside_of_a_frame(start):
    server = start(survives=False)
    server.initialize()
    server.send_bytes(b"Content-Length: 100\r\n\r\n{")
    assert server.close() == 1


def test_exit_is_prompt(start):
    """Also with the input still open, as editors leave it; Neovim kills a server after half a second."""
    server = start()
    server.initialize()
    server.result("shutdown")
    begun = time.monotonic()
    server.notify("exit")
    assert server.exit_status() == 0
    assert time.monotonic() - begun < 0.3


def test_exit_does_not_wait_for_an_analysis(start, folder):
    server = start(survives=False)
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, "User.create!(name: Faker::Name.name)\n" * 8000)
    server.ask("textDocument/diagnostic", {"textDocument": {"uri": name}})
    server.ask("shutdown")
    server.notify("exit")
    assert server.exit_status(3) == 0


def test_a_client_that_never_reads_is_not_waited_for(prodguard, folder, tmp_path):
    """Its pipe is full; the server leaves when the input ends all the same."""
    import subprocess

    from wire import frame

    server = subprocess.Popen([prodguard, "lsp"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        params = {"processId": None, "rootUri": None, "capabilities": PUSH}
        server.stdin.write(frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}))
        server.stdin.flush()
        time.sleep(0.2)
        server.stdin.write(frame(notification("initialized", {})))
        for number in range(2000):
            message = {"jsonrpc": "2.0", "id": f"{number}" * 50, "method": "prodguard/unknown"}
            server.stdin.write(frame(message))
        server.stdin.close()
        assert server.wait(5) == 1
    finally:
        server.kill()
        server.stdout.close()


def change(**changes):
    return capabilities(None, **changes)


@pytest.mark.parametrize(
    "params",
    [
        {"initializationOptions": []},
        {"initializationOptions": None},
        {"initializationOptions": {"prodguard": []}},
        {"initializationOptions": "nonsense"},
        {"trace": "off"},
        {"trace": "verbose"},
        # vscode-languageclient has it
        {"trace": "compact"},
        {"trace": None},
        {"processId": 4711, "clientInfo": {"name": "x"}, "locale": "de", "unknown": {"a": 1}},
        {"rootPath": "", "rootUri": None},
        {"rootPath": None, "rootUri": None, "workspaceFolders": None},
        {"workspaceFolders": []},
        {"rootUri": "untitled:x"},
        {"rootUri": "file:///no/such/folder"},
        {"rootUri": "file:///c%3A/no/such"},
        {"workspaceFolders": [{"uri": "vscode-vfs://github/a/b", "name": "b"}]},
        {"workspaceFolders": [{"uri": "file:///no/such/", "name": ""}]},
        {"workDoneToken": 5},
        {"workDoneToken": "a"},
    ],
    ids=json.dumps,
)
def test_initialize_params(start, params):
    server = start()
    server.initialize(**params)


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": {"a": 1}},
        {"textDocument__unknown": True},
        {"general__positionEncodings": []},
        {"general__positionEncodings": ["ebcdic", "utf-8"]},
        {"workspace__workspaceEdit": {"resourceOperations": ["create", "unknown"], "failureHandling": "unknown"}},
        # a boolean in older versions of the protocol
        {"textDocument__publishDiagnostics": {"tagSupport": True}},
        {"textDocument__publishDiagnostics": {"tagSupport": {"valueSet": [1, 2, 3]}}},
        {"textDocument__hover": {"contentFormat": ["unknown", "markdown"]}},
        {"textDocument__codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "x"]}}}},
        {"textDocument__completion": {"completionItemKind": {"valueSet": [1, 99]}}},
        {"textDocument__semanticTokens": {"requests": {"full": {"delta": True}, "range": True}, "tokenTypes": [],
                                          "tokenModifiers": [], "formats": ["unknown"]}},
        {"textDocument__foldingRange": {"foldingRangeKind": {"valueSet": ["unknown"]}}},
        {"workspace__symbol": {"symbolKind": {"valueSet": [1, 99]}, "tagSupport": {"valueSet": [7]}}},
        {"experimental": []},
        {"window": {"showDocument": {"support": True}, "workDoneProgress": True, "showMessage": {}}},
        {"textDocument": [], "workspace": []},
        {"textDocument__diagnostic": {}},
    ],
    ids=json.dumps,
)
def test_capabilities(start, changes):
    """What editors announce beyond our version of the protocol, and Lua's empty tables."""
    server = start()
    server.initialize(change(**changes))


@pytest.mark.parametrize("client, expected", [
    ({"general__positionEncodings": ["utf-16"]}, "utf-16"),
    ({"general__positionEncodings": ["utf-8", "utf-16", "utf-32"]}, "utf-8"),
    ({"general__positionEncodings": ["utf-32", "utf-8", "utf-16"]}, "utf-8"),
    ({"general__positionEncodings": ["utf-32"]}, "utf-32"),
    ({"general__positionEncodings": ["utf-32", "utf-16"]}, "utf-16"),
    ({}, "utf-16"),
], ids=json.dumps)
def test_position_encodings(start, client, expected):
    found = start().initialize(change(**client))
    assert found["positionEncoding"] == expected


def test_push_or_pull_and_never_both(start):
    assert "diagnosticProvider" not in start().initialize(PUSH)
    assert start().initialize(PULL)["diagnosticProvider"]["workspaceDiagnostics"]


def test_actions_are_offered_under_kinds_of_our_own(start):
    """The bare `source.fixAll` would run on every save."""
    kinds = start().initialize(PUSH)["codeActionProvider"]["codeActionKinds"]
    assert sorted(kinds) == ["quickfix", "source.fixAll.prodguard"]


def test_a_client_that_answers_nothing_is_served(start, demo):
    silent = ["client/registerCapability", "window/workDoneProgress/create", "workspace/configuration", "workspace/diagnostic/refresh"]
    server = start(answers={method: SILENT for method in silent})
    server.initialize(PULL, [demo])
    name = server.open_file(demo / "rails/db/seeds.rb")
    for _ in range(6):
        server.changed_on_disk(demo / "rails/Gemfile")
        assert len(server.pull(name)["items"]) == 2
    assert len(server.all("workspace/diagnostic/refresh")) <= 1


def test_errors_as_answers_are_taken(start, demo):
    server = start()
    server.answers = {}
    server.initialize(PULL, [demo])
    name = server.open_file(demo / "rails/db/seeds.rb")
    assert len(server.pull(name)["items"]) == 2
