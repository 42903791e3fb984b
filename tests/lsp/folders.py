"""What tests of folders share."""

import time

from session import brief, uri

RECORD = "User.create!(name: Faker::Name.name)\n"
WRITTEN = [(1, "fake-data-written", 1)]


def cleared(params):
    return params["diagnostics"] == []


def workspace(server, previous=()):
    """What is known of the workspace: (name, brief) pairs."""
    previous = [{"uri": name, "value": value} for name, value in previous]
    items = server.result("workspace/diagnostic", {"previousResultIds": previous})["items"]
    return {it["uri"]: brief(it["items"]) if it["kind"] == "full" else it["kind"] for it in items}


def folders(server, added=(), removed=()):
    of = lambda paths: [{"uri": uri(path), "name": path.name} for path in paths]
    server.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": of(added), "removed": of(removed)}})


def made(path, text=RECORD):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return uri(path)


def wait_for_scans(server):
    """No scan runs, and one has."""
    def ended():
        kinds = [message["params"]["value"]["kind"] for message in server.all("$/progress")]
        return kinds.count("end") and kinds.count("begin") == kinds.count("end")

    server.wait(ended, "end of scans")
    time.sleep(0.2)
