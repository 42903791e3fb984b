"""A raw client: it frames messages itself, so that it can also send what no library would, and records everything."""

import itertools
import json
import subprocess
import threading
import time
from pathlib import Path

PATIENCE = 10.0
SILENT = object()
"""As an answer: the client never answers that request of the server's."""


def frame(message):
    """The bytes of a message."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Wire:
    """A server process and its one client."""

    def __init__(self, command, log, cwd, answers=None):
        self.answers = {
            "client/registerCapability": None,
            "client/unregisterCapability": None,
            "window/workDoneProgress/create": None,
            "workspace/configuration": lambda params: [None for _ in params["items"]],
            "workspace/diagnostic/refresh": None,
            "workspace/codeLens/refresh": None,
            "workspace/applyEdit": {"applied": True},
            "window/showDocument": {"success": True},
            "window/showMessageRequest": None,
        } | (answers or {})
        self.received = []
        self.sent = {}
        self.responses = {}
        self.ended = False
        self._ids = itertools.count(1)
        self._changed = threading.Condition()
        self._log = open(log, "w", encoding="utf-8")
        self._log_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self.errors = Path(log).with_suffix(".stderr")
        self.process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.errors, "wb")
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # what goes out

    def send_bytes(self, data):
        """Any bytes at all; a server that is gone raises BrokenPipeError."""
        with self._write_lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send(self, *messages):
        """Messages in one write."""
        for message in messages:
            self._record("c2s", message)
            if "method" in message and "id" in message:
                self.sent[json.dumps(message["id"])] = message["method"]
        self.send_bytes(b"".join(frame(message) for message in messages))

    def notify(self, method, params=None):
        self.send(notification(method, params))

    def ask(self, method, params=None):
        """Sends a request and gives its id."""
        id = next(self._ids)
        message = {"jsonrpc": "2.0", "id": id, "method": method}
        self.send(message | ({} if params is None else {"params": params}))
        return id

    def request(self, method, params=None, patience=PATIENCE):
        """The whole response."""
        return self.response(self.ask(method, params), patience)

    def result(self, method, params=None, patience=PATIENCE):
        """The result; an error fails the test."""
        response = self.request(method, params, patience)
        assert "error" not in response, f"{method}: {response['error']}"
        return response["result"]

    # what comes in

    def response(self, id, patience=PATIENCE):
        key = json.dumps(id)
        self.wait(lambda: self.responses.get(key), f"response to {self.sent.get(key, id)}", patience)
        return self.responses[key][0]

    def wait(self, condition, what, patience=PATIENCE):
        """Waits until a condition of what came in holds, and gives its value."""
        end = time.monotonic() + patience
        with self._changed:
            while not (found := condition()):
                left = end - time.monotonic()
                if left <= 0 or (self.ended and not condition()):
                    last = [message.get("method", message.get("id")) for message in self.received[-5:]]
                    raise AssertionError(f"no {what}; ended: {self.ended}, last: {last}, stderr: {self.stderr()[-2000:]}")
                self._changed.wait(left)
            return found

    def all(self, method):
        return [message for message in self.received if message.get("method") == method]

    def published(self, uri):
        """All publications for a document, in their order."""
        found = self.all("textDocument/publishDiagnostics")
        return [message["params"] for message in found if message["params"]["uri"] == uri]

    def wait_published(self, uri, condition=lambda params: True, after=0, patience=PATIENCE):
        """The first publication for a document from index `after` for which a condition holds."""
        def found():
            return next((params for params in self.published(uri)[after:] if condition(params)), None)

        return self.wait(found, f"publication for {uri}, but {self.published(uri)[after:]}", patience)

    def wait_settled(self, uri, condition, patience=PATIENCE):
        """The last publication for a document, once a condition holds for it."""
        def found():
            published = self.published(uri)
            return published and condition(published[-1]) and published[-1]

        return self.wait(found, f"settled publication for {uri}", patience)

    def stderr(self):
        return self.errors.read_text(errors="replace") if self.errors.exists() else ""

    # how it ends

    def close(self, patience=5.0):
        """Ends the input and gives the exit status."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self.exit_status(patience)

    def exit_status(self, patience=5.0):
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server did not exit within {patience} s") from None
        finally:
            self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        if self._reader.is_alive():
            return
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        with self._log_lock:
            self._log.close()

    # inside

    def _record(self, direction, message):
        with self._log_lock:
            if not self._log.closed:
                self._log.write(json.dumps({"dir": direction, "time": time.time(), "msg": message}) + "\n")

    def _read(self):
        stream = self.process.stdout
        while True:
            length = None
            while (line := stream.readline()).strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not line or length is None:
                break
            message = json.loads(stream.read(length))
            self._record("s2c", message)
            answer = self._answer(message)
            with self._changed:
                self.received.append(message)
                if "method" not in message:
                    self.responses.setdefault(json.dumps(message.get("id")), []).append(message)
                self._changed.notify_all()
            if answer is not None:
                try:
                    self.send(answer)
                except (BrokenPipeError, ValueError):
                    pass
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def _answer(self, message):
        if "method" not in message or "id" not in message:
            return None
        head = {"jsonrpc": "2.0", "id": message["id"]}
        if message["method"] not in self.answers:
            return head | {"error": {"code": -32601, "message": "the client does not know it"}}
        answer = self.answers[message["method"]]
        if answer is SILENT:
            return None
        return head | {"result": answer(message.get("params")) if callable(answer) else answer}


def notification(method, params=None):
    message = {"jsonrpc": "2.0", "method": method}
    return message | ({} if params is None else {"params": params})
