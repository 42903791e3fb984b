#!/usr/bin/env python3
"""Run the snippets of python.toml in every world and compare what happens with what the file says.

    execute_python.py [--write] [--only TEXT] [--interpreter PYTHON]

Needs CPython 3.11; a snippet that names `needs` is run only where those packages can be imported
(Django, Flask, python-decouple, django-environ, environs, pydantic-settings, click).

Each snippet becomes the module app/x.py, after `import os` and `import sys`, in a process of its own for each world
and each of its `inputs`; the truth of a world is "reached" if any of those runs calls `hit()`.
  production, staging, development   the selector variables hold that name, the debug flags False, False, True
  unset                              none of these variables exists
An entry of `inputs` may hold arguments (sys.argv[1:]), typed (standard input), variables (more environment) and
then (a statement that runs after the module, in its namespace). --write puts what happened into the file.
"""
import argparse, concurrent.futures, os, pathlib, re, subprocess, sys, tempfile, tomllib

WORLDS = ("production", "unset", "staging", "development")
SELECTORS = ("APP_ENV", "ENVIRONMENT", "ENV", "PYTHON_ENV", "DJANGO_ENV", "FLASK_ENV", "STAGE", "DEPLOY_ENV", "NODE_ENV")
FLAGS = ("DEBUG", "DJANGO_DEBUG", "APP_DEBUG", "FLASK_DEBUG")
HOST = {
    None: "",
    "django": "import os\nfrom django.conf import settings\nsettings.configure(DEBUG=os.environ.get('DJANGO_DEBUG') == 'True')\n",
    "flask": "import flask\nflask.Flask('app').app_context().push()\n",
}
DRIVER = """\
import builtins, os, sys
mark, host, then, module = sys.argv[1:5]
def run(mark=os.open(mark, os.O_WRONLY | os.O_APPEND), write=os.write):
    builtins.hit = lambda *arguments, **keywords: write(mark, b'!')
    sys.argv = sys.argv[4:]
    sys.path[0] = os.path.dirname(module)
    names = sys.modules['__main__'].__dict__
    steps = [host, compile(open(module).read(), module, 'exec'), then]
    for name in ('builtins', 'os', 'sys', 'mark', 'host', 'then', 'module', 'run'):
        del names[name]
    for step in steps:
        exec(step, names)
run()
"""


def environment(world, more):
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    if world != "unset":
        kept |= {name: world for name in SELECTORS}
        kept |= {name: "True" if world == "development" else "False" for name in FLAGS}
    return kept | more


def runs(interpreter, snippet, world, given):
    with tempfile.TemporaryDirectory() as folder:
        module = pathlib.Path(folder, "app", "x.py")
        module.parent.mkdir()
        module.write_text("import os\nimport sys\n" + snippet["code"] + "\n")
        mark = pathlib.Path(folder, "mark")
        mark.touch()
        command = [interpreter, "-W", "ignore", "-c", DRIVER, str(mark), HOST[snippet.get("host")], given.get("then", ""), str(module)]
        done = subprocess.run(command + given.get("arguments", []), input=given.get("typed", ""), cwd=folder, text=True,
                              env=environment(world, given.get("variables", {})), capture_output=True, timeout=60)
        if re.search(r"^(SyntaxError|IndentationError)", done.stderr, re.M):
            print(f"{snippet['name']}: {done.stderr.strip().splitlines()[-1]}")
        return mark.stat().st_size > 0, done.stderr


def truth(interpreter, snippet):
    found = {}
    for world in WORLDS:
        outcomes = [runs(interpreter, snippet, world, given) for given in snippet.get("inputs", [{}])]
        found[world] = "reached" if any(reached for reached, _ in outcomes) else "cut"
        found[world, "error"] = next((error for _, error in outcomes if error), "")
    return found


def written(block, found):
    head, code, tail = block.partition("code = '''")
    body, end, rest = tail.partition("'''\n")
    rest = "".join(line + "\n" for line in rest.splitlines() if line.strip() and line.split(" = ")[0] not in WORLDS)
    return head + code + body + end + "".join(f'{world} = "{found[world]}"\n' for world in WORLDS) + rest + "\n"


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--write", action="store_true")
    asked.add_argument("--only", default="")
    asked.add_argument("--errors", action="store_true", help="show what the runs wrote to standard error")
    asked.add_argument("--interpreter", default=sys.executable)
    asked = asked.parse_args()
    table = pathlib.Path(__file__).with_name("python.toml")
    text = table.read_text()
    snippets = tomllib.loads(text)["snippet"]

    def importable(name):
        return subprocess.run([asked.interpreter, "-c", f"import {name}"], capture_output=True).returncode == 0

    have = {name: importable(name) for name in {need for snippet in snippets for need in snippet.get("needs", [])}}
    wanted = [s for s in snippets if asked.only in s["name"] and all(have[need] for need in s.get("needs", []))]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = dict(zip((s["name"] for s in wanted), pool.map(lambda s: truth(asked.interpreter, s), wanted)))
    wrong = 0
    for snippet in wanted:
        found = results[snippet["name"]]
        for world in WORLDS:
            if snippet.get(world) != found[world]:
                wrong += 1
                print(f"{snippet['name']}: {world} says {snippet.get(world)}, was {found[world]}")
            if asked.errors and found[world, "error"]:
                print(f"{snippet['name']}: {world}: {found[world, 'error'].strip().splitlines()[-1]}")
    if asked.write:
        head, *blocks = re.split(r"^(?=\[\[snippet\]\]\n)", text, flags=re.M)
        named = [(tomllib.loads(block)["snippet"][0]["name"], block) for block in blocks]
        table.write_text(head + "".join(written(b, results[n]) if n in results else b for n, b in named).rstrip() + "\n")
    print(f"{len(wanted)} of {len(snippets)} snippets, {wrong} worlds differ")
    return 1 if wrong and not asked.write else 0


if __name__ == "__main__":
    sys.exit(main())
