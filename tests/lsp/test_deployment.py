"""Deployment files: open, half typed, and in folders."""

from folders import cleared, workspace
from session import PULL, PUSH, uri

BAD = "FROM ruby:3.4\nENV RAILS_ENV=development\n"
RULES = ["development-environment"]


def rules(published):
    return [it["code"] for it in published["diagnostics"]]


def test_a_deployment_file_is_answered_while_it_is_typed(start, folder):
    (folder / "Gemfile").write_text('gem "rails"\n')
    path = folder / "Dockerfile"
    path.write_text("FROM ruby:3.4\n")
    server = start()
    server.initialize(PUSH, [folder])
    name = uri(path)
    server.open(name, "FROM ruby:3.4\nENV RAILS_EN", language="dockerfile")
    server.wait_settled(name, cleared)
    server.replace(name, BAD + "RU")
    assert rules(server.wait_settled(name, lambda it: it["diagnostics"])) == RULES
    server.replace(name, BAD.replace("development", "production"))
    server.wait_settled(name, cleared)


def test_deployment_files_of_a_folder_are_told_of(start, folder):
    (folder / "k8s").mkdir()
    (folder / "k8s/web.yaml").write_text("env:\n  - name: RAILS_ENV\n    value: development\n")
    (folder / ".env.production").write_text("RAILS_ENV=development\n")
    (folder / "Dockerfile.dev").write_text(BAD)
    server = start()
    server.initialize(PULL, [folder])
    found = {name for name, told in workspace(server).items() if told}
    assert found == {uri(folder / "k8s/web.yaml"), uri(folder / ".env.production")}
