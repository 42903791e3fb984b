"""Holds what a server sends against lsprotocol's types."""

import json
import typing

from lsprotocol import converters, types

CONVERTER = converters.get_converter()
# lsprotocol 2025.0.0 has no hook for this one
CONVERTER.register_structure_hook(typing.Union[str, typing.Sequence[str], None], lambda value, _: value)
PROGRESS = {
    "begin": types.WorkDoneProgressBegin,
    "report": types.WorkDoneProgressReport,
    "end": types.WorkDoneProgressEnd,
}


def mistakes(received, sent):
    """What is wrong with messages of a server, given the methods of the requests that it was sent by id."""
    return [f"{mistake} in {json.dumps(message)[:300]}" for message in received for mistake in _of(message, sent)]


def _of(message, sent):
    if message.get("jsonrpc") != "2.0":
        return ["no jsonrpc 2.0"]
    method = message.get("method")
    if method is None:
        return _of_response(message, sent)
    if method not in types.METHOD_TO_TYPES:
        return [f"unknown method {method}"]
    if types.message_direction(method) == types.MessageDirection.ClientToServer:
        return [f"{method} goes from client to server"]
    kind, answer, _, _ = types.METHOD_TO_TYPES[method]
    if ("id" in message) != (answer is not None):
        return [f"{method}: a notification has no id, a request has one"]
    return structured(message, kind) + _of_loose_parts(message)


def _of_response(message, sent):
    method = sent.get(json.dumps(message.get("id")))
    if ("result" in message) == ("error" in message):
        return ["a response has a result or an error"]
    if "error" in message:
        # what could not be read has no id
        known = method is not None or message.get("id") is None
        read = {name: value for name, value in message.items() if (name, value) != ("id", None)}
        return structured(read, types.ResponseErrorMessage) + ([] if known else ["answer to an unknown id"])
    if method is None:
        return ["answer to an unknown id"]
    if method == "textDocument/codeAction":
        # lsprotocol takes an action that has a command for a bare command
        items = [(it, types.Command if isinstance(it.get("command"), str) else types.CodeAction) for it in message["result"] or []]
        return [mistake for it, kind in items for mistake in structured(it, kind)]
    kind = types.METHOD_TO_TYPES[method][1]
    return structured(message, kind)


def _of_loose_parts(message):
    """Parts whose type the protocol leaves open in the message's own."""
    params = message.get("params")
    if message["method"] == "$/progress":
        value = params["value"]
        return structured(value, PROGRESS[value["kind"]])
    if message["method"] == "client/registerCapability":
        found = []
        for registration in params["registrations"]:
            options = types.METHOD_TO_TYPES[registration["method"]][3]
            found += structured(registration.get("registerOptions", {}), options) if options else []
        return found
    return []


def structured(value, kind):
    """Mistakes of a value that shall be of a type: it cannot be read as one, or holds what the type does not know."""
    try:
        read = CONVERTER.structure(value, kind)
    except Exception as why:  # cattrs raises groups of anything
        return [f"no {kind.__name__}: {why!r}"]
    return _lost(value, json.loads(json.dumps(CONVERTER.unstructure(read))), kind.__name__)


def _lost(value, kept, path):
    if isinstance(value, dict) and isinstance(kept, dict):
        found = []
        for name, inner in value.items():
            if name not in kept:
                found.append(f"{path}.{name}: unknown, or null where that is not allowed")
            else:
                found += _lost(inner, kept[name], f"{path}.{name}")
        return found
    if isinstance(value, list) and isinstance(kept, list) and len(value) == len(kept):
        return [lost for at, (a, b) in enumerate(zip(value, kept)) for lost in _lost(a, b, f"{path}[{at}]")]
    return [] if value == kept else [f"{path}: {value!r} was read as {kept!r}"]
