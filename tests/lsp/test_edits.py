"""Random edits of real files, in bursts: in the end the server says what the command line says of the editor's text."""

import random
import shutil
import time

import pytest

from session import DEMO_FILES, PUSH, checked, told, uri

PIECES = [
    "\n", "\r\n", "\r", " ", "    ", "x", "é", "😀", "\u2028", "\u0085", "\x0b", "\ufeff", "👩‍👩‍👧", "'", '"', "`", "(", ")", "{", "}", "[", "]", "#", "//", ":",
    "=", "\\", "end\n", "if ", "else\n", "return\n", "unless Rails.env.production?\n", "Faker::Name.name\n", "def x\n", "<<~A\n",
    "if settings.DEBUG:\n    ", "from faker import Faker\n", "Faker().name()\n", '"""', "using Bogus;\n", "new Faker().Name.FullName();\n",
    "if (env.IsDevelopment()) {\n", "#if DEBUG\n", "#endif\n", "/*", "*/", "<%=", "%>", "# prodguard: allow(fake-data) x\n", "=begin\n", "__END__\n",
]


def edits(random, mirror, count):
    """Changes which a person may make: typing, deleting, moving, pasting, and undoing what was done before."""
    done = []
    for _ in range(count):
        length = len(mirror.text)
        if done and random.random() < 0.35:
            yield undo(random, mirror, done)
            continue
        start = random.randrange(length + 1)
        end = min(length, start + random.choice([0, 0, 0, 1, 2, 5, 30, 200]))
        if random.random() < 0.01:
            end = length
        text = "".join(random.choice(PIECES) for _ in range(random.choice([0, 1, 1, 2, 4])))
        if random.random() < 0.1 and length:
            at = random.randrange(length)
            text = mirror.text[at : at + random.randrange(80)]
        start, end = whole(mirror, start), whole(mirror, end)
        done.append((start, mirror.text[start:end], text))
        if random.random() < 0.02:
            mirror.text = mirror.text[:start] + text + mirror.text[end:]
            yield {"text": mirror.text}
        else:
            yield mirror.replace(start, end, text)


def undo(random, mirror, done):
    """Puts back what one of the last edits took, where it was; what came since may overlap."""
    start, before, after = done.pop(random.randrange(max(0, len(done) - 4), len(done)))
    start = whole(mirror, min(start, len(mirror.text)))
    end = whole(mirror, min(start + len(after), len(mirror.text)))
    return mirror.replace(start, end, before)


def whole(mirror, offset):
    """No editor puts its cursor between CR and LF."""
    return offset + 1 if mirror.splits_an_end(offset) else offset


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("language", sorted(DEMO_FILES))
def test_random_edits(start, prodguard, demo, language, encoding, pytestconfig):
    seed = pytestconfig.getoption("--seed")
    rounds = max(1, pytestconfig.getoption("--edits") // 50)
    server = start()
    server.initialize(PUSH | {"general": {"positionEncodings": [encoding]}}, [demo], initializationOptions={"workspaceScan": False})
    found = 0
    for round in range(rounds):
        chance = random.Random(f"{seed} {language} {encoding} {round}")
        mirrors = {}
        for path in DEMO_FILES[language]:
            server.open_file(demo / path)
            mirrors[path] = server.mirrors[uri(demo / path)]
        left = 50
        while left > 0:
            burst = min(left, chance.choice([1, 1, 3, 10, 25]))
            left -= burst
            path = chance.choice(DEMO_FILES[language])
            changes = list(edits(chance, mirrors[path], burst))
            while changes:
                count = chance.choice([1, 1, 1, 2, 5])
                server.change(uri(demo / path), *changes[:count])
                changes = changes[count:]
            if chance.random() < 0.3:
                time.sleep(chance.choice([0.0, 0.005, 0.02]))
        found += len(compare(server, prodguard, demo, mirrors, f"seed {seed}, round {round}"))
        for path in mirrors:
            server.shut(uri(demo / path))
            shutil.copy(server.cwd / "original" / path, demo / path)
    assert found, "nothing was ever found: the edits destroy too much"


@pytest.fixture(autouse=True)
def original(tmp_path, demo):
    shutil.copytree(demo, tmp_path / "original")


def compare(server, prodguard, demo, mirrors, where):
    """The documents that are open, saved, against a check of them; once idle the trees are fresh. What was found."""
    for path, mirror in mirrors.items():
        (demo / path).write_bytes(mirror.text.encode())
    expected = checked(prodguard, demo, sorted(mirrors), mirrors)

    def said():
        found = []
        for path in mirrors:
            published = server.published(uri(demo / path))
            if not published or published[-1].get("version") != server.versions[uri(demo / path)]:
                return None
            found += told(path, published[-1]["diagnostics"])
        return sorted(found, key=repr)

    try:
        server.wait(lambda: said() == expected, "agreement", patience=6)
    except AssertionError:
        assert said() == expected, where
    return expected
