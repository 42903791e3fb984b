"""Runs programs in every world and writes down what they did: [kind, label, value] for each thing, in order.

Reads [{name, path, texts: {before, after}, run}] from standard input, writes {name: {before: {world: trace}, ...}}. The stubs
stand in for Faker, Django, Flask and click. What a library makes holds the word FAKE.
"""
import json
import os
import sys
import types

TRACE = []
WORLDS = ("production", "development", "test")


def trace(label, value=None):
    TRACE.append(["trace", label, repr(value)])
    return value


class Fakes:
    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        def call(*args, **kwargs):
            TRACE.append(["fake", name, ""])
            return [f"FAKE {name}"] if name in ("words", "names") else f"FAKE {name}"

        return call


class Manager:
    def create(self, **values):
        TRACE.append(["write", "create", repr(values)])
        return Row(**values)

    def bulk_create(self, rows):
        TRACE.append(["write", "bulk_create", repr(rows)])


class Row:
    objects = Manager()

    def __init__(self, **values):
        self.__dict__.update(values)

    def __repr__(self):
        return f"Row {self.__dict__}"

    def save(self):
        TRACE.append(["write", "save", repr(self)])


class CommandError(Exception):
    pass


class Group:
    def command(self, *args):
        return lambda function: function


class Flask:
    cli = Group()

    def __init__(self, *args):
        self.debug = os.environ["APP_ENV"] == "development"

    def route(self, *args):
        return lambda function: function


def module(name, **members):
    made = types.ModuleType(name)
    made.__dict__.update(members)
    sys.modules[name] = made
    return made


def stubs(world):
    debug = world == "development"
    settings = types.SimpleNamespace(DEBUG=debug, IS_DEV=debug)
    module("faker", Faker=Fakes)
    module("django")
    module("django.conf", settings=settings)
    module("django.db", models=types.SimpleNamespace(Model=Row))
    module("django.core")
    module("django.core.management")
    module("django.core.management.base", BaseCommand=object, CommandError=CommandError)
    module("flask", Flask=Flask, current_app=types.SimpleNamespace(debug=debug))
    module("click", ClickException=type("ClickException", (Exception,), {}))
    module("acme")
    module("acme.config", settings=types.SimpleNamespace(name="acme"))


def run(job, text, world):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.environ["APP_ENV"] = os.environ["ENVIRONMENT"] = world
        stubs(world)
        scope = {"trace": trace, "User": type("User", (Row,), {}), "__name__": "__main__" if not job["run"] else "program"}
        scope["__file__"] = job["path"]
        try:
            exec(compile(text, job["path"], "exec"), scope)
            exec(compile(job["run"], "run", "exec"), scope)
        except SystemExit as error:
            TRACE.append(["abort", "", str(error)])
        except BaseException as error:
            TRACE.append(["raise", type(error).__name__, str(error)])
        with os.fdopen(writer, "w") as out:
            json.dump(TRACE, out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as found:
        text = found.read()
    os.waitpid(child, 0)
    return json.loads(text)


def main():
    found = {}
    for job in json.load(sys.stdin):
        texts = job["texts"].items()
        found[job["name"]] = {name: {world: run(job, text, world) for world in WORLDS} for name, text in texts}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
