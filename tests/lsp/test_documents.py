"""Documents: what is told of them, where, in which order."""

import itertools
import json
import time

import pytest

from session import PULL, PUSH, at, brief, capabilities, checked, told, uri
from text import Mirror
from wire import notification

RECORD = "User.create!(name: Faker::Name.name)\n"
WRITTEN = [(1, "fake-data-written", 1)]
PYTHON = "from faker import Faker\n\n\ndef seed():\n    User.objects.create(name=Faker().name())\n"
CSHARP = "using Bogus;\nvar user = new Faker().Name.FullName();\n"
ENCODINGS = ["utf-8", "utf-16", "utf-32"]


def client(encoding, base=PUSH):
    return base | {"general": {"positionEncodings": [encoding]}}


def settled(server, name, version, expected):
    last = server.wait_settled(name, lambda params: params.get("version") == version and brief(params["diagnostics"]) == expected)
    return last["diagnostics"]


@pytest.mark.parametrize("name, language, text, expected", [
    ("file:///w/a.rb", "ruby", RECORD, WRITTEN),
    ("file:///w/a.rb", "plaintext", RECORD, WRITTEN),
    ("file:///c%3A/w/a.rb", "ruby", RECORD, WRITTEN),
    ("file:///C:/w/a.rb", "ruby", RECORD, WRITTEN),
    ("file:///w/%C3%A9%20%F0%9F%98%80%25/a%23b.rb", "ruby", RECORD, WRITTEN),
    ("file:///w/é/a.rb", "ruby", RECORD, WRITTEN),
    # what the Rust crate `url`, and so Helix, leaves as it is
    ("file:///w/[id]/a|b^c.rb", "ruby", RECORD, WRITTEN),
    ("file:///w/a b.rb", "ruby", RECORD, WRITTEN),
    ("file://localhost/w/a.rb", "ruby", RECORD, WRITTEN),
    ("FILE:///w/a.rb", "ruby", RECORD, WRITTEN),
    ("untitled:Untitled-1", "ruby", RECORD, WRITTEN),
    ("untitled:/w/a.rb", "plaintext", RECORD, WRITTEN),
    ("untitled:Untitled-1", "python", PYTHON, [(5, "fake-data-written", 1)]),
    ("untitled:Untitled-1", "csharp", CSHARP, [(2, "fake-data-reachable", 2)]),
    ("untitled:Untitled-1", "plaintext", RECORD, []),
    ("vscode-vfs://github/a/b.rb", "ruby", RECORD, WRITTEN),
    ("git:/w/a.rb?%7B%22ref%22%3A%22~%22%7D", "ruby", RECORD, WRITTEN),
    ("vscode-notebook-cell:/w/a.ipynb#W0sZmlsZQ", "python", PYTHON, [(5, "fake-data-written", 1)]),
    ("inmemory://model/1", "ruby", RECORD, WRITTEN),
    ("buffer:1", "ruby", RECORD, WRITTEN),
    ("file:///w/a.txt", "plaintext", RECORD, []),
    ("file:///w/Rakefile", "plaintext", RECORD, WRITTEN),
], ids=lambda value: value if isinstance(value, str) and ":" in value else "")
def test_names(start, name, language, text, expected):
    """Told under the name that the editor uses, and cleared under it."""
    for profile in (PUSH, PULL):
        server = start()
        server.initialize(profile)
        server.open(name, text, language)
        if profile is PULL:
            assert brief(server.pull(name)["items"]) == expected
        else:
            assert brief(server.wait_published(name, patience=5)["diagnostics"]) == expected
            server.shut(name)
            server.wait_published(name, lambda params: params["diagnostics"] == [], after=1)


def test_without_a_folder_a_document_without_a_file_harms_no_other(start, folder):
    server = start()
    server.initialize(PULL)
    server.open("untitled:Untitled-1", "x = 1\n", "ruby")
    assert server.pull("untitled:Untitled-1")["items"] == []
    server.open(uri(folder / "a.rb"), RECORD)
    assert brief(server.pull(uri(folder / "a.rb"))["items"]) == WRITTEN


def test_a_name_is_known_in_other_spellings(start):
    """Editors change their mind about escapes."""
    server = start()
    server.initialize(PULL)
    server.open("file:///c%3A/w/%61.rb", RECORD, "ruby")
    for name in ("file:///c:/w/a.rb", "file:///c%3a/w/a.rb"):
        assert brief(server.pull(name)["items"]) == WRITTEN
    server.versions["file:///c:/w/a.rb"] = 1
    server.change("file:///c:/w/a.rb", {"text": ""})
    assert server.pull("file:///c%3A/w/%61.rb")["items"] == []
    server.shut("file:///c:/w/a.rb")
    assert server.pull("file:///c%3A/w/%61.rb")["items"] == []


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("language, text", [
    (".rb", "# 😀é\u2028\u0085\x0b\x0c x\nx = '😀'; User.create!(name: Faker::Name.name, note: '😀' + Faker::Lorem.word)\n"),
    (".py", "# 😀é\u2028\u0085 x\nfrom faker import Faker\nx = '😀'; y = Faker().name() + '😀' + Faker().word()\n"),
    (".cs", "// 😀é\nusing Bogus;\nvar x = \"😀\" + new Faker().Name.FullName() + \"😀\" + new Faker().Lorem.Word();\n"),
], ids=["ruby", "python", "csharp"])
def test_positions(start, prodguard, folder, encoding, end, language, text):
    """Where the command line finds it, in what this client counts."""
    if (language, end) == (".rb", "\r"):
        # to Ruby a lone CR ends no line, and so no comment
        text = text.split("\n", 1)[1]
    text = text.replace("\n", end)
    path = folder / f"a{language}"
    path.write_bytes(text.encode())
    server = start()
    server.initialize(client(encoding), [folder])
    server.open(uri(path), text)
    found = server.wait_settled(uri(path), lambda params: params.get("version") == 1)["diagnostics"]
    expected = checked(prodguard, folder, [path.name], {path.name: Mirror(text, encoding)})
    assert expected and told(path.name, found) == expected


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_edits_around_astral_characters(start, folder, encoding):
    server = start()
    server.initialize(client(encoding), [folder])
    name = uri(folder / "a.rb")
    server.open(name, "x = '😀é😀'\r\ny = 1\r\n")
    mirror = server.mirrors[name]
    server.change(name, mirror.replace(6, 7, "😀😀"), mirror.replace(mirror.text.index("\r\n"), mirror.text.index("y"), "; "))
    server.change(name, mirror.replace(len(mirror.text), len(mirror.text), "z = '😀'; " + RECORD))
    server.change(name, mirror.replace(0, 4, ""))
    assert mirror.text == "'😀😀😀😀'; y = 1\r\nz = '😀'; " + RECORD
    found = settled(server, name, 4, [(2, "fake-data-written", 1)])
    start_at = mirror.text.index("Faker")
    assert found[0]["range"] == mirror.range(start_at, start_at + len("Faker::Name.name"))


def test_a_burst_is_told_in_order(start, folder):
    """Versions never go back, each publication is of its version's text, and the last word is about the last text."""
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD)
    messages = []
    for version in range(2, 302):
        document = {"uri": name, "version": version}
        text = "\n" * version + RECORD * (version % 3)
        messages.append(notification("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]}))
    server.send(*messages)
    server.wait_settled(name, lambda params: params["version"] == 301)
    time.sleep(0.4)
    versions = [params["version"] for params in server.published(name)]
    assert versions == sorted(versions) and versions[-1] == 301
    for params in server.published(name)[1:]:
        version = params["version"]
        lines = [it["range"]["start"]["line"] for it in params["diagnostics"]]
        assert lines == list(range(version, version + version % 3)), params


def test_pulls_between_edits_see_the_edits_before_them(start, folder):
    """A request that was sent after a change is answered for that text or a newer one."""
    server = start()
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD)
    asked = []
    for version in range(2, 60):
        server.replace(name, "\n" * version + RECORD)
        asked.append((version, server.ask("textDocument/diagnostic", {"textDocument": {"uri": name}})))
    for version, id in asked:
        items = server.response(id)["result"]["items"]
        assert [it["range"]["start"]["line"] for it in items] >= [version]


def test_close_while_analysing(start, folder):
    """Nothing is told of a document after it was cleared, and who asked is answered."""
    for profile in (PUSH, PULL):
        server = start()
        server.initialize(profile, [folder])
        name = uri(folder / "a.rb")
        for _ in range(20):
            server.open(name, RECORD * 50)
            id = server.ask("textDocument/diagnostic", {"textDocument": {"uri": name}})
            server.shut(name)
            server.response(id)
        server.is_there()
        time.sleep(0.3)
        if profile is PUSH:
            assert server.published(name)[-1]["diagnostics"] == []


def test_cancel(start, folder):
    """A cancelled request is answered once, and what comes after it is served."""
    server = start()
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD + "def m(a) = a.b { |c| c + 1 }\n" * 3000)
    for _ in range(20):
        server.replace(name, server.mirrors[name].text + "\n")
        params = {"textDocument": {"uri": name}}
        ids = [server.ask("textDocument/diagnostic", params), server.ask("textDocument/hover", params | {"position": at(0, 22)})]
        for id in ids:
            server.notify("$/cancelRequest", {"id": id})
        for id in ids:
            answer = server.response(id)
            assert "result" in answer or answer["error"]["code"] == -32800
    assert len(server.pull(name)["items"]) == 1


def test_reopen_as_another_language(start):
    server = start()
    server.initialize(PUSH)
    name = "untitled:Untitled-1"
    rows = [("ruby", RECORD, WRITTEN), ("python", PYTHON, [(5, "fake-data-written", 1)]), ("csharp", CSHARP, [(2, "fake-data-reachable", 2)]), ("plaintext", RECORD, [])]
    for version, (language, text, expected) in enumerate(itertools.chain(rows, reversed(rows), rows), 10):
        server.open(name, text, language, version=version)
        settled(server, name, version, expected)
        server.shut(name)


def test_reopen_at_once(start, folder):
    """Close and open in one write, as a reload does."""
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD)
    for number in range(50):
        item = {"uri": name, "languageId": "ruby", "version": 1, "text": "\n" * number + RECORD}
        server.send(
            notification("textDocument/didClose", {"textDocument": {"uri": name}}),
            notification("textDocument/didOpen", {"textDocument": item}),
        )
    server.wait_settled(name, lambda params: brief(params["diagnostics"]) == [(50, "fake-data-written", 1)])
    time.sleep(0.4)
    assert brief(server.published(name)[-1]["diagnostics"]) == [(50, "fake-data-written", 1)]


def test_pull_says_unchanged(start, folder):
    server = start()
    server.initialize(PULL, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD)
    first = server.pull(name)
    assert first["kind"] == "full"
    assert server.pull(name, previousResultId=first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
    # Neovim 0.11 sends a range, which the protocol does not have
    assert server.pull(name, range={"start": at(0, 0), "end": at(1, 0)}, identifier="prodguard")["items"] == first["items"]
    server.replace(name, RECORD + "x = 1\n")
    assert server.pull(name, previousResultId=first["resultId"])["kind"] == "unchanged"
    server.replace(name, "\n" + RECORD)
    assert server.pull(name, previousResultId=first["resultId"])["kind"] == "full"
    assert server.pull("file:///unknown.rb")["items"] == []


def test_nothing_is_pushed_to_a_client_that_asks(start, demo):
    server = start()
    server.initialize(PULL, [demo])
    name = server.open_file(demo / "rails/db/seeds.rb")
    server.pull(name)
    server.result("workspace/diagnostic", {"previousResultIds": []})
    server.shut(name)
    server.is_there()
    assert server.all("textDocument/publishDiagnostics") == []


def test_hover(start, folder):
    for encoding, profile in itertools.product(ENCODINGS, (PUSH, PULL)):
        server = start()
        server.initialize(client(encoding, profile), [folder])
        name = uri(folder / "a.rb")
        text = "x = '😀'; " + RECORD
        server.open(name, text)
        mirror = server.mirrors[name]
        begin, end = text.index("Faker"), text.index(")")
        for offset in (begin, begin + 3, end):
            found = server.result("textDocument/hover", {"textDocument": {"uri": name}, "position": mirror.position(offset)})
            assert found["range"] == mirror.range(begin, end)
            assert "fake-data-written" in found["contents"]["value"]
        for position in (at(0, 0), at(0, 10_000), at(5, 0)):
            assert server.result("textDocument/hover", {"textDocument": {"uri": name}, "position": position}) is None


@pytest.mark.parametrize("shown, kind", [(["markdown", "plaintext"], "markdown"), (["plaintext"], "plaintext"), (None, "plaintext")])
def test_hover_formats(start, folder, shown, kind):
    server = start()
    hover = {} if shown is None else {"contentFormat": shown}
    server.initialize(capabilities(None, textDocument__hover=hover), [folder])
    server.open(uri(folder / "a.rb"), RECORD)
    found = server.result("textDocument/hover", {"textDocument": {"uri": uri(folder / "a.rb")}, "position": at(0, 22)})
    assert found["contents"]["kind"] == kind
    assert ("**" in found["contents"]["value"]) == (kind == "markdown")


def test_what_a_client_does_not_understand_is_left_out(start, folder):
    server = start()
    server.initialize({}, [folder])
    name = uri(folder / "a.rb")
    server.open(name, RECORD + "x\n" + RECORD)
    params = server.wait_published(name)
    assert "version" not in params
    for it in params["diagnostics"]:
        assert not {"relatedInformation", "codeDescription", "tags", "data"} & set(it), json.dumps(it)
