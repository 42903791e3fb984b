"""Answers that other files bear on."""

import time

from session import PULL, PUSH, capabilities, codes

SEEDS = "load Rails.root.join('db', 'seeds', 'people.rb') if Rails.env.development?\n"
PEOPLE = "Person.create!(name: Faker::Name.name)\n"
RELATED = capabilities("emacs", textDocument__publishDiagnostics__relatedInformation=True, general=None)
CLEAN, WRITTEN = [], ["fake-data-written"]


def project(folder, seeds=SEEDS):
    (folder / "db/seeds").mkdir(parents=True)
    (folder / "Gemfile").write_text('gem "rails", "~> 7.1"\ngem "faker"\n')
    (folder / "db/seeds.rb").write_text(seeds)
    (folder / "db/seeds/people.rb").write_text(PEOPLE)
    return folder / "db/seeds/people.rb", folder / "db/seeds.rb"


def settles(server, name, expected):
    return server.wait_settled(name, lambda params: codes(params["diagnostics"]) == expected)


def test_a_guard_in_another_file_is_seen(start, folder):
    people, _ = project(folder)
    server = start()
    server.initialize(PUSH, [folder])
    settles(server, server.open_file(people), CLEAN)


def test_a_guard_that_is_typed_away_in_another_file(start, folder):
    people, seeds = project(folder)
    server = start()
    server.initialize(RELATED, [folder])
    name, guard = server.open_file(people), server.open_file(seeds)
    settles(server, name, CLEAN)
    server.replace(guard, SEEDS.replace(" if Rails.env.development?", ""))
    found = settles(server, name, WRITTEN)
    related = found["diagnostics"][0]["relatedInformation"]
    assert any(step["location"]["uri"] == guard for step in related), related
    server.replace(guard, SEEDS)
    settles(server, name, CLEAN)


def test_files_that_are_not_open_are_seen_with_the_rest(start, folder):
    people, _ = project(folder, SEEDS.replace("if", "unless"))
    (folder / "db/quiet.rb").write_text(PEOPLE)
    server = start()
    server.initialize(PULL, [folder])
    items = server.result("workspace/diagnostic", {"previousResultIds": []})["items"]
    told = {item["uri"]: codes(item["items"]) for item in items if item["items"]}
    assert told == {people.as_uri(): ["only-in-production"], (folder / "db/quiet.rb").as_uri(): WRITTEN}


def test_a_client_that_asks_is_told_to_ask_again(start, folder):
    people, _ = project(folder)
    server = start()
    server.initialize(PULL, [folder])
    name = server.open_file(people)
    end = time.monotonic() + 10
    while codes(server.pull(name)["items"]) != CLEAN and time.monotonic() < end:
        time.sleep(0.05)
    assert codes(server.pull(name)["items"]) == CLEAN
