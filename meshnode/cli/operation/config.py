"""`meshnode config`: the settings, where each was said, and changing config.toml without spoiling what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.running import running
from meshnode.config.errors import SettingsError
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.client.operation_answers import Config, Setting, SettingValue

RESTART = "the node takes it with its next start: meshnode down, then meshnode up"


def show_all(desk: Desk, *, show_origin: bool) -> Exit:
    """List every setting: what is in force, or would be if the node ran."""
    config = _config(desk)
    if desk.out.as_json:
        desk.out.give("config.list", {**config})
        return Exit.OK
    rows = [(each["name"], _shown(each["value"]), _origin(desk, each)) for each in config["settings"]]
    heads = ("NAME", "VALUE", "ORIGIN")
    kept = 3 if show_origin else 2
    desk.out.table(heads[:kept], [row[:kept] for row in rows], flexible=1, whole=(0, 2) if show_origin else (0,))
    for each in config["settings"]:
        if each["value"] != each["later"]:
            desk.out.warn(f"{each['name']} is {_shown(each['later'])} in the file by now")
            desk.out.line(f"    {desk.advice(RESTART)}")
    if config["trouble"]:
        desk.out.bad(f"the next start will fail: {clean(config['trouble'])}")
        desk.out.line(f"    {desk.advice('meshnode config check')}")
    return Exit.OK


def get(desk: Desk, *, name: str) -> Exit:
    """Show one setting with all there is to know about it."""
    config = _config(desk)
    setting = next((each for each in config["settings"] if each["name"] == name), None)
    if setting is None:
        raise _unknown(name)
    if desk.out.as_json:
        desk.out.give("config.get", {**setting})
        return Exit.OK
    desk.out.line(f"{name} = {_shown(setting['value'])}", "bold")
    desk.out.text(setting["about"])
    desk.out.fields(
        [
            ("takes", setting["kind"] + (f": {setting['bounds']}" if setting["bounds"] else "")),
            ("default", _shown(setting["default"])),
            ("said by", _origin(desk, setting)),
            ("next start", _shown(setting["later"]) if setting["later"] != setting["value"] else ""),
            ("variable", setting["variable"]),
        ]
    )
    return Exit.OK


def put(desk: Desk, *, name: str, value: list[str]) -> Exit:
    """Say in config.toml what a setting is to be."""
    from meshnode.config.edit import change

    try:
        said = change(desk.places.config, name, value)
    except SettingsError as error:
        raise _failure(error) from error
    return _tell(desk, "set", name, f"{name} = {_shown(said)}", said)


def unset(desk: Desk, *, name: str) -> Exit:
    """Let config.toml say nothing of a setting."""
    from meshnode.config.edit import drop
    from meshnode.config.values import declared_at

    try:
        if not drop(desk.places.config, name):
            declared_at("command line", name)
            raise Failure(
                Exit.CONFLICT,
                f"{desk.shown_path(desk.places.config)} does not say what {name} is",
                f"meshnode config get {name}",
            )
    except SettingsError as error:
        raise _failure(error) from error
    return _tell(desk, "unset", name, f"{name} is not said in the file any more", None)


def path(desk: Desk) -> Exit:
    """Print where the settings file stands."""
    file = desk.places.config
    if desk.out.as_json:
        desk.out.give("config.path", {"path": str(file), "exists": file.exists()})
    desk.out.line(str(file))
    return Exit.OK


def check(desk: Desk) -> Exit:
    """Say everything that a start would refuse; ends with 3 if there is something."""
    from meshnode.config.load import troubles

    found = troubles(desk.places.config, desk.environ)
    if desk.out.as_json:
        wrong = [
            {"origin": each.origin, "name": each.path, "text": each.reason, "fix": each.hint or _fix(each)}
            for each in found
        ]
        desk.out.give("config.check", {"path": str(desk.places.config), "troubles": wrong})
    for each in found:
        desk.out.bad(clean(str(each)))
        desk.out.line(f"    {desk.advice(clean(each.hint or _fix(each)))}")
    if not found:
        desk.out.ok(f"{desk.shown_path(desk.places.config)} and the environment say nothing wrong")
    return Exit.PROBLEMS if found else Exit.OK


def _config(desk: Desk) -> Config:
    """The settings of the running node, else those that it would have if it was started from here."""
    if desk.initialised and running(desk):
        return desk.client().node.config()
    from meshnode.config.listed import listed
    from meshnode.config.load import load

    try:
        found = listed(load(desk.places.config, desk.environ), desk.places.config, desk.environ)
    except SettingsError as error:
        raise _failure(error, "meshnode config check") from error
    settings = [cast("Setting", each._asdict()) for each in found.settings]  # the names are the same
    return {"file": str(found.file), "trouble": found.trouble, "settings": settings}


def _tell(desk: Desk, verb: str, name: str, text: str, value: SettingValue | None) -> Exit:
    """Say that the file was changed, and when that takes hold."""
    setting = None
    if desk.initialised and running(desk):
        settings = desk.client().node.config()["settings"]
        setting = next((each for each in settings if each["name"] == name), None)
    restart = setting is not None and setting["later"] != setting["value"]
    above = desk.environ.get(variable := _variable(name), "")
    if desk.out.as_json:
        told = {"name": name, **({} if value is None else {"value": value})}
        desk.out.give(f"config.{verb}", {**told, "path": str(desk.places.config), "restart": restart})
        return Exit.OK
    desk.out.ok(text)
    if above:
        desk.out.warn(f"{variable} is set in the environment, and stands above the file")
    elif restart:
        desk.out.line(f"  {desk.advice(RESTART)}")
    return Exit.OK


def _variable(name: str) -> str:
    from meshnode.config.load import variable_of

    return variable_of(name)


def _shown(value: SettingValue) -> str:
    """Write a value as it stands in the file."""
    import json  # A TOML text, list or truth value of ours is written as JSON writes it.

    return json.dumps(value, ensure_ascii=False)


def _origin(desk: Desk, setting: Setting) -> str:
    return desk.shown_path(clean(setting["origin"]))


def _unknown(name: str) -> Failure:
    from meshnode.config.values import declared_at

    try:
        declared_at("command line", name)
    except SettingsError as error:
        return _failure(error)
    return Failure(Exit.FAILURE, f"the running node knows no {clean(name)}", "meshnode down, then meshnode up")


def _failure(error: SettingsError, hint: str = "meshnode config list") -> Failure:
    text = f"{error}{f' ({error.hint})' if error.hint else ''}"
    return Failure(Exit.USAGE, text, hint, code="bad-setting")


def _fix(error: SettingsError) -> str:
    return f"meshnode config get {error.path}" if error.path else "correct the file, or move it away"


NAME = Argument(("name",), "The setting, as section.name.")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "config list",
            "List every setting with the value in force.",
            show_all,
            (Argument(("--show-origin",), "Say for each where it was said.", kind="flag"),),
            text="What somebody said for one start stands above the environment (MESHNODE_NET__LISTEN), that above "
            "config.toml, and that above the default. While the node runs, this is what the node has taken; what the "
            "file says otherwise by now is listed below.",
            exits=(Exit.DEADLINE,),
        ),
        Command(
            "config get",
            "Show one setting: its value, what it takes, where it was said.",
            get,
            (NAME,),
            examples=(("How large may it grow?", "meshnode config get relay.others_mib"),),
            exits=(Exit.DEADLINE,),
        ),
        Command(
            "config set",
            "Say in config.toml what a setting is to be.",
            put,
            (NAME, Argument(("value",), "The value; several words make a list.", kind="many")),
            text="Comments and the order of the file stay. The file is replaced as a whole or not at all. The node "
            "takes it with its next start.",
            examples=(
                ("Keep the node quiet in a café", "meshnode config set net.discovery false"),
                ("Tell where it is reached", "meshnode config set net.announce /ip4/203.0.113.7/tcp/4401"),
            ),
        ),
        Command(
            "config unset",
            "Let config.toml say nothing of a setting, so that the default counts.",
            unset,
            (NAME,),
            exits=(Exit.CONFLICT,),
        ),
        Command("config path", "Print where config.toml stands.", path),
        Command(
            "config check",
            "Check config.toml and the environment, without starting anything.",
            check,
            text="Names every setting that is unknown, of the wrong kind or out of bounds; a start names the first.",
            exits=(Exit.PROBLEMS,),
        ),
    )
}
