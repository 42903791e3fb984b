import itertools
import os
import shutil
from pathlib import Path

import pytest

from session import Session

DEMO = Path(__file__).parents[2] / "docs" / "demo"


def pytest_addoption(parser):
    parser.addoption("--prodguard", required=True, help="the binary under test")
    parser.addoption("--edits", type=int, default=400, help="random edits for each language and encoding")
    parser.addoption("--seed", type=int, default=1, help="of the random edits")
    parser.addoption("--logs", help="a folder that keeps what was exchanged")


def pytest_configure(config):
    # pytest-lsp wants the command before there are fixtures
    os.environ["PRODGUARD"] = str(Path(config.getoption("--prodguard")).resolve())


@pytest.fixture(scope="session")
def prodguard(pytestconfig):
    return str(Path(pytestconfig.getoption("--prodguard")).resolve())


@pytest.fixture
def folder(tmp_path):
    """An empty folder, as paths are after symbolic links."""
    made = (tmp_path / "work").resolve()
    made.mkdir()
    return made


@pytest.fixture
def demo(folder):
    """A copy of the demonstration projects."""
    copy = folder / "demo"
    shutil.copytree(DEMO, copy)
    return copy


@pytest.fixture
def start(prodguard, tmp_path, pytestconfig, request):
    """Starts servers; when the test is over each must have behaved."""
    logs = Path(pytestconfig.getoption("--logs") or tmp_path)
    logs.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    started, numbers = [], itertools.count()

    def start(**options):
        log = logs / f"{name}-{next(numbers)}.jsonl"
        session = Session([prodguard, "lsp"], log, options.pop("cwd", tmp_path), **options)
        started.append(session)
        return session

    yield start
    failures = []
    for session in started:
        try:
            session.finish()
        except AssertionError as why:
            failures.append(str(why))
    assert not failures, "\n".join(failures)
