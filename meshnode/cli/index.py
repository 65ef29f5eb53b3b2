"""The first words of all commands: which file declares each, so that only that one is loaded, and a line about it."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A first word of a command line."""

    module: str
    """File under `meshnode/cli`."""
    summary: str
    second: tuple[str, ...] = ()
    """The second words it takes."""
    alone: bool = False
    """Whether it is a command without any of them, too."""


EVERYDAY: dict[str, Entry] = {
    "init": Entry("identity", "Create your identity on this machine."),
    "up": Entry("running", "Start the node."),
    "down": Entry("running", "Stop the node."),
    "status": Entry("status", "Show how the node is, with a fix for whatever is not well."),
    "ui": Entry("ui", "Open the dashboard in your browser."),
    "whoami": Entry("identity", "Show your identity, or fill in your profile.", ("set", "recovery"), alone=True),
    "log": Entry("work", "Sign and save what you have done."),
    "start": Entry("work", "Start a timer, or list those that run."),
    "stop": Entry("work", "Stop the timer and log what it measured."),
    "share": Entry("work", "Take an entry of your notebook into a network."),
    "inbox": Entry("inbox", "List what waits for you."),
    "search": Entry("records", "Find records by their words."),
    "sync": Entry("exchange", "Exchange records with peers now, or with a file."),
    "ping": Entry("peer", "Measure the way to your peers."),
    "logs": Entry("logs", "Show the node's own log."),
    "doctor": Entry("running", "Check this machine and this node."),
    "demo": Entry("running", "Show a small mesh at work, in a folder that is removed again."),
}
NOUNS: dict[str, Entry] = {
    "contribution": Entry(
        "contribution",
        "What was contributed.",
        ("add", "take", "ls", "sum", "show", "answer", "evidence", "correct", "retract", "thank", "thanks", "erase"),
    ),
    "attest": Entry("attest", "Confirm or reject somebody's work."),
    "ballot": Entry("attest", "Share out points among the others in an agreement."),
    "income": Entry("income", "Money that came in under an agreement.", ("add", "confirm", "ls", "show")),
    "distribution": Entry(
        "distribution", "How incomes are shared, and why.", ("new", "ls", "show", "approve", "explain")
    ),
    "settlement": Entry("settlement", "Who paid whom.", ("add", "confirm", "ls", "show")),
    "balance": Entry("settlement", "Show what everybody is entitled to, was paid, and is still owed."),
    "plan": Entry("settlement", "Show the payments by which nobody owes anybody anything."),
    "statement": Entry("statement", "Show what became of your money, or somebody's, in a period."),
    "follow": Entry("choices", "Keep somebody's texts before those of others, or relay a network."),
    "unfollow": Entry("choices", "Follow somebody, or relay a network, no more."),
    "block": Entry("choices", "Keep and show nothing of somebody that others do not need."),
    "unblock": Entry("choices", "Block somebody no more."),
    "project": Entry("project", "What contributions are for.", ("create", "ls", "show")),
    "network": Entry(
        "network",
        "The people you share with.",
        (
            "create",
            "ls",
            "invite",
            "invites",
            "withdraw",
            "join",
            "show",
            "members",
            "appoint",
            "accept",
            "remove",
            "split",
            "merge",
            "leave",
        ),
    ),
    "decision": Entry(
        "decision", "What the founders of a network or firm decide.", ("propose", "vote", "ls", "show", "carry-out")
    ),
    "agreement": Entry(
        "agreement",
        "What people agree on, and who has signed.",
        ("new", "show", "ls", "sign", "decline", "decide", "amend", "end", "presets"),
    ),
    "org": Entry(
        "organisation",
        "Organisations, and who signs for them.",
        ("create", "accept", "ls", "show", "staff", "leave"),
    ),
    "reaffirm": Entry("organisation", "Stand by a contested record of yours, or of an organisation you sign for."),
    "id": Entry(
        "keys",
        "The keys and devices of your identity.",
        ("card", "device", "guardian", "passphrase", "recover", "rotate", "vouch", "words"),
    ),
    "peer": Entry("peer", "The nodes you exchange records with.", ("add", "ls", "rm", "ping")),
    "import": Entry(
        "imports", "Take in work, records, or your home from elsewhere.", ("git", "csv", "bundle", "home", "ls", "undo")
    ),
    "export": Entry(
        "exchange",
        "Write records, books, or this whole home to a file.",
        ("bundle", "home", "csv", "ledger", "hledger", "valueflows", "fork"),
    ),
    "backup": Entry("backup", "Save this node in a file, and bring it back.", ("create", "verify", "restore")),
    "cv": Entry("cv", "Your work as verifiable credentials.", ("export", "verify")),
    "verify": Entry("records", "Check a file or a record."),
    "why": Entry("records", "Say why a record stands as it does."),
    "equation": Entry("equation", "How an income becomes amounts.", ("preview", "explain")),
    "db": Entry(
        "database", "The databases: check them, compute views anew, give room back.", ("check", "rebuild", "vacuum")
    ),
    "service": Entry(
        "service", "The node as a service that systemd runs and watches.", ("install", "uninstall", "status")
    ),
    "config": Entry(
        "config", "The settings, and where each was said.", ("list", "get", "set", "unset", "path", "check")
    ),
    "token": Entry("token", "What lets programs in at the node's port.", ("create", "ls", "revoke")),
    "bugreport": Entry("bugreport", "Write what helps to find a bug, with nothing in it about you."),
    "completion": Entry("completion", "Print the completion script of a shell."),
}
ENTRIES: dict[str, Entry] = {**EVERYDAY, **NOUNS}


def every_name() -> list[str]:
    """Return the full names of all commands, in the order of the overview."""
    names = []
    for first, entry in ENTRIES.items():
        names += [first] if entry.alone or not entry.second else []
        names += [f"{first} {second}" for second in entry.second]
    return names
