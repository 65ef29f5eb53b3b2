"""`status`, `doctor` and `verify ID`: every state that is not green says why and what to do."""

from collections.abc import Iterator

import pytest

from meshnode.api.models.records import Fork
from meshnode.api.models.shared import Check
from meshnode.api.problems import problem
from meshnode.cli.exits import Exit
from meshnode.cli.person import recovery
from meshnode.runtime.refusals import Code
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, network, peer
from tests.support.fakes.fake_server import Asked
from tests.support.fakes.sample_people import ADDRESS, BEN, STUDIO, text_id

WORDS = [f"word{number}" for number in range(12)]


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def test_status_says_how_the_node_is(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    ran = run("status", home=node)
    assert ran.code == Exit.OK
    assert ran.out.startswith("✓ Ana López · amber-canyon-violin-seven · running for ")
    assert f"  address   {ADDRESS}\n  API       http://127.0.0.1:4480\n  peers     0 connected, 0 known\n" in ran.out
    assert (
        "  networks  studio · founder · 2 members · 1 connected\n  records   1,234 in 3 logs · 1.5 MB on disk\n"
        in ran.out
    )


def test_status_without_networks_says_what_that_means(node: FakeNode) -> None:
    assert "networks  none yet: what you log stays on this machine" in run("status", home=node).out


def test_advice_has_a_fix_and_ends_with_0(node: FakeNode) -> None:
    node.reasons.append(Check("peers", "warn", "nobody is connected", "meshnode peer ls"))
    ran = run("status", home=node)
    assert ran.code == Exit.OK
    assert "! peers: nobody is connected\n    Run: " in ran.out
    assert ran.out.endswith(f" --home {node.home} peer ls\n")


def test_a_broken_promise_ends_with_3(node: FakeNode) -> None:
    node.reasons.append(
        Check("clock", "fail", "3 h behind\x1b[2J", "set it: `timedatectl set-ntp true`, then `meshnode down`")
    )
    ran = run("status", home=node)
    assert (ran.code, "✗ clock: 3 h behind\n" in ran.out) == (Exit.PROBLEMS, True)
    assert "`timedatectl set-ntp true`" in ran.out
    assert f" --home {node.home} down`" in ran.out


def test_lists_that_cannot_be_read_are_told_with_what_helps(node: FakeNode) -> None:
    node.answers["GET", "/node"] = problem(Code.UNREADABLE, "the lists cannot be read: page 7", "meshnode down")
    node.reasons.append(Check("views", "fail", "the lists cannot be read: page 7", "meshnode down, then meshnode up"))
    ran = run("status", home=node)
    assert (ran.code, "✗ views: the lists cannot be read: page 7\n" in ran.out) == (Exit.PROBLEMS, True)
    assert "down" in ran.out.splitlines()[-1]
    asked = run("status", "--json", home=node)
    assert (asked.code, objects(asked)[0]["code"]) == (Exit.FAILURE, "unreadable")


def test_a_fork_that_nothing_has_joined_is_shown_with_its_proof(node: FakeNode) -> None:
    proof = f"for the proof: meshnode export fork fork-abababab.proof --log {'ab' * 32}"
    text = "Ben signed 2 records with the number 7 in studio: two copies at work"
    node.forks.append(Fork("ab" * 32, "cd" * 32, STUDIO, BEN, 7, [], "two-writers", text, proof, False))
    node.forks.append(Fork("ef" * 32, "cd" * 32, STUDIO, BEN, 7, [], "two-writers", text, "", True))
    out = run("status", home=node).out
    assert out.count("! fork: Ben signed 2 records with the number 7 in studio: two copies at work\n") == 1
    assert f" export fork fork-abababab.proof --log {'ab' * 32}`\n" in out
    assert "efefefef" not in out


def test_words_that_wait_are_reminded_of(node: FakeNode) -> None:
    (node.home / recovery.WORDS_FILE).write_text(" ".join(WORDS))
    ran = run("status", home=node)
    assert "! recovery: the 12 words are not written down yet" in ran.out
    assert ran.out.endswith(" whoami recovery\n")
    assert objects(run("status", "--json", home=node))[0]["health"]["reasons"][0]["name"] == "recovery"
    assert not any(word in run(command, home=node).out for command in ("status", "doctor", "whoami") for word in WORDS)


def test_views_and_pasts_that_lag_behind_are_shown(node: FakeNode) -> None:
    status = node.get_node(Asked("GET", "/node", {}, {}, ""), [])
    status.pending, status.projected = 7, 1230
    node.answers["GET", "/node"] = status
    assert "7 waiting for their past · 4 records not yet in the views" in run("status", home=node).out


def test_doctor_of_a_running_node_shows_its_checks(node: FakeNode) -> None:
    assert run("doctor", home=node).out == "✓ disk: 12 GB free\n"
    node.reasons.append(Check("clock", "fail", "wrong", ""))
    ran = run("doctor", home=node)
    assert (ran.code, ran.last) == (Exit.PROBLEMS, "meshnode: 1 of 2 checks failed, see the fixes above")
    assert [check["name"] for check in objects(run("doctor", "--json", home=node))[0]["checks"]] == ["disk", "clock"]


def test_a_record_is_checked_by_the_node(node: FakeNode) -> None:
    ran = run("verify", "good", home=node)
    assert (ran.code, ran.out.splitlines()[0]) == (Exit.OK, f"contribution   {text_id('good')}")
    assert "✓ signature: checked\n" in ran.out
    assert objects(run("verify", "good", "--json", home=node))[0]["ok"] is True


def test_a_record_that_is_not_genuine_ends_with_15(node: FakeNode) -> None:
    ran = run("verify", "forged", home=node)
    assert (ran.code, "is not genuine" in ran.last) == (Exit.VERIFICATION, True)


def test_whoami_shows_the_owner(node: FakeNode) -> None:
    out = run("whoami", home=node).out
    assert out.startswith("Ana López\n  Designer\n  fingerprint  amber-canyon-violin-seven\n")
    assert "  recovery     12 words, on paper\n" in out
    assert objects(run("whoami", "--json", home=node))[0]["fingerprint"] == "amber-canyon-violin-seven"


def test_a_profile_is_filled_in(node: FakeNode) -> None:
    words = ("--bio", "Builds", "--skill", "design", "--skill", "code", "--language", "es")
    assert run("whoami", "set", *words, home=node).out == "✓ Profile signed and saved   Ana López\n"
    assert node.asked[0].body == {"bio": "Builds", "skills": ["design", "code"], "languages": ["es"]}
    assert run("whoami", "set", home=node).code == Exit.USAGE


def test_peers_that_are_connected_are_pinged_by_name(node: FakeNode) -> None:
    node.peers.append(peer())
    assert run("ping", home=node).out.startswith("✓ Ben")
