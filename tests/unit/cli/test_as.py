"""Whoever signs for an organisation says so in one way: every command that signs takes `--as`, or says here why not."""

from meshnode.cli.commands import PROPOSE
from meshnode.cli.index import every_name
from meshnode.cli.main import load

FOR_ANYBODY = frozenset(name for name in every_name() if any("--as" in each.names for each in load(name).arguments))
"""What somebody signs: for themselves, or `--as` an organisation."""

IN_THE_NAME_OF_WHAT_IT_IS_ABOUT = {
    **dict.fromkeys(
        ("network invite", "network withdraw", "network appoint", "network remove"),
        "signed in the name of the network, by whichever way the owner acts for it, a firm that steers it among them",
    ),
    "org staff": "signed in the name of the organisation it is about",
    "decision carry-out": "signed in the name of the network or organisation that has decided",
    "reaffirm": "stands by a record for its author, whoever that is of those one signs for",
    "stop": "signs for whom the timer was started",
}
FOR_ONESELF = {
    **dict.fromkeys(
        ("init", "id device", "id recover", "id rotate", "id vouch"), "one's own keys: a firm has none, by design"
    ),
    **dict.fromkeys(("org accept", "org leave"), "a mandate is given to a person, who accepts it and gives it back"),
    "org create": "people found a firm; one that is to be another's founder is taken in by a decision",
    **dict.fromkeys(
        ("network split", "network merge"), "one's own invitation to the people of a network one stands in"
    ),
    **dict.fromkeys(("import git", "import csv", "import undo"), "takes in what a person did before"),
}
SIGNS_NOTHING = {
    *("up", "down", "status", "whoami", "whoami recovery", "search", "sync", "ping", "logs", "doctor", "demo", "ui"),
    *("contribution ls", "contribution sum", "contribution show", "contribution evidence", "contribution thanks"),
    *("follow", "unfollow", "block", "unblock", "project ls", "project show"),
    *("network ls", "network show", "network members", "network invites", "decision ls", "decision show"),
    *("org ls", "org show", "id guardian", "id passphrase", "id words"),
    *("peer add", "peer ls", "peer rm", "peer ping", "import bundle", "import ls"),
    *("export bundle", "export csv", "export ledger", "export hledger", "export valueflows", "export fork"),
    *("backup create", "backup verify", "backup restore", "export home", "import home", "cv export", "cv verify"),
    *("verify", "why", "equation preview", "equation explain"),
    *("agreement show", "agreement ls", "agreement presets", "income ls", "income show", "inbox", "statement"),
    *("distribution ls", "distribution show", "distribution explain"),
    *("settlement ls", "settlement show", "balance", "plan"),
    *("token create", "token ls", "token revoke"),
    "completion",
    "bugreport",
    *("db check", "db rebuild", "db vacuum"),
    *("service install", "service uninstall", "service status"),
    *("config list", "config get", "config set", "config unset", "config path", "config check"),
}


def test_every_command_says_for_whom_it_signs() -> None:
    sorts = (FOR_ANYBODY, {*IN_THE_NAME_OF_WHAT_IT_IS_ABOUT}, {*FOR_ONESELF}, SIGNS_NOTHING)
    listed = [name for sort in sorts for name in sort]
    assert len(listed) == len({*listed}), "a command of two sorts, as one that signs nothing and takes --as"
    assert not {*every_name()} - {*listed}, "a new command takes --as, or belongs to one of the sorts above"


def test_what_takes_an_organisation_can_be_proposed_to_its_founders() -> None:
    shows = {"id card"}
    takes = {name for name in every_name() if PROPOSE in load(name).arguments}
    assert takes == FOR_ANYBODY - shows
    assert {"log", "start", "share", "network create", "contribution erase", "decision vote"} <= takes


def test_every_exception_has_a_reason() -> None:
    reasons = {**IN_THE_NAME_OF_WHAT_IT_IS_ABOUT, **FOR_ONESELF}
    assert all(len(reason) > 20 for reason in reasons.values())
