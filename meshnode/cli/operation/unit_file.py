"""The systemd unit of a node: what `meshnode service install` writes, and what stands in configs/systemd."""

from collections.abc import Mapping, Sequence

MARK = "# Written by `meshnode service install`, which overwrites it, as `meshnode service uninstall` removes it."
"""The first line of a unit that is ours to overwrite and remove."""
CARRIED = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "MESHNODE_PASSPHRASE_FILE")
"""Variables of the shell that decide where a node's files are, and what opens its keys: the service needs the same."""

# A restart mends a crash and a hang. It mends neither settings that make no sense, nor a missing identity, nor a wrong
# passphrase: these wait for a person.
_SERVICE = """\
Type=notify
NotifyAccess=main
ExecStart={command}
{environment}Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2 10 12
TimeoutStartSec=300
TimeoutStopSec=60
WatchdogSec=60
KillMode=mixed
UMask=0077
"""

# What needs neither root nor namespaces, so that it works in a user's own manager wherever that runs. Not here:
# MemoryDenyWriteExecute (libraries make callbacks at run time) and what changes mounts, such as ProtectSystem, which a
# user's manager can only do where the kernel lets users make namespaces.
_SANDBOX = """\
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""

# What the system's manager can do besides.
_SYSTEM_SANDBOX = """\
ProtectSystem=strict
ReadWritePaths=/home/%i
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
CapabilityBoundingSet=
"""


def user_unit(command: Sequence[str], environment: Mapping[str, str], about: str = "") -> str:
    """Return the unit for the user's own manager."""
    named = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items())
    return (
        f"{MARK}\n\n[Unit]\nDescription={_plain(f'meshnode {about}'.strip())}, a node in the value network\n"
        "StartLimitIntervalSec=300\nStartLimitBurst=5\n\n[Service]\n"
        + _SERVICE.format(command=" ".join(map(_quoted, command)), environment=named)
        + f"{_SANDBOX}\n[Install]\nWantedBy=default.target\n"
    )


def system_unit() -> str:
    """Return the unit for the manager of the system: `meshnode@USER`, for a server on which that user runs a node."""
    return (
        "# For a server: one node for each user that is named after the @. As root:\n"
        "#   cp meshnode@.service /etc/systemd/system/ && systemctl enable --now meshnode@USER\n"
        "# It expects that user in /home, with an identity (meshnode init) and the program in ~/.local/bin.\n\n"
        "[Unit]\nDescription=meshnode of %i, a node in the value network\n"
        "Wants=network-online.target\nAfter=network-online.target\n"
        "StartLimitIntervalSec=300\nStartLimitBurst=5\n\n[Service]\nUser=%i\n"
        + _SERVICE.format(command="/home/%i/.local/bin/meshnode up --foreground", environment="")
        + f"{_SANDBOX}{_SYSTEM_SANDBOX}\n[Install]\nWantedBy=multi-user.target\n"
    )


def _quoted(word: str) -> str:
    """Write a word so that systemd reads it as one, with nothing in it expanded; %h and %i stay what they are."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    if not escaped.startswith("%h/"):
        escaped = escaped.replace("%", "%%")
    return escaped if escaped and not any(each in " ;'\"\t" for each in word) else f'"{escaped}"'


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).replace("%", "%%")
