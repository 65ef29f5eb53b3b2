"""Erasure with real processes: the bytes go everywhere, come back from nowhere, and nobody's accounts change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from meshnode.client.client import Client
from tests.support.homes import Household, Person
from tests.support.traces import traces

TITLE, NOTE, BIO = "Xylotitle", "Xylonote", "Xylobio"
WORDS = (TITLE, NOTE, BIO)


@pytest.fixture
def household() -> Iterator[Household]:
    with Household() as people:
        yield people


def studio(founder: Person, *others: Person) -> None:
    founder.does("network", "create", "studio", "--open")
    for other in others:
        other.does("network", "join", founder.line())


def confide(person: Person) -> list[str]:
    """Sign words in a title, a note and a profile; gives the ids of both records."""
    work = person.asks("log", f"{TITLE} of it", "2h", "--note", f"See {NOTE}", "--network", "studio")["id"]
    person.does("whoami", "set", "--bio", f"Once {BIO}")
    return [work, found(person, BIO)[0]]


def found(person: Person, word: str) -> list[str]:
    return [entry["id"] for entry in person.asks("search", word)["items"]]


def knows(person: Person) -> bool:
    """Whether all words can be found, and read in the files: a scan that finds nothing could be a wrong scan."""
    return all(found(person, word) for word in WORDS) and {
        each.split(": ")[1] for each in traces(person.home, WORDS)
    } == {*WORDS}


def is_clean(person: Person) -> bool:
    return not any(found(person, word) for word in WORDS) and traces(person.home, WORDS) == []


def digest(person: Person) -> str:
    """The state of the studio with the streams of all who stand there, in 32 bytes."""
    (found,) = [
        scope["digest"] for scope in Client.of(person.home).node.state()["scopes"] if scope["kind"] == "network"
    ]
    return found


def test_erased_words_go_from_every_file_of_every_node_and_the_hours_stay(household: Household, tmp_path: Path) -> None:
    ana, ben, carol = (household.person(name) for name in ("ana", "ben", "carol"))
    studio(ana, ben, carol)
    records = confide(ana)
    for person in (ana, ben, carol):
        person.sees(knows)
    ana.does("contribution", "erase", *records, "--yes")
    for person in (ana, ben, carol):
        person.sees(is_clean)
        entry = person.asks("contribution", "show", records[0])
        assert (entry["title"], entry["text"], entry["part"], entry["seconds"]) == ("", "", "erased", 7200)
        assert person.asks("verify", records[0])["ok"] is True
        bundle = tmp_path / f"{person.name}.bundle"
        person.does("export", "bundle", str(bundle))
        assert traces(tmp_path, WORDS) == []
        assert person.asks("verify", str(bundle))["ok"] is True
    carol.sees(lambda person: digest(ana) == digest(ben) == digest(person))


EXPORTS = (
    ("export", "bundle", "all.bundle"),
    ("export", "csv", "all.csv"),
    ("export", "ledger", "ledger.csv"),
    ("export", "hledger", "books.journal"),
    ("export", "valueflows", "all.jsonld"),
    ("cv", "export", "cv.json", "--texts"),
    ("statement", "--html", "statement.html", "--csv", "statement.csv"),
)


def test_erased_words_are_in_no_export_and_in_no_home_restored_from_a_later_backup(
    household: Household, tmp_path: Path
) -> None:
    ana, new = household.person("ana"), household.person("new", starts=False)
    studio(ana)
    records = confide(ana)

    def written(folder: Path) -> Path:
        folder.mkdir()
        for words in EXPORTS:
            ana.does(*(str(folder / word) if "." in word else word for word in words))
        return folder

    assert len(traces(written(tmp_path / "before"), [TITLE])) >= 4  # the bundle, two tables and the CV
    ana.does("contribution", "erase", *records, "--yes")
    ana.sees(is_clean)
    assert traces(written(tmp_path / "after"), WORDS) == []
    (tmp_path / "secret").write_text("seven violins in an amber canyon\n")
    (tmp_path / "secret").chmod(0o600)
    opener = ("--secret-file", str(tmp_path / "secret"))
    ana.does("backup", "create", str(tmp_path / "backup"), *opener)
    new.does("backup", "restore", str(tmp_path / "backup"), *opener)
    assert traces(new.home, WORDS) == []


def test_who_was_away_hears_of_an_erasure_from_somebody_else(household: Household) -> None:
    ana, ben, carol = (household.person(name) for name in ("ana", "ben", "carol"))
    studio(ana, ben, carol)
    records = confide(ana)
    carol.sees(knows)
    carol.does("down")
    ana.does("contribution", "erase", *records, "--yes")
    ben.sees(is_clean)
    ana.does("down")
    carol.does("up")
    carol.sees(is_clean)
    assert digest(carol) == digest(ben)


def test_a_relay_that_was_restored_with_the_words_brings_them_back_to_nobody(
    household: Household, tmp_path: Path
) -> None:
    ana, ben, carol = household.person("ana"), household.person("ben"), household.person("carol")
    studio(ana, ben)
    records = confide(ana)
    ben.sees(knows)
    old = tmp_path / "old.bundle"
    ben.does("export", "bundle", str(old))
    ben.does("down")
    assert ben.pastes(f"cp -a {ben.home} {ben.home}-backup").code == 0
    ben.does("up")
    ana.does("contribution", "erase", *records, "--yes")
    ben.sees(is_clean)
    ben.does("down")
    assert ben.pastes(f"rm -r {ben.home} && mv {ben.home}-backup {ben.home}").code == 0
    ana.does("down")
    ben.does("up")
    assert knows(ben)  # the backup is from before, and nobody has told him yet
    carol.does("network", "join", ben.line())
    carol.sees(knows)
    ana.does("up")
    ana.does("peer", "add", ben.asks("status")["listening"][0])  # nodes of tests have another port in each life
    for person in (ben, carol):
        person.sees(is_clean)
    assert {each.split(": ")[1] for each in traces(tmp_path, WORDS)} == {*WORDS}
    ana.does("import", "bundle", str(old))
    carol.does("import", "bundle", str(old))
    for person in (ana, ben, carol):
        person.sees(is_clean)
    assert digest(ana) == digest(ben) == digest(carol)


def test_who_is_named_has_the_words_of_another_erased(household: Household) -> None:
    ana, ben, carol = (household.person(name) for name in ("ana", "ben", "carol"))
    studio(ana, ben, carol)
    work = ana.asks("log", "Landing page", "2h", "--network", "studio")["id"]
    ben.sees(lambda person: "Landing page" in person.titles())
    thanks = ben.asks("contribution", "thank", work, f"{NOTE} I owe you")["id"]
    for person in (ana, carol):
        person.sees(lambda person: found(person, NOTE))
    refused = carol.tries("contribution", "erase", thanks, "--yes")
    assert (refused.code, "was signed by Ben and does not name you" in refused.last) == (Exit.NOT_AUTHORISED, True)
    ana.does("contribution", "erase", thanks, "--yes")
    for person in (ana, ben, carol):
        person.sees(lambda person: traces(person.home, [NOTE]) == [])
        assert found(person, NOTE) == []
    assert ana.tries("contribution", "erase", thanks, "--yes").code == Exit.CONFLICT
    carol.sees(lambda person: digest(ana) == digest(ben) == digest(person))


def test_who_has_left_erases_what_he_wrote_also_at_who_was_away_and_who_comes_later(household: Household) -> None:
    ana, ben, carol = (household.person(name) for name in ("ana", "ben", "carol"))
    studio(ana, ben, carol)
    records = confide(ben)
    for person in (ana, carol):
        person.sees(knows)
    carol.does("down")
    ben.does("network", "leave", "studio", "--yes")
    ben.does("contribution", "erase", *records, "--yes")
    for person in (ben, ana):
        person.sees(is_clean)
    ben.does("down")
    dave = household.person("dave")
    dave.does("network", "join", ana.line())
    carol.does("up")
    carol.sees(is_clean)
    carol.sees(lambda person: digest(person) == digest(ana))
    dave.sees(lambda person: digest(person) == digest(ana))
    assert is_clean(dave)
    assert dave.asks("contribution", "show", records[0])["part"] == "erased"


def test_who_hears_an_order_first_never_takes_the_words_in(household: Household, tmp_path: Path) -> None:
    ana, ben, carol = (household.person(name) for name in ("ana", "ben", "carol"))
    studio(ana, ben)
    records, old = confide(ben), tmp_path / "old.bundle"
    ana.sees(knows)
    ana.does("export", "bundle", str(old))
    ben.does("network", "leave", "studio", "--yes")
    ben.does("contribution", "erase", *records, "--yes")
    ana.sees(is_clean)
    order = tmp_path / "order.bundle"
    ben.does("export", "bundle", str(order))
    for person in (ana, ben):
        person.does("down")
    carol.does("import", "bundle", str(order))
    carol.does("import", "bundle", str(old))
    assert is_clean(carol)
    assert carol.asks("verify", records[0])["ok"] is True
