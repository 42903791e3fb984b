"""What no client should send: the server answers or logs, lives on, and never loses the text."""

import json
import time

import pytest

from session import PULL, PUSH, at, brief, uri
from wire import frame, notification

PARSE_ERROR, INVALID_REQUEST, UNKNOWN_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
RECORD = "User.create!(name: Faker::Name.name)\n"
SURROGATE = b'"\\ud83d"'


def request(id, method="prodguard/unknown", **rest):
    return {"jsonrpc": "2.0", "id": id, "method": method} | rest


@pytest.mark.parametrize(
    "data, code",
    [
        (b"\r\n\r\n", None),
        (b"nonsense\r\n\r\n", PARSE_ERROR),
        (b"Content-Length: -3\r\n\r\n", PARSE_ERROR),
        (b"Content-Length: x\r\n\r\n", PARSE_ERROR),
        (b"Content-Length:\r\n\r\n", PARSE_ERROR),
        (b"Content-Length: 99999999999999999999999\r\n\r\n", PARSE_ERROR),
        (b"X: " + b"y" * 10_000 + b"\r\n\r\n", PARSE_ERROR),
        (b"\xff\xfe\x00\r\n\r\n", PARSE_ERROR),
        (frame(b""), PARSE_ERROR),
        (frame(b"{"), PARSE_ERROR),
        (frame(b"\xff"), PARSE_ERROR),
        (frame(b"nul"), PARSE_ERROR),
        (frame(b'{"jsonrpc":"2.0","method":"\xff"}'), None),
        (frame(b'{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":1e999}}'), None),
        (frame(b"[" * 100_000), PARSE_ERROR),
        (frame(b'{"a":' * 1000 + b"1" + b"}" * 1000), PARSE_ERROR),
        (frame(b"1"), INVALID_REQUEST),
        (frame(b"null"), INVALID_REQUEST),
        (frame(b'"text"'), INVALID_REQUEST),
        (frame(b"[]"), INVALID_REQUEST),
        (frame(b'[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]'), INVALID_REQUEST),
        (frame(b"{}"), INVALID_REQUEST),
        (frame(b'{"jsonrpc":"2.0"}'), INVALID_REQUEST),
        (frame(b'{"jsonrpc":"2.0","id":{},"method":"shutdown"}'), INVALID_REQUEST),
        (frame(b'{"jsonrpc":"2.0","id":true,"method":"shutdown"}'), INVALID_REQUEST),
        (frame(b'{"jsonrpc":"2.0","method":5}'), INVALID_REQUEST),
        (frame(b'{"jsonrpc":"2.0","id":"unknown","result":1}'), None),
        (frame(b'{"jsonrpc":"2.0","id":77,"error":{"code":1,"message":"x"}}'), None),
        (frame(b'{"jsonrpc":"2.0","id":77,"result":1,"error":{"code":1,"message":"x"}}'), None),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)
def test_broken_frames(start, data, code):
    server = start()
    server.initialize()
    server.send_bytes(data)
    if code is not None:
        answer = server.wait(lambda: next(iter(server.responses.get("null", [])), None), "error without an id")
        assert answer["error"]["code"] == code
    server.is_there()


@pytest.mark.parametrize(
    "message, code",
    [
        (request(901), UNKNOWN_METHOD),
        (request("text"), UNKNOWN_METHOD),
        (request(-5), UNKNOWN_METHOD),
        (request(2**40), UNKNOWN_METHOD),
        (request(901, params=5), UNKNOWN_METHOD),
        (request(901, "$/unknown"), UNKNOWN_METHOD),
        (request(901, "textDocument/definition", params={"textDocument": {"uri": "file:///a"}, "position": at(0, 0)}), UNKNOWN_METHOD),
        (request(901, "textDocument/hover"), INVALID_PARAMS),
        (request(901, "textDocument/hover", params=None), INVALID_PARAMS),
        (request(901, "textDocument/hover", params={}), INVALID_PARAMS),
        (request(901, "textDocument/hover", params=[]), INVALID_PARAMS),
        (request(901, "textDocument/hover", params={"textDocument": {"uri": 5}, "position": at(0, 0)}), INVALID_PARAMS),
        (request(901, "textDocument/hover", params={"textDocument": {"uri": "a b"}, "position": at(0, 0)}), INVALID_PARAMS),
        (request(901, "textDocument/hover", params={"textDocument": {"uri": "file:///a"}, "position": at(-1, 0)}), INVALID_PARAMS),
        (request(901, "textDocument/hover", params={"textDocument": {"uri": "file:///a"}, "position": at(0.5, 0)}), INVALID_PARAMS),
        (request(901, "textDocument/diagnostic", params={"textDocument": {}}), INVALID_PARAMS),
        (request(901, "workspace/diagnostic", params={}), INVALID_PARAMS),
        (request(901, "textDocument/didOpen", params={}), None),
    ],
    ids=json.dumps,
)
def test_bad_requests(start, message, code):
    server = start()
    server.initialize(PULL)
    server.send(message)
    answer = server.response(message["id"])
    assert "error" in answer and code in (None, answer["error"]["code"]), answer
    server.is_there()


@pytest.mark.parametrize(
    "message",
    [
        notification("prodguard/unknown", {"a": 1}),
        notification("$/unknown"),
        notification("$/setTrace", {"value": "compact"}),
        notification("$/cancelRequest", {"id": 12345}),
        notification("$/cancelRequest", {}),
        notification("$/progress", {"token": 1, "value": {}}),
        notification("window/workDoneProgress/cancel", {"token": 5}),
        notification("window/workDoneProgress/cancel", {"token": "unknown"}),
        notification("window/workDoneProgress/cancel"),
        notification("textDocument/didOpen"),
        notification("textDocument/didOpen", {"textDocument": {"uri": "file:///a.rb"}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "no uri", "languageId": "ruby", "version": 1, "text": ""}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "", "languageId": "ruby", "version": 1, "text": ""}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "file:///%FF%00.rb", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "file://host/a.rb", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "file:", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "file:///", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "ruby", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": "untitled:", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didOpen", {"textDocument": {"uri": f"file:///{'a' * 9000}.rb", "languageId": "ruby", "version": 1, "text": RECORD}}),
        notification("textDocument/didChange", {"textDocument": {"uri": "file:///x.rb", "version": 2}, "contentChanges": []}),
        notification("textDocument/didChange", {"textDocument": {"uri": "file:///x.rb"}}),
        notification("textDocument/didClose", {"textDocument": {"uri": "file:///x.rb"}}),
        notification("textDocument/didSave", {"textDocument": {"uri": "file:///x.rb"}}),
        notification("textDocument/didSave", {"textDocument": {"uri": "file:///x.rb"}, "text": "x"}),
        notification("workspace/didChangeConfiguration", {"settings": None}),
        notification("workspace/didChangeConfiguration", {"settings": []}),
        notification("workspace/didChangeConfiguration", {"settings": {"prodguard": []}}),
        notification("workspace/didChangeConfiguration", {"settings": {"prodguard": {"codeLens": {"enable": 5}}}}),
        notification("workspace/didChangeConfiguration", {}),
        notification("workspace/didChangeWatchedFiles", {"changes": []}),
        notification("workspace/didChangeWatchedFiles", {"changes": [{"uri": "file:///no", "type": 9}]}),
        notification("workspace/didChangeWatchedFiles", {"changes": [{"uri": "no uri", "type": 1}]}),
        notification("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": []}}),
        notification("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [{"uri": "file:///no", "name": "x"}]}}),
        notification("workspace/didRenameFiles", {"files": [{"oldUri": "x", "newUri": "file:///y"}]}),
        notification("workspace/didDeleteFiles", {"files": [{"uri": "file:///y"}]}),
        notification("workspace/didCreateFiles", {"files": []}),
        notification("initialized", {}),
        notification("textDocument/hover", {"textDocument": {"uri": "file:///a"}, "position": at(0, 0)}),
        notification("initialize", {"capabilities": {}}),
    ],
    ids=lambda message: json.dumps(message)[17:120],
)
def test_bad_notifications(start, message):
    server = start(answers={"workspace/configuration": [[]]})
    server.initialize()
    server.send(message)
    server.is_there()


# what an editor then has, or None where the change is not one
CHANGES = [
    ("past the end", [{"range": {"start": at(99, 0), "end": at(99, 5)}, "text": RECORD}], True),
    ("past the line", [{"range": {"start": at(0, 999), "end": at(0, 999)}, "text": "\n" + RECORD}], True),
    ("backwards", [{"range": {"start": at(1, 0), "end": at(0, 0)}, "text": RECORD}], True),
    ("everything", [{"range": {"start": at(0, 0), "end": at(2**31 - 1, 2**31 - 1)}, "text": RECORD}], True),
    ("unsigned end", [{"range": {"start": at(0, 0), "end": at(2**32 - 1, 2**32 - 1)}, "text": RECORD}], True),
    # JavaScript's Number.MAX_SAFE_INTEGER, which people write for "to the end"
    ("beyond 32 bits", [{"range": {"start": at(0, 0), "end": at(2**53 - 1, 2**53 - 1)}, "text": RECORD}], True),
    ("null range", [{"range": None, "text": RECORD}], True),
    ("length only", [{"rangeLength": 1, "text": RECORD}], True),
    ("wrong length", [{"range": {"start": at(0, 0), "end": at(0, 0)}, "rangeLength": 99, "text": RECORD}], True),
    ("unknown key", [{"text": RECORD, "unknown": {}}], True),
    ("several", [{"text": ""}, {"range": {"start": at(0, 0), "end": at(0, 0)}, "text": RECORD}], True),
    ("none", [], False),
]


@pytest.mark.parametrize("changes, found", [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_edits_out_of_range(start, folder, changes, found):
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    server.open(name, "x = 1\n")
    server.change(name, *changes)
    told = server.wait_settled(name, lambda params: params["version"] == 2)
    assert bool(told["diagnostics"]) == found


def test_half_of_a_surrogate_pair_is_a_character_too(start, folder):
    """JavaScript's strings may hold one; dropping the change would leave another text than the editor has."""
    server = start()
    server.initialize(PUSH | {"general": {"positionEncodings": ["utf-16"]}}, [folder])
    name = uri(folder / "a.rb")
    server.open(name, "x = 1\n")
    change = notification("textDocument/didChange", {
        "textDocument": {"uri": name, "version": 2},
        "contentChanges": [{"text": "SPLIT\n" + RECORD}],
    })
    server.send_bytes(frame(json.dumps(change).encode().replace(b"SPLIT", b"# \\ud83d")))
    told = server.wait_settled(name, lambda params: params["version"] == 2)
    assert brief(told["diagnostics"]) == [(2, "fake-data-written", 1)]


def test_zero_bytes_are_text(start, folder):
    server = start()
    server.initialize(PUSH, [folder])
    server.open(uri(folder / "a.rb"), "# \0\n" + RECORD)
    assert server.wait_published(uri(folder / "a.rb"))["diagnostics"]


def test_versions_that_go_backwards(start, folder):
    """The last change counts, whatever its number; each publication names the version of its text."""
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    server.open(name, "", version=10)
    for version, text in [(11, RECORD), (3, ""), (3, RECORD), (-7, ""), (0, RECORD * 3)]:
        server.versions[name] = version - 1
        server.replace(name, text)
        told = server.wait_settled(name, lambda params: params["version"] == version and bool(params["diagnostics"]) == bool(text))
        assert told["version"] == version
    server.pull(name)


@pytest.mark.parametrize("version", [None, 2**31, 2**53, 1.0, "1", -1], ids=repr)
def test_strange_versions_of_open(start, folder, version):
    server = start()
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD, version=version)
    server.pull(name)
    server.is_there()


def test_the_same_id_twice(start):
    """Each is answered."""
    server = start()
    server.initialize()
    server.send(request(7), request(7))
    server.wait(lambda: len(server.responses.get("7", [])) == 2, "two answers")
    server.unanswered.add("7")


def test_opened_twice(start, folder):
    """Without a close between: the second text counts."""
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD, version=1)
    server.open(name, "", version=1)
    server.open(name, RECORD * 2, version=1)
    server.open(name, "\n" + RECORD, version=5)
    told = server.wait_settled(name, lambda params: params["version"] == 5)
    assert brief(told["diagnostics"]) == [(2, "fake-data-written", 1)]


def test_change_before_open(start, folder):
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    document = {"uri": name, "version": 9}
    server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": RECORD}]})
    server.open(name, "\n\n" + RECORD, version=10)
    told = server.wait_settled(name, lambda params: params["version"] == 10)
    assert brief(told["diagnostics"]) == [(3, "fake-data-written", 1)]


def test_close_twice_and_change_after_close(start, folder):
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD)
    server.wait_published(name, lambda params: params["diagnostics"])
    server.shut(name)
    server.change(name, {"text": RECORD})
    server.shut(name)
    server.is_there()
    time.sleep(0.3)
    assert server.published(name)[-1]["diagnostics"] == []


def test_a_huge_document(start, folder):
    """20 MB are more than is analysed: it is silent, and others are served as ever."""
    server = start()
    server.initialize(PULL, [folder])
    big, small = uri(folder / "big.rb"), uri(folder / "small.rb")
    text = RECORD * (20 * 1024 * 1024 // len(RECORD))
    server.open(big, text)
    server.open(small, RECORD)
    assert len(server.pull(small)["items"]) == 1
    for _ in range(20):
        server.change(big, {"range": {"start": at(1000, 0), "end": at(1000, 0)}, "text": "x"})
    begun = time.monotonic()
    assert server.pull(big)["items"] == []
    assert len(server.pull(small)["items"]) == 1
    assert time.monotonic() - begun < 3
    server.replace(big, RECORD)
    assert len(server.pull(big)["items"]) == 1


def test_five_hundred_open_documents(start, folder):
    server = start()
    server.initialize(PUSH, [folder])
    names = [uri(folder / f"a{number}.rb") for number in range(500)]
    for name in names:
        server.open(name, RECORD)
    for name in names:
        server.replace(name, "\n" + RECORD)
    for name in names:
        told = server.wait_settled(name, lambda params: params["version"] == 2)
        assert brief(told["diagnostics"]) == [(2, "fake-data-written", 1)]
    for name in names:
        server.shut(name)
    for name in names:
        server.wait_settled(name, lambda params: params["diagnostics"] == [])


def test_deep_nesting(start, folder):
    server = start()
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, "[" * 20_000 + "Faker::Name.name" + "]" * 20_000)
    server.pull(name)
    server.is_there()


def test_more_requests_than_are_served_at_once(start, folder):
    """Those that wait for an analysis do not keep others waiting, nor their cancellation."""
    server = start()
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD + "def m(a) = a.b { |c| c + 1 }\n" * 2000)
    ids = [server.ask("textDocument/diagnostic", {"textDocument": {"uri": name}}) for _ in range(400)]
    for id in ids[:300]:
        server.notify("$/cancelRequest", {"id": id})
    for id in ids:
        answer = server.response(id)
        assert "result" in answer or answer["error"]["code"] == -32800, answer
