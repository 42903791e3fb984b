"""`prodguard.toml` and manifests: what they say holds at once, and their mistakes are shown."""

import time

import pytest

from folders import RECORD, WRITTEN, cleared, folders, made, wait_for_scans, workspace
from session import PULL, PUSH, brief, codes, uri

BROKEN = 'fail-on = "nonsense"\n'


def test_a_folder_with_a_broken_configuration_leaves(start, folder):
    made(folder / "a.rb")
    config = made(folder / "prodguard.toml", BROKEN)
    server = start()
    server.initialize(PUSH, [folder])
    server.wait_published(config, lambda params: params["diagnostics"])
    folders(server, removed=[folder])
    server.wait_settled(config, cleared, patience=5)


@pytest.mark.parametrize("profile", [PUSH, PULL], ids=["push", "pull"])
def test_a_broken_configuration(start, folder, profile):
    """The last good one holds, the mistake is shown in the file and said once; mended, all is as it was."""
    config = made(folder / "prodguard.toml", 'exclude = ["a.rb"]\n')
    source, other = made(folder / "a.rb"), made(folder / "b.rb")
    server = start()
    server.initialize(profile, [folder])

    def known(name):
        if profile is PULL:
            return workspace(server).get(name, [])
        published = server.published(name)
        return brief(published[-1]["diagnostics"]) if published else []

    def wait_known(name, expected):
        end = time.monotonic() + 10
        while (found := known(name)) != expected and time.monotonic() < end:
            time.sleep(0.05)
        assert found == expected, name

    wait_known(other, WRITTEN)
    for round in range(2):
        (folder / "prodguard.toml").write_text(f"\n{BROKEN}")
        server.changed_on_disk(folder / "prodguard.toml")
        server.save(config)
        server.changed_on_disk(folder / "b.rb", 1)
        wait_known(config, [(2, "configuration", 1)])
        wait_for_scans(server)
        assert known(source) == []
        assert known(other) == WRITTEN
        assert len(server.all("window/showMessage")) == round + 1
        (folder / "prodguard.toml").write_text("")
        server.changed_on_disk(folder / "prodguard.toml")
        wait_known(config, [])
        wait_known(source, WRITTEN)
        (folder / "prodguard.toml").write_text('exclude = ["a.rb"]\n')
        server.changed_on_disk(folder / "prodguard.toml")
        wait_known(source, [])
    assert len(server.all("window/showMessage")) == 2


def test_a_configuration_that_is_open_is_told_of_as_it_is_typed(start, folder):
    made(folder / "a.rb")
    config = made(folder / "prodguard.toml", "")
    server = start()
    server.initialize(PUSH, [folder])
    server.open_file(folder / "prodguard.toml")
    server.wait_settled(config, lambda params: params.get("version") == 1 and cleared(params))
    server.replace(config, BROKEN)
    server.wait_settled(config, lambda params: codes(params["diagnostics"]) == ["configuration"])
    server.shut(config)
    server.wait_settled(config, cleared)
    assert server.all("window/showMessage") == []


def test_a_broken_configuration_that_was_open(start, folder):
    """Closed again, its mistakes are shown as they stand on disk."""
    made(folder / "a.rb")
    config = made(folder / "prodguard.toml", BROKEN)
    server = start()
    server.initialize(PUSH, [folder])
    server.wait_settled(config, lambda params: codes(params["diagnostics"]) == ["configuration"])
    server.open_file(folder / "prodguard.toml")
    server.wait_settled(config, lambda params: params.get("version") == 1)
    server.shut(config)
    server.is_there()
    time.sleep(0.4)
    assert codes(server.published(config)[-1]["diagnostics"]) == ["configuration"]
    server.changed_on_disk(folder / "prodguard.toml")
    wait_for_scans(server)
    assert len(server.all("window/showMessage")) == 1


def test_two_folders_under_one_broken_configuration(start, folder):
    """It is said once."""
    config = made(folder / "prodguard.toml", BROKEN)
    made(folder / "one/a.rb"), made(folder / "two/a.rb")
    server = start()
    server.initialize(PUSH, [folder / "one", folder / "two"])
    server.wait_settled(config, lambda params: codes(params["diagnostics"]) == ["configuration"])
    wait_for_scans(server)
    for number in range(3):
        made(folder / f"one/b{number}.rb")
        server.changed_on_disk(folder / f"one/b{number}.rb", 1)
        server.wait_published(uri(folder / f"one/b{number}.rb"))
    assert len(server.all("window/showMessage")) == 1
    (folder / "prodguard.toml").write_text("")
    server.changed_on_disk(folder / "prodguard.toml")
    server.wait_settled(config, cleared)


def test_a_configuration_that_is_no_text(start, folder):
    made(folder / "a.rb")
    (folder / "prodguard.toml").write_bytes(b"\xff\xfe\x00")
    server = start()
    server.initialize(PULL, [folder])
    server.open(uri(folder / "a.rb"), RECORD)
    assert brief(server.pull(uri(folder / "a.rb"))["items"]) == WRITTEN


def test_a_manifest_that_changes_bears_on_open_documents(start, demo):
    """A test project's sources are silent."""
    name = uri(demo / "rails/app/models/user.rb")
    server = start()
    server.initialize(PUSH, [demo])
    server.open_file(demo / "rails/app/models/user.rb")
    before = server.wait_settled(name, lambda params: params.get("version") == 1)["diagnostics"]
    (demo / "prodguard.toml").write_text('exclude = ["rails"]\n')
    server.changed_on_disk(demo / "prodguard.toml")
    server.wait_settled(name, cleared)
    (demo / "prodguard.toml").unlink()
    server.changed_on_disk(demo / "prodguard.toml", 3)
    server.wait_settled(name, lambda params: brief(params["diagnostics"]) == brief(before))


def test_a_broken_configuration_around_a_file_without_a_folder(start, folder):
    config, source = made(folder / "prodguard.toml", BROKEN), made(folder / "a.rb")
    server = start()
    server.initialize()
    server.open_file(folder / "a.rb")
    server.wait_settled(source, lambda params: params.get("version") == 1)
    server.wait_settled(config, lambda params: codes(params["diagnostics"]) == ["configuration"], patience=3)
    assert len(server.all("window/showMessage")) == 1
