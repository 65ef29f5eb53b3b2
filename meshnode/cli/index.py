"""The first words of all commands: which file declares each, so that only that one is loaded, and a line about it."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A first word of a command line."""

    module: str
    """Module under `meshnode.cli`."""
    summary: str
    second: tuple[str, ...] = ()
    """The second words it takes."""
    alone: bool = False
    """Whether it is a command without any of them, too."""


EVERYDAY: dict[str, Entry] = {
    "init": Entry("person.identity", "Create your identity on this machine."),
    "up": Entry("operation.running", "Start the node."),
    "down": Entry("operation.running", "Stop the node."),
    "status": Entry("operation.status", "Show how the node is, with a fix for whatever is not well."),
    "ui": Entry("operation.ui", "Open the dashboard in your browser."),
    "whoami": Entry("person.identity", "Show your identity, or fill in your profile.", ("set", "recovery"), alone=True),
    "log": Entry("contributions.work", "Sign and save what you have done."),
    "start": Entry("contributions.work", "Start a timer, or list those that run."),
    "stop": Entry("contributions.work", "Stop the timer and log what it measured."),
    "share": Entry("contributions.work", "Take an entry of yours into a network."),
    "inbox": Entry("inbox", "List what waits for you."),
    "search": Entry("records", "Find records by their words."),
    "sync": Entry("files.exchange", "Exchange records with peers now, or with a file."),
    "ping": Entry("networks.peer", "Measure the way to your peers."),
    "logs": Entry("operation.logs", "Show the node's own log."),
    "doctor": Entry("operation.running", "Check this machine and this node."),
    "demo": Entry("operation.running", "Show a small mesh at work, in a folder that is removed again."),
}
NOUNS: dict[str, Entry] = {
    "contribution": Entry(
        "contributions.contribution",
        "What was contributed.",
        ("add", "take", "ls", "sum", "show", "answer", "evidence", "correct", "retract", "thank", "thanks", "erase"),
    ),
    "attest": Entry("contributions.attest", "Confirm or reject somebody's work."),
    "ballot": Entry("contributions.attest", "Share out points among the others in an agreement."),
    "income": Entry("money.income", "Money that came in under an agreement.", ("add", "confirm", "ls", "show")),
    "distribution": Entry(
        "money.distribution", "How incomes are shared, and why.", ("new", "ls", "show", "approve", "explain")
    ),
    "settlement": Entry("money.settlement", "Who paid whom.", ("add", "confirm", "ls", "show")),
    "balance": Entry("money.settlement", "Show what everybody is entitled to, was paid, and is still owed."),
    "plan": Entry("money.settlement", "Show the payments by which nobody owes anybody anything."),
    "statement": Entry("money.statement", "Show what became of your money, or somebody's, in a period."),
    "follow": Entry("networks.choices", "Keep somebody's texts before those of others, or relay a network."),
    "unfollow": Entry("networks.choices", "Follow somebody, or relay a network, no more."),
    "block": Entry("networks.choices", "Keep and show nothing of somebody that others do not need."),
    "unblock": Entry("networks.choices", "Block somebody no more."),
    "project": Entry("contributions.project", "What contributions are for.", ("create", "ls", "show")),
    "network": Entry(
        "networks.network",
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
        "networks.decision",
        "What the founders of a network or firm decide.",
        ("propose", "vote", "ls", "show", "carry-out"),
    ),
    "agreement": Entry(
        "agreements.agreement",
        "What people agree on, and who has signed.",
        ("new", "show", "ls", "sign", "decline", "decide", "amend", "end", "presets"),
    ),
    "org": Entry(
        "networks.organisation",
        "Organisations, and who signs for them.",
        ("create", "accept", "ls", "show", "staff", "leave"),
    ),
    "reaffirm": Entry(
        "networks.organisation", "Stand by a contested record of yours, or of an organisation you sign for."
    ),
    "id": Entry(
        "person.keys",
        "The keys and devices of your identity.",
        ("card", "device", "guardian", "passphrase", "recover", "rotate", "vouch", "words"),
    ),
    "peer": Entry("networks.peer", "The nodes you exchange records with.", ("add", "ls", "rm", "ping")),
    "import": Entry(
        "files.imports",
        "Take in work, records, or your home from elsewhere.",
        ("git", "csv", "bundle", "home", "ls", "undo"),
    ),
    "export": Entry(
        "files.exchange",
        "Write records, books, or this whole home to a file.",
        ("bundle", "home", "csv", "ledger", "hledger", "valueflows", "fork"),
    ),
    "backup": Entry("files.backup", "Save this node in a file, and bring it back.", ("create", "verify", "restore")),
    "cv": Entry("person.cv", "Your work as verifiable credentials.", ("export", "verify")),
    "verify": Entry("records", "Check a file or a record."),
    "why": Entry("records", "Say why a record stands as it does."),
    "equation": Entry("money.equation", "How an income becomes amounts.", ("preview", "explain")),
    "db": Entry(
        "operation.database",
        "The databases: check them, compute views anew, give room back.",
        ("check", "rebuild", "vacuum"),
    ),
    "service": Entry(
        "operation.service", "The node as a service that systemd runs and watches.", ("install", "uninstall", "status")
    ),
    "config": Entry(
        "operation.config", "The settings, and where each was said.", ("list", "get", "set", "unset", "path", "check")
    ),
    "token": Entry("operation.token", "What lets programs in at the node's port.", ("create", "ls", "revoke")),
    "bugreport": Entry("operation.bugreport", "Write what helps to find a bug, with nothing in it about you."),
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
