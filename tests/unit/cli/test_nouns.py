"""`contribution`, `project`, `network`, `peer`, `ping`, `search` and `why`, against a fake node."""

import json
from collections.abc import Iterator

import msgspec
import pytest

from meshnode.api.models.networks import Joined, Network
from meshnode.api.models.records import Branch, Fork, Found, Standing, Why
from meshnode.api.models.shared import Page, Scope
from meshnode.api.problems import problem
from meshnode.cli.exits import Exit
from meshnode.runtime.refusals import Code
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution, network, peer, project
from tests.support.fakes.sample_people import ADDRESS, AT, BEN, LINE, MN1, NOTEBOOK, PEER, STUDIO, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


# contribution


def test_an_empty_list_says_the_next_step(node: FakeNode) -> None:
    ran = run("contribution", "ls", home=node)
    assert ran.out.startswith("Nothing here yet.\n  Log something: ")


def test_contributions_are_listed_with_pasteable_ids(node: FakeNode) -> None:
    node.contributions += [contribution("Landing page", 12_600), contribution("Call \x1b[2J\u202e", 60, BEN)]
    lines = run("contribution", "ls", home=node).out.splitlines()
    assert lines[1].split("  ")[0] == f"{text_id('Landing ')[:15]}…"
    assert lines[2].endswith("1 min  Call          Ben")


def test_a_long_list_says_how_to_go_on(node: FakeNode) -> None:
    node.contributions += [contribution(title) for title in ("a", "b", "c")]
    assert run("contribution", "ls", home=node).out.splitlines()[-1].endswith("contribution ls --after later")


def test_a_list_may_be_narrowed(node: FakeNode) -> None:
    run(
        "contribution",
        "ls",
        "--project",
        "acme",
        "--network",
        "studio",
        "--batch",
        "b1",
        "--mine",
        "-n",
        "5",
        "--after",
        "c",
        home=node,
    )
    expected = {"project": "acme", "network": "studio", "batch": "b1", "mine": "true", "limit": "5", "cursor": "c"}
    assert node.asked[0].query == expected


def test_a_contribution_is_shown_with_what_is_not_well(node: FakeNode) -> None:
    entry = contribution("Landing page")
    entry.status, entry.reason, entry.text, entry.held_by = "invalid", "X-FOREIGN", "First\nSecond", 2
    node.contributions.append(entry)
    out = run("contribution", "show", entry.id, home=node).out
    assert f"  id         {entry.id}\n" in out
    assert "  First\n  Second\n" in out
    assert "2 other agents say that they hold it" in out
    assert "! invalid (X-FOREIGN)\n  Why:  " in out
    assert out.endswith(f" why {entry.id}\n")


def test_a_list_tells_how_each_stands_and_its_flags(node: FakeNode) -> None:
    first, second, third = contribution("One"), contribution("Two"), contribution("Three")
    first.claim, second.status, third.flags = "retracted", "pending", ["concurrent-with-removal", "corrected"]
    node.contributions += [first, second, third]
    head, *rows = run("contribution", "ls", "--limit", "3", home=node).out.splitlines()
    told = ["STATE", "retracted", "pending", "claimed, concurrent-with-removal, corrected"]
    assert [line.split("  ")[-1] for line in (head, *rows[:3])] == told
    listed = json.loads(run("contribution", "ls", "--json", home=node).out)["items"]
    assert [(each["claim"], each["flags"]) for each in listed[1:]] == [("claimed", []), ("claimed", third.flags)]


def test_where_all_is_claimed_and_under_no_agreement_a_list_says_nothing_of_that(node: FakeNode) -> None:
    node.contributions.append(contribution("One"))
    assert "STATE" not in run("contribution", "ls", home=node).out
    node.contributions[0].scope = Scope(text_id("logo"), "agreement", "Logo")
    assert run("contribution", "ls", home=node).out.splitlines()[1].endswith("  claimed")


@pytest.mark.parametrize(
    ("words", "path", "body"),
    [
        (
            ("correct", "r", "2h", "15", "min", "--reason", "agreed"),
            "/contributions/r/correct",
            {"seconds": 8100, "reason": "agreed"},
        ),
        (("retract", "r", "--reason", "duplicate"), "/contributions/r/retract", {"reason": "duplicate"}),
        (("thank", "r", "so", "much"), "/contributions/r/thank", {"text": "so much"}),
        (("thank", "r", "--skill", "design"), "/contributions/r/thank", {"kind": "skill", "skill": "design"}),
        (("erase", "r", "s", "--yes"), "/erasures", {"targets": ["r", "s"]}),
    ],
)
def test_one_entry_is_acted_on(node: FakeNode, words: tuple[str, ...], path: str, body: dict[str, object]) -> None:
    ran = run("contribution", *words, home=node)
    assert (ran.code, ran.out[:1]) == (Exit.OK, "✓")
    assert (node.asked[0].path, node.asked[0].body) == (path, body)


def test_an_unclear_correction_is_refused(node: FakeNode) -> None:
    assert run("contribution", "correct", "r", "2", home=node).code == Exit.USAGE


def test_the_next_page_is_asked_for_with_the_same_filters(node: FakeNode) -> None:
    node.contributions += [contribution(f"Entry {number}") for number in range(3)]
    out = run("contribution", "ls", "--project", "acme's", "--mine", "-n", "2", home=node).out
    assert "contribution ls --after " in out
    assert out.endswith(""" --project 'acme'"'"'s' --mine --limit 2\n""")


def test_nothing_that_fits_is_not_nothing_at_all(node: FakeNode) -> None:
    assert run("contribution", "ls", "--batch", "git-1", home=node).out.startswith("Nothing fits --batch git-1.\n")
    assert run("contribution", "ls", home=node).out.startswith("Nothing here yet.\n")


@pytest.mark.parametrize("words", [("contribution", "ls"), ("search", "x")])
def test_a_list_of_no_rows_is_refused(node: FakeNode, words: tuple[str, ...]) -> None:
    ran = run(*words, "-n", "0", home=node)
    assert (ran.code, "--limit must be at least one" in ran.last) == (Exit.USAGE, True)


def test_who_else_holds_what_another_signed_is_told_to_the_author(node: FakeNode) -> None:
    mine, theirs = contribution("Mine"), contribution("Theirs", agent=BEN)
    node.contributions += [mine, theirs]
    assert "  held by    only here so far\n" in run("contribution", "show", mine.id, home=node).out
    assert "  held by    here; its author is told who else\n" in run("contribution", "show", theirs.id, home=node).out


def test_erasing_asks_first(node: FakeNode) -> None:
    assert run("contribution", "erase", "r", home=node, stdin="y\n", terminal=True).code == Exit.OK
    refused = run("contribution", "erase", "r", home=node, stdin="\n", terminal=True)
    assert (refused.code, "nothing was done" in refused.last) == (Exit.FAILURE, True)
    assert len(node.asked) == 1


def test_erasing_without_a_terminal_names_the_flag_and_does_not_hang(node: FakeNode) -> None:
    ran = run("contribution", "erase", "r", home=node)
    assert (ran.code, "add --yes" in ran.last, node.asked) == (Exit.USAGE, True, [])


def test_texts_that_stand_elsewhere_too_are_told_of(node: FakeNode) -> None:
    node.copies = [text_id("copy"), text_id("another")]
    ran = run("contribution", "erase", "r", "--yes", home=node)
    assert "! 2 other contributions of yours still say the same" in ran.err + ran.out
    assert ran.out.endswith(f" contribution erase {text_id('copy')} {text_id('another')}\n")


def test_the_end_of_input_is_no_answer(node: FakeNode) -> None:
    assert run("contribution", "erase", "r", home=node, terminal=True).code == Exit.INTERRUPTED


# project


def test_a_project_is_created_and_the_next_step_uses_its_short_name(node: FakeNode) -> None:
    ran = run("project", "create", "Acme site", "--state", "idea", "--part-of", "acme", home=node)
    assert ran.out.startswith("✓ Project created   acme-site   bafkrei")
    assert ran.out.endswith('log "First draft" 1h30 --project acme-site\n')
    assert node.asked[0].body == {"title": "Acme site", "state": "idea", "part_of": "acme"}


def test_projects_are_listed_and_shown(node: FakeNode) -> None:
    assert "No projects yet." in run("project", "ls", home=node).out
    node.projects.append(project("Acme site"))
    assert run("project", "ls", home=node).out.splitlines()[1] == "acme-site  Acme site  active  your notebook  2.5 h"
    shown = run("project", "show", "acme-site", home=node).out
    assert "  work     2 contributions, 2.5 h\n" in shown


def test_a_conflict_of_edits_is_said(node: FakeNode) -> None:
    node.projects.append(project("Acme site"))
    node.projects[0].conflict, node.projects[0].description = True, "For Acme"
    assert "active (edited twice at the same time)" in run("project", "show", "acme-site", home=node).out


# network


def test_a_network_is_created_with_the_line_to_join_it(node: FakeNode) -> None:
    ran = run("network", "create", "studio", "--open", home=node)
    assert ran.out.splitlines()[0].startswith("✓ Network created   studio   bafkrei")
    assert "reachable: this LAN" in ran.out
    assert ran.out.endswith(f"      meshnode network join {LINE}\n")


def test_a_network_is_closed_unless_it_is_said_to_be_open(node: FakeNode) -> None:
    run("network", "create", "my studio", "--purpose", "Design", home=node)
    run("network", "create", "choir", "--open", home=node)
    assert [asked.body for asked in node.asked] == [
        {"name": "my studio", "join": "invite", "purpose": "Design"},
        {"name": "choir", "join": "open", "purpose": ""},
    ]
    assert run("network", "create", "both", "--open", "--closed", home=node).code == Exit.USAGE


def test_an_invitation_is_shown_once_with_how_far_it_reaches(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    out = run("network", "invite", "studio", "--role", "client", "--uses", "3", "--expires", "24h", home=node).out
    assert node.asked[0].body == {"role": "client", "uses": 3, "seconds": 86_400}
    assert f"      meshnode network join {MN1}\n" in out
    assert f"  As a link:  meshnode:join/{MN1}\n" in out
    assert "(reachable: this LAN)" in out
    assert out.endswith("      meshnode config set net.announce /ip4/ADDRESS/tcp/4401\n")
    assert run("network", "invite", "studio", "--expires", "soon", home=node).code == Exit.USAGE


def test_invitations_are_listed_and_withdrawn(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    assert "core  0 of 1  2026-03-16  open" in run("network", "invites", "studio", home=node).out
    assert run("network", "withdraw", "studio", "abcd", home=node).out.startswith("✓ Withdrawn   bafkrei")


def test_who_stands_in_a_network_is_listed(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    out = run("network", "members", "studio", home=node).out
    assert "Ana López (you)  founder  active  amber-canyon-violin-seven" in out


def test_roles_are_offered_accepted_and_ended(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    offered = run("network", "appoint", "studio", "ben", "--role", "steward", home=node)
    assert offered.out.startswith("✓ Offered to Ben: steward in studio; it holds once accepted\n")
    assert run("network", "accept", "studio", home=node).out == "✓ You are steward in studio\n"
    assert run("network", "remove", "studio", "ben", home=node).code == Exit.USAGE
    assert (
        run("network", "remove", "studio", "ben", "--yes", home=node).out
        == "✓ Removed Ben from studio   1 role ended\n"
    )


def test_a_second_network_of_the_same_name_conflicts(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    assert run("network", "create", "studio", "--open", home=node).code == Exit.CONFLICT


def test_a_network_that_a_firm_is_in_is_shown_as_ones_own(node: FakeNode) -> None:
    here = network("studio")
    here.standing, here.roles, here.line, here.join, here.through = "none", [], "", "invite", [BEN]
    node.networks.append(here)
    out = run("network", "ls", home=node).out
    assert "none (for Ben)" in out
    assert out.rstrip().endswith("meshnode network invite studio")


def test_networks_are_listed_without_the_notebook(node: FakeNode) -> None:
    node.networks.append(Network(NOTEBOOK.id, "notebook", "invite", "founder", True, [], 0, "", "", AT, [], False))
    assert "No networks yet" in run("network", "ls", home=node).out
    node.networks.append(network("studio"))
    out = run("network", "ls", home=node).out
    assert "  members    2: Ana López (you), Ben\n" in out
    assert LINE in out


def test_many_members_are_counted(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    node.networks[0].members *= 4
    assert (
        "8: Ana López (you), Ben, Ana López (you), Ben, Ana López (you) and 3 more"
        in run("network", "ls", home=node).out
    )


def test_joining_says_whom_it_met_and_what_came(node: FakeNode) -> None:
    node.peers.append(peer())
    ran = run("network", "join", LINE, home=node)
    assert ran.out == "✓ Joined studio · direct to Ben (12 ms) · 14 records received and verified\n"
    assert node.asked[0].body == {"line": LINE, "wait_ms": 10_000}


def test_joining_where_nobody_answers_ends_with_14_and_goes_on(node: FakeNode) -> None:
    ran = run("network", "join", LINE, "--timeout", "3", home=node)
    assert (ran.code, ran.last.endswith("peer ls")) == (Exit.UNREACHABLE, True)
    assert node.asked[0].body["wait_ms"] == 3000
    assert objects(run("network", "join", LINE, "--json", home=node))[0]["schema"] == "meshnode.network.join/1"


def test_a_closed_network_that_lets_nobody_in_by_name_is_said_to_be_one(node: FakeNode) -> None:
    shut = msgspec.structs.replace(network("studio"), join="invite", standing="none")
    node.answers["POST", "/joins"] = Joined(network=shut, peer="", milliseconds=1, received=0, known=False)
    ran = run("network", "join", "studio", home=node)
    assert (ran.code, ran.out) == (Exit.NOT_AUTHORISED, "")
    assert "studio is closed, and as far as is known here nobody there has let you in" in ran.last
    assert ran.last.endswith("Ask a steward there for an invitation, and join by it")


def test_leaving_asks_first(node: FakeNode) -> None:
    node.networks.append(network("studio"))
    assert run("network", "leave", "studio", home=node).code == Exit.USAGE
    alone = run("network", "leave", "studio", "--yes", home=node).out
    assert alone == "✓ Left studio\n  Nobody there has heard of it yet: the node tells the first it meets.\n"
    node.peers.append(peer())
    assert run("network", "leave", "studio", "--yes", home=node).out == "✓ Left studio\n"


# peer and ping


def test_a_peer_is_added(node: FakeNode) -> None:
    assert run("peer", "add", ADDRESS, home=node).out == "✓ Connected   Ben   12D3Ko…8vbCeo8F\n"
    run("peer", "add", ADDRESS, "/dns4/ben.example/tcp/1", "/ip4/10.0.0.7/tcp/1", home=node)
    one, several = (asked.body for asked in node.asked)
    assert (one["address"], "more" in one) == (ADDRESS, False)
    assert several["more"] == ["/dns4/ben.example/tcp/1", "/ip4/10.0.0.7/tcp/1"]


def test_a_peer_that_does_not_answer_is_remembered_and_ends_with_14(node: FakeNode) -> None:
    node.answers["POST", "/peers"] = peer("backing off")
    ran = run("peer", "add", ADDRESS, home=node)
    assert (ran.code, ran.out) == (Exit.UNREACHABLE, "✓ Remembered   Ben   12D3Ko…8vbCeo8F\n")
    assert "does not answer (it is full, or leaving)" in ran.last


def test_peers_are_listed(node: FakeNode) -> None:
    assert "No peers yet" in run("peer", "ls", home=node).out
    node.peers += [peer(), peer("backing off")]
    lines = run("peer", "ls", home=node).out.splitlines()
    assert lines[1].startswith("12D3Ko…8vbCeo8F  Ben  direct       192.0.2.7:4401 for ")
    assert lines[2] == "12D3Ko…8vbCeo8F  Ben  backing off  it is full, or leaving       you"


def test_a_peer_is_forgotten(node: FakeNode) -> None:
    assert run("peer", "rm", "8vbCeo8F", home=node).out == "✓ Forgotten   8vbCeo8F\n"


@pytest.mark.parametrize("command", [("ping",), ("peer", "ping")])
def test_ping_measures_one_or_all(node: FakeNode, command: tuple[str, ...]) -> None:
    assert run(*command, "8vbCeo8F", home=node).out == "✓ 8vbCeo8F   12.3 ms\n"
    assert run(*command, home=node).code == Exit.UNREACHABLE
    node.peers += [peer(), peer("idle")]
    assert run(*command, home=node).out == "✓ Ben   12.3 ms\n"
    assert objects(run(*command, "--json", home=node)) == [
        {"schema": "meshnode.ping/1", "peer": PEER, "milliseconds": 12.34}
    ]


def test_a_peer_that_is_lost_ends_a_ping_with_3(node: FakeNode) -> None:
    node.peers.append(peer())
    node.answers["POST", f"/peers/{PEER}/ping"] = problem(Code.UNREACHABLE, "the stream ended")
    ran = run("ping", home=node)
    assert (ran.code, ran.out) == (Exit.PROBLEMS, "✗ Ben   the stream ended\n")
    assert objects(run("ping", "--json", home=node))[0]["error"] == "unreachable"


# search and why


def test_search_finds_by_words(node: FakeNode) -> None:
    node.contributions.append(contribution("Landing page, first draft"))
    assert "Landing page, first draft" in run("search", "landing", "page", home=node).out
    assert run("search", "nothing", home=node).out == "Nothing found.\n"
    assert objects(run("search", "landing", "--json", home=node))[0]["items"][0]["title"] == "Landing page, first draft"


def test_search_with_more_to_show_says_how(node: FakeNode) -> None:
    found = Found(STUDIO.id, "contribution", "Landing page", "", "", [], STUDIO, BEN, AT)
    node.answers["GET", "/search"] = Page([found], "20")
    out = run("search", "landing page", home=node).out
    assert "search 'landing page' --limit 100\n" in out


def test_why_tells_of_a_fork_with_its_branches_and_the_way_out(node: FakeNode) -> None:
    branches = [Branch(text_id(each), AT, text_id(each), AT, 1) for each in ("one", "two")]
    fork = Fork("l" * 64, "k" * 64, STUDIO, BEN, 7, branches, "two-writers", "Two writers used one key.", "", False)
    standing = Standing("yes", "claimed", "", [])
    node.answers["GET", "/records/r/why"] = Why(STUDIO.id, standing, "It is valid.", "", fork)
    ran = run("why", "r", home=node)
    assert "forked: Two writers used one key." in ran.out + ran.err
    assert all(f"    {branch.id}   1 record, " in ran.out for branch in branches)


def test_why_names_code_causes_and_reason(node: FakeNode) -> None:
    out = run("why", "r", home=node).out
    assert out.splitlines()[0].endswith("   invalid · X-FOREIGN")
    assert "  It names a record outside its network.\n" in out
    assert f"  because of {text_id('cause')}\n" in out


def test_why_prints_a_fix_that_can_be_pasted(node: FakeNode) -> None:
    standing = Standing("pending", "", "P-DEP", [])
    node.answers["GET", "/records/r/why"] = Why(STUDIO.id, standing, "Its past is not here yet.", "meshnode sync")
    assert run("why", "r", home=node).out.splitlines()[-1].endswith(f"--home {node.home} sync")
    assert objects(run("why", "r", "--json", home=node))[0]["standing"]["reason"] == "P-DEP"


def test_why_a_strangers_record_waits_names_it_in_the_way_out(node: FakeNode) -> None:
    fix = "meshnode contribution thank, to bring it in"
    answer = Why(STUDIO.id, Standing("aside", "", "X-STRANGER", []), "It waits aside.", fix)
    node.answers["GET", "/records/r/why"] = answer
    last = run("why", "r", home=node).out.splitlines()[-1]
    assert last.endswith(f" contribution thank {STUDIO.id}`, to bring it in")
