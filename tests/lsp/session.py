"""A session with a server: an editor that opens, changes and closes documents, and looks at what it is told."""

import json
import subprocess
from pathlib import Path

from lsprotocol import converters
from pytest_lsp import client_capabilities

import protocol
from text import Mirror
from wire import Wire

CONVERTER = converters.get_converter()
LANGUAGES = {".rb": "ruby", ".py": "python", ".cs": "csharp", ".erb": "erb", ".toml": "toml"}


def capabilities(client, **changes):
    """What a client announces; `changes` name sections by their path, as `general__positionEncodings`; None drops one."""
    found = json.loads(json.dumps(CONVERTER.unstructure(client_capabilities(client)))) if client else {}
    for path, value in changes.items():
        *parents, last = path.split("__")
        section = found
        for parent in parents:
            section = section.setdefault(parent, {})
        if value is None:
            section.pop(last, None)
        else:
            section[last] = value
    return found


PUSH = capabilities("emacs", textDocument__publishDiagnostics__versionSupport=True, general=None)
"""An editor that waits to be told."""
PULL = capabilities(
    "neovim",
    workspace__diagnostics={"refreshSupport": True},
    workspace__didChangeWatchedFiles={"dynamicRegistration": True},
)
"""An editor that asks."""


class Session(Wire):
    """`survives`: the server shall be there at the end, have answered everything, and leave when asked to."""

    def __init__(self, command, log, cwd, answers=None, survives=True):
        super().__init__(command, log, cwd, answers)
        self.cwd = cwd
        self.survives = survives
        self.initialized = False
        self.unanswered = set()
        """Ids of requests that need no answer, and of broken ones."""
        self.encoding = "utf-16"
        self.mirrors = {}
        self.versions = {}

    def initialize(self, capabilities=PUSH, folders=(), **params):
        """The server's capabilities. `params` add to the parameters or replace them."""
        folders = [{"uri": uri(folder), "name": Path(folder).name} for folder in folders]
        head = {
            "processId": None,
            "rootUri": folders[0]["uri"] if folders else None,
            "capabilities": capabilities,
            "workspaceFolders": folders or None,
        }
        found = self.result("initialize", head | params)["capabilities"]
        self.encoding = found.get("positionEncoding", "utf-16")
        self.notify("initialized", {})
        self.initialized = True
        return found

    def open(self, uri, text, language=None, version=1):
        language = language or LANGUAGES.get(Path(uri).suffix, "plaintext")
        self.mirrors[uri] = Mirror(text, self.encoding)
        self.versions[uri] = version
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def open_file(self, path, **options):
        self.open(uri(path), path.read_text(), **options)
        return uri(path)

    def change(self, uri, *changes):
        """Sends changes that the mirror has taken in, as one version."""
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})
        return self.versions[uri]

    def replace(self, uri, text):
        """The whole text anew."""
        self.mirrors[uri].text = text
        return self.change(uri, {"text": text})

    def shut(self, uri):
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def save(self, uri):
        self.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def pull(self, uri, **params):
        return self.result("textDocument/diagnostic", {"textDocument": {"uri": uri}} | params)

    def changed_on_disk(self, path, kind=2):
        self.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri(path), "type": kind}]})

    def is_there(self):
        """The server answers."""
        probe = self.request("textDocument/hover", {"textDocument": {"uri": "file:///no.rb"}, "position": at(0, 0)})
        assert "result" in probe and probe["result"] is None, probe

    def finish(self):
        """Ends the session and looks at how it went."""
        try:
            if self.survives and self.process.poll() is None and not self.process.stdin.closed:
                if self.initialized:
                    self.is_there()
                    self.result("shutdown")
                self.notify("exit")
                assert self.exit_status() == (0 if self.initialized else 1), "exit status"
            if self.survives:
                self._check_answers()
        finally:
            self.kill()
        assert "panicked" not in self.stderr(), self.stderr()
        found = protocol.mistakes(self.received, self.sent)
        assert not found, "\n".join(found)

    def _check_answers(self):
        for id, method in self.sent.items():
            count = len(self.responses.get(id, []))
            assert count == 1 or id in self.unanswered, f"{count} answers to {method} ({id})"


def uri(path):
    return Path(path).as_uri()


def at(line, character):
    return {"line": line, "character": character}


def brief(diagnostics):
    """Diagnostics as people compare them: line (1-based), code, severity."""
    return sorted((it["range"]["start"]["line"] + 1, it["code"], it["severity"]) for it in diagnostics)


def codes(diagnostics):
    return sorted(it["code"] for it in diagnostics)


SEVERITIES = {"error": 1, "warning": 2, "note": 3}


def checked(prodguard, folder, paths, mirrors):
    """What the command line finds, as (file, range, code, message, severity) with positions as a client counts them;
    `mirrors` are the texts by path. Hints at further places have no end and no message there, and none here."""
    command = [prodguard, "check", "--format", "json", *paths]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
    assert run.returncode in (0, 1), run.stderr.decode()
    report = json.loads(run.stdout)
    assert not report["skipped"], report["skipped"]
    found = []
    for it in report["findings"]:
        path = str((Path(report["root"]) / it["path"]).relative_to(folder))
        mirror = mirrors[path]
        start, end = ((it[f"{end}line"], it[f"{end}column"]) for end in ("", "end_"))
        span = (_position(mirror, *start), _position(mirror, *end))
        found.append((path, span, it["rule"], it["message"], SEVERITIES[it["severity"]]))
        for site in it["sites"]:
            found.append((path, (_position(mirror, site["line"], site["column"]), None), it["rule"], None, 4))
    return sorted(found, key=repr)


def told(path, diagnostics):
    """Diagnostics as `checked` gives them."""
    found = []
    for it in diagnostics:
        start, end = ((it["range"][end]["line"], it["range"][end]["character"]) for end in ("start", "end"))
        hint = it["severity"] == 4
        message = None if hint else it["message"]
        found.append((path, (start, None if hint else end), it["code"], message, it["severity"]))
    return sorted(found, key=repr)


def _position(mirror, line, column):
    """A 1-based line and column in characters as a client counts them."""
    start = mirror.line_start(line - 1)
    return line - 1, mirror.width(mirror.text[start : start + column - 1])


DEMO_FILES = {
    "csharp": ["aspnet/Exports.cs", "aspnet/Program.cs"],
    "python": ["django/shop/management/commands/fill_shop.py", "django/shop/views.py"],
    "ruby": ["rails/db/seeds.rb", "rails/app/jobs/export_job.rb"],
}
"""Files of the demonstration projects."""
