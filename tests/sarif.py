#!/usr/bin/env python3
"""Validate prodguard's SARIF against the SARIF 2.1.0 JSON schema.

  tests/sarif.py [--schema FILE] [--prodguard BINARY] [LOG ...]

Without a LOG the snapshot of the unit tests is validated; with --prodguard also what that binary writes for a small
project. The schema comes from the source distribution of PyPI's sarif-om unless a file is named, and jsonschema from
PyPI where it is not installed; both go into a temporary folder.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse

SARIF_OM = "sarif-om==1.0.4"
HERE = pathlib.Path(__file__).resolve().parent
SNAPSHOT = HERE.parent / "src/report/sarif/snapshots/prodguard__report__sarif__tests__a_log.snap"
PROJECT = {
    "app/models/user é.rb": "class User\n  # prodguard: allow(fake-data)\n  def a = Faker::Name.name\nend\n",
    "binary.rb": "Faker\0",
}


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *arguments], check=True)


def download_schema(folder):
    pip("download", "--no-deps", "--no-binary", ":all:", "-d", str(folder), SARIF_OM)
    [archive] = folder.glob("sarif?om-*.tar.gz")
    with tarfile.open(archive) as files:
        [member] = [name for name in files.getnames() if "/sarif-2.1.0" in name and name.endswith(".json")]
        return json.load(files.extractfile(member))


def jsonschema(folder):
    try:
        import jsonschema
    except ImportError:
        pip("install", "--target", str(folder / "modules"), "jsonschema")
        sys.path.insert(0, str(folder / "modules"))
        import jsonschema
    return jsonschema


def snapshot():
    header, log = SNAPSHOT.read_text(encoding="utf-8").split("\n---\n", 1)
    log = json.loads(log)
    driver = log["runs"][0]["tool"]["driver"]
    # taken out of the snapshot, for they change with every release
    driver["version"] = driver["semanticVersion"] = "0.0.0"
    return log


def written(binary, folder):
    for name, text in PROJECT.items():
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    command = [str(pathlib.Path(binary).resolve()), "check", "--format", "sarif"]
    run = subprocess.run(command, cwd=folder / "project", stdout=subprocess.PIPE)
    if run.returncode not in (0, 1):
        sys.exit(f"{command}: exit {run.returncode}")
    return json.loads(run.stdout)


def beyond_schema(log):
    """What the specification demands and the schema cannot say."""
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for base in run["originalUriBaseIds"].values():
            if not base["uri"].startswith("file:///") or not base["uri"].endswith("/"):
                yield f"base {base['uri']} is no folder"
        if len({rule["id"] for rule in rules}) != len(rules):
            yield "a rule is listed twice"
        for result in run["results"]:
            if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
                yield f"ruleIndex of {result['ruleId']} is another rule's"
        for location in locations(run):
            uri = location["artifactLocation"]["uri"]
            if urllib.parse.quote(urllib.parse.unquote(uri), safe="/~") != uri or uri.startswith("/"):
                yield f"{uri} is no relative reference"
            region = location.get("region")
            if region and (region["endLine"], region["endColumn"]) < (region["startLine"], region["startColumn"]):
                yield f"{uri}: a region ends before it starts"


def locations(value):
    if isinstance(value, dict):
        if "artifactLocation" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from locations(part)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", type=pathlib.Path)
    parser.add_argument("--prodguard")
    parser.add_argument("logs", nargs="*", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        schema = json.loads(args.schema.read_text()) if args.schema else download_schema(folder)
        validator = jsonschema(folder).validators.validator_for(schema)(schema)
        logs = {str(path): json.loads(path.read_text(encoding="utf-8")) for path in args.logs}
        if not args.logs:
            logs["the snapshot"] = snapshot()
        if args.prodguard:
            logs[f"the output of {args.prodguard}"] = written(args.prodguard, folder)
        failed = False
        for name, log in logs.items():
            errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)]
            errors += beyond_schema(log)
            failed |= bool(errors)
            results = sum(len(run["results"]) for run in log["runs"])
            print(f"{name}: {results} results, {len(errors)} errors", *errors, sep="\n  ")
    sys.exit(failed)


if __name__ == "__main__":
    main()
