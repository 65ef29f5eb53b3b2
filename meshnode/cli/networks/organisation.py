"""`meshnode org …` and `meshnode reaffirm`: organisations, and who signs for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, standing, who

if TYPE_CHECKING:
    from meshnode.client.organisation_answers import Mandate, Organisation

USUAL_WAIT = 10
"""Seconds that `accept` waits for an organisation to come, unless --timeout says otherwise."""
ACTIONS = ("add", "ls", "end")
REASONS = ("end", "cause", "compromise")
MANUAL = "meshnode org staff --help"


def create(
    desk: Desk, *, name: str, founders: list[str], quorum: str | None, sensitive: list[str], purpose: str | None
) -> Exit:
    """Found an organisation."""
    made = desk.client().organisations.create(
        name, quorum=quorum, purpose=purpose, sensitive=sensitive or None, founders=founders or None
    )
    said = f"Organisation created   {clean(made['name'])}   {short_id(made['id'])}"
    desk.out.give_or_ok("org.create", made, said)
    if not desk.out.as_json:
        _tell_line(desk, made, "The other founders accept with" if not made["founded"] else "")
    return Exit.OK


def accept(desk: Desk, *, organisation: str) -> Exit:
    """Accept what an organisation offers."""
    desk.out.progress("accepting …")
    wait = (desk.timeout or USUAL_WAIT) * 1000
    found = desk.client().organisations.accept(organisation, wait_ms=wait)
    desk.out.progress_done()
    name = clean(found["name"]) or short_id(found["id"])
    said = f"You are a founder of {name}" if found["standing"] == "founder" else f"You sign for {name}"
    desk.out.give_or_ok("org.accept", found, said)
    if desk.out.as_json:
        return Exit.OK
    if not found["founded"]:
        awaited = [who(each["agent"]) for each in found["people"] if each["state"] == "awaited"]
        desk.out.line(f"  It acts once all its founders have accepted; awaited: {', '.join(awaited)}")
    else:
        desk.next_steps(("Sign for it", f"meshnode log 'What was done' 1h --network NAME --as {quoted(found['name'])}"))
    return Exit.OK


def ls(desk: Desk) -> Exit:
    """List the organisations known here."""
    found = desk.client().organisations.every()
    if desk.out.as_json:
        desk.out.give("org.ls", {"items": found})
    elif not found:
        desk.out.line("No organisations yet.")
        desk.next_steps(("Found one", "meshnode org create 'Blue Ltd'"))
    else:
        rows = [(clean(each["name"]), _stands(each), _signs(each), short_id(each["id"])) for each in found]
        desk.out.table(("ORGANISATION", "YOU", "SIGNS", "ID"), rows, flexible=0, whole=(3,))
    return Exit.OK


def show(desk: Desk, *, organisation: str) -> Exit:
    """Show an organisation and its people."""
    found = desk.client().organisations.one(organisation)
    if desk.out.as_json:
        desk.out.give("org.show", {**found})
        return Exit.OK
    desk.out.line(f"{clean(found['name'])}   {short_id(found['id'])}", "bold")
    if found["purpose"]:
        desk.out.text(found["purpose"])
    desk.out.fields(
        [
            ("you", _stands(found)),
            ("decides", f"{found['quorum']} of its founders"),
            ("sensitive", ", ".join(map(clean, found["sensitive"]))),
            ("state", "dissolved" if found["dissolved"] else "" if found["founded"] else "waits for its founders"),
        ]
    )
    _table(desk, found["people"], everyone=True)
    if found["acts"] or found["standing"] == "founder":
        _tell_line(desk, found, "Founders and staff accept with")
    return Exit.OK


def staff(
    desk: Desk,
    *,
    action: str,
    organisation: str,
    somebody: str | None,
    may: list[str],
    until: str | None,
    project: str | None,
    most: str | None,
    may_delegate: bool,
    reason: str | None,
    everyone: bool,
    yes: bool,
    propose: bool,
) -> Exit:
    """List who signs for an organisation, let somebody, or end that."""
    match action:
        case "add":
            desk.proposing = propose
            return _add(desk, organisation, _needed(somebody), may, until, project, most, may_delegate=may_delegate)
        case "end" if propose:
            from meshnode.cli.networks.decision import tell  # Only where it is asked for.

            wish = {"remove": [_needed(somebody)]}
            return tell(desk, "org.staff", desk.client().decisions.propose(organisation, wish), "Proposed")
        case "end":
            return _end(desk, organisation, _needed(somebody), reason or "end", yes=yes)
        case _:
            found = desk.client().organisations.one(organisation)
            if desk.out.as_json:
                desk.out.give("org.staff", {"items": found["people"]})
            else:
                _table(desk, found["people"], everyone=everyone)
                hidden = [each for each in found["people"] if each["state"] not in ("active", "invited", "awaited")]
                if hidden and not everyone:
                    rest = f"meshnode org staff ls {quoted(organisation)} --all"
                    desk.next_steps((f"{count(len(hidden), 'ended mandate')} more", rest))
            return Exit.OK


def leave(desk: Desk, *, organisation: str, yes: bool) -> Exit:
    """Give back every mandate."""
    client = desk.client()
    if not yes:
        desk.confirm(f"Stop signing for {clean(organisation)}? What you signed for it stays.", flag="--yes")
    left = client.organisations.resign(organisation)
    desk.out.give_or_ok("org.leave", {**left, "left": True}, f"You do not sign for {clean(organisation)} any more")
    if not left["heard"] and not desk.out.as_json:
        desk.out.line("  Nobody there has heard of it yet: the node tells the first it meets.")
    return Exit.OK


def reaffirm(desk: Desk, *, record: str) -> Exit:
    """Stand by a contested record."""
    done = desk.client().records.reaffirm(record)
    said = f"Reaffirmed   {short_id(done['target'])}   {standing(done['status'])}   by record {short_id(done['id'])}"
    desk.out.give_or_ok("reaffirm", done, said)
    return Exit.OK


def _add(
    desk: Desk,
    organisation: str,
    somebody: str,
    may: list[str],
    until: str | None,
    project: str | None,
    most: str | None,
    *,
    may_delegate: bool,
) -> Exit:
    amount, currency = _amount(most) if most is not None else (None, None)
    client = desk.client()
    made = client.organisations.hire(
        organisation,
        somebody,
        may=may or None,
        until=until,
        project=project,
        most=amount,
        currency=currency,
        may_delegate=may_delegate,
    )
    said = f"Offered to {who(made['agent'])}: to sign for {clean(organisation)}; it holds once accepted"
    desk.out.give_or_ok("org.staff", {**made}, said)
    if not desk.out.as_json:
        _tell_line(desk, client.organisations.one(organisation), "They accept with")
    return Exit.OK


def _end(desk: Desk, organisation: str, somebody: str, reason: str, *, yes: bool) -> Exit:
    client = desk.client()
    if not yes:
        words = f"End what lets {clean(somebody)} sign for {clean(organisation)}? What was signed so far stays."
        desk.confirm(words, flag="--yes")
    gone = client.organisations.dismiss(organisation, somebody, reason)
    name = who(gone[0]["agent"]) if gone else clean(somebody)
    desk.out.give_or_ok(
        "org.staff", {"items": gone}, f"{name} does not sign for {clean(organisation)} any more; what was signed stays"
    )
    return Exit.OK


def _table(desk: Desk, people: list[Mandate], *, everyone: bool) -> None:
    shown = [each for each in people if everyone or each["state"] in ("active", "invited", "awaited")]
    rows = [(who(each["agent"]), each["role"], each["state"], _reach(each), each["fingerprint"]) for each in shown]
    desk.out.table(("WHO", "ROLE", "STATE", "MAY SIGN", "COMPARE ALOUD"), rows, flexible=3, whole=(4,))


def _reach(mandate: Mandate) -> str:
    """How far a mandate reaches."""
    parts = ["everything" if mandate["may"] is None else ", ".join(map(clean, mandate["may"]))]
    parts += [f"until {clean(mandate['until'])}"] if mandate["until"] else []
    parts += ["for one project"] if mandate["project"] else []
    parts += [f"up to {_money(mandate['most'])}"] if mandate["most"] else []
    parts += ["may pass it on"] if mandate["may_delegate"] and mandate["role"] == "staff" else []
    return ", ".join(parts)


def _stands(organisation: Organisation) -> str:
    return {"none": "–", "ended": "ended"}.get(organisation["standing"], organisation["standing"])


def _signs(organisation: Organisation) -> str:
    active = [each for each in organisation["people"] if each["state"] == "active"]
    state = "dissolved" if organisation["dissolved"] else "" if organisation["founded"] else "waits for its founders"
    return state or count(len({each["agent"]["id"] for each in active}), "person", "people")


def _tell_line(desk: Desk, organisation: Organisation, what: str) -> None:
    """Print the line by which founders and staff accept, and how far it reaches."""
    if not what:
        desk.next_steps(
            ("Let somebody sign for it", f"meshnode org staff add {quoted(organisation['name'])} NAME"),
        )
    elif organisation["line"]:
        desk.out.line(f"  {what} (reachable: {organisation['reachable']}):")
        desk.out.line(f"      meshnode org accept {quoted(organisation['line'])}")


def _amount(text: str) -> tuple[int, str]:
    """Read an amount of money as minor units and currency. Raises Failure."""
    from meshnode.words.money import UnclearMoney, parse_money  # It takes the list of all currencies.

    try:
        return parse_money(text)
    except UnclearMoney as unclear:
        raise Failure(Exit.USAGE, str(unclear), MANUAL) from unclear


def _money(text: str) -> str:
    """Write minor units and a currency as an amount."""
    from meshnode.words.money import show_money
    from meshproto.types.currencies import EXPONENTS

    number, _, currency = clean(text).partition(" ")
    known = number.isascii() and number.isdigit()
    return show_money(int(number), currency, EXPONENTS.get(currency)) if known else f"{number} {currency}"


def _needed(somebody: str | None) -> str:
    if somebody is None:
        raise Failure(Exit.USAGE, "who? Their name or id is missing", MANUAL)
    return somebody


_ORG = Argument(("organisation",), "Its name or id.", metavar="ORG")
_YES = Argument(("--yes",), "Do not ask.", kind="flag")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "org create",
            "Found an organisation.",
            create,
            (
                Argument(("name",), "What it is called."),
                Argument(("--founder",), "Another founder, by name or id.", kind="repeat", into="founders"),
                Argument(("--quorum",), "How large a share of the founders decides (2/3)."),
                Argument(
                    ("--sensitive",), "A type of record it signs only by a decision.", kind="repeat", metavar="TYPE"
                ),
                Argument(("--purpose",), "What it is for.", metavar="TEXT"),
            ),
            text="An organisation signs through its people, each with their own device; it has no key of its own, so "
            "nothing changes for it when somebody comes or goes. It acts once all its founders have accepted. Founders "
            "must be known here: share a network with them, or take in their card (meshnode id card --help).",
            examples=(("A firm with a partner", "meshnode org create 'Blue Ltd' --founder Ben"),),
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
        Command(
            "org accept",
            "Accept to be a founder, or to sign for an organisation.",
            accept,
            (Argument(("organisation",), "Its name or id, or the line that was printed there.", metavar="ORG|LINE"),),
            text="The line tells where the organisation is to be had. It is no key: only whom it names is let in.",
            exits=(Exit.NOT_RUNNING, Exit.UNREACHABLE, Exit.CONFLICT),
        ),
        Command("org ls", "List the organisations known here.", ls, exits=(Exit.NOT_RUNNING,)),
        Command("org show", "Show an organisation, and who signs for it.", show, (_ORG,), exits=(Exit.NOT_RUNNING,)),
        Command(
            "org staff",
            "List who signs for an organisation (ls), let somebody (add), or end that (end).",
            staff,
            (
                Argument(("action",), "What to do.", choices=ACTIONS),
                _ORG,
                Argument(("somebody",), "Their name or id.", optional=True),
                Argument(("--may",), "With `add`: only this type of record.", kind="repeat", metavar="TYPE"),
                Argument(("--until",), "With `add`: for work up to this day.", metavar="DATE"),
                Argument(("--project",), "With `add`: only for this project."),
                Argument(
                    ("--max",), "With `add`: up to this amount, such as 5000.00 EUR.", metavar="AMOUNT", into="most"
                ),
                Argument(("--may-delegate",), "With `add`: may let others sign, too.", kind="flag"),
                Argument(("--reason",), "With `end`: why.", choices=REASONS),
                Argument(("--all",), "With `ls`: also what was ended.", kind="flag", into="everyone"),
                Argument(("--propose",), "Only propose it to the founders, who decide by votes.", kind="flag"),
                _YES,
            ),
            text="Whoever is let sign does so with their own device, by `--as ORG`, once they have accepted. Everybody "
            "sees who signed, for whom, and by which mandate.\n\n`end` dismisses somebody: what they signed before, as "
            "far as this node knows, stays in force; what they sign afterwards counts nowhere. Limits are compared "
            "with what a record says of itself: its day, its project.",
            examples=(
                ("A clerk who logs work", "meshnode org staff add 'Blue Ltd' Carol --may contribution"),
                ("Dismiss somebody", "meshnode org staff end 'Blue Ltd' Carol"),
            ),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT),
        ),
        Command(
            "org leave",
            "Stop signing for an organisation.",
            leave,
            (_ORG, _YES),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "reaffirm",
            "Stand by a contested record of yours, or of an organisation you sign for.",
            reaffirm,
            (Argument(("record",), "The id, or any end or beginning of it that fits only one.", metavar="ID"),),
            text="A record is contested if the authority it was signed with was ended, and neither knew of the other, "
            "or if it goes beyond the limits of a mandate. Whoever still signs for its author, and has no such limit, "
            "can accept it: then it stands as if it had never been contested. What waits for that is in the inbox.",
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED, Exit.CONFLICT),
        ),
    )
}
