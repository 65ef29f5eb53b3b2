"""The files of a home and the variables of the environment, with what the handbook says of each."""

from typing import NamedTuple

DATA, STATE, CONFIG = "data", "state", "config"


class File(NamedTuple):
    """One file of a home."""

    name: str
    folder: str
    """`data`, `state` or `config`; with `--home` all of them are one folder."""
    about: str


FILES = (
    File("device.key", DATA, "The key that signs your records. Whoever has it signs as you."),
    File("transport.key", DATA, "The key of this node's address on the network."),
    File("guardian.key", DATA, "What the recovery keys are made of that you keep for others."),
    File("passphrase.key", DATA, "Present if a passphrase protects the keys: what that passphrase opens."),
    File("recovery.words", DATA, "The twelve recovery words, until you said that they are written down."),
    File("next.key", DATA, "While a key is being replaced: the one that comes next."),
    File("next.words", DATA, "While a key is being replaced: the recovery words that come next."),
    File(
        "records.db",
        DATA,
        "The truth: every record held, with its text. SQLite; `-wal` and `-shm` beside it are part of it.",
    ),
    File(
        "views.db", DATA, "What is computed from the records; `meshnode db rebuild` throws it away and it is made anew."
    ),
    File("home.json", DATA, "On which machine and disk this home last worked: by it a copy of a home is noticed."),
    File("left.json", DATA, "Present if its owner moved out, or began to: when, and into which file. No node starts."),
    File("arrived.json", DATA, "Present if this home came by `meshnode import home`: the name of that move."),
    File("lock", DATA, "Held by the node or command that works in this home."),
    File("keys.lock", DATA, "Held while the files with keys change."),
    File("node.json", DATA, "While a node runs: its process and where its API is."),
    File(
        "api.sock",
        DATA,
        "While a node runs: the Unix socket of its API. Where its path would be too long it stands in the "
        "run-time folder of the user, or in `/tmp/meshnode-UID`.",
    ),
    File(
        "node.log", STATE, "The node's own log, shown by `meshnode logs`; older ones are called `node.log.1` and so on."
    ),
    File("node.out", STATE, "What the last start of the node printed before its log was open."),
    File("config.toml", CONFIG, "Your settings; need not exist."),
)
"""All that a node keeps in its home, and when."""

VARIABLES = {
    "MESHNODE_HOME": "The folder that holds everything of a node, as `--home` does.",
    "MESHNODE_PASSPHRASE_FILE": "A file for you alone whose first line is the passphrase of the keys.",
    "MESHNODE_BACKUP_PASSPHRASE_FILE": "The same for the passphrase of a backup.",
    "MESHNODE_RECOVERY_PASSPHRASE_FILE": "The same for the passphrase of a recovery file.",
    "XDG_CONFIG_HOME": "Where the folder `meshnode` with `config.toml` stands; `~/.config` unless set.",
    "XDG_DATA_HOME": "Where the folder `meshnode` with keys and databases stands; `~/.local/share` unless set.",
    "XDG_STATE_HOME": "Where the folder `meshnode` with the log stands; `~/.local/state` unless set.",
    "XDG_RUNTIME_DIR": "Where the socket stands whose path would be too long in the data folder.",
    "NO_COLOR": "If set, nothing is coloured.",
    "COLUMNS": "How wide tables may be, in place of the width of the terminal.",
}
"""The variables that a node and its commands read, besides those of the settings."""
