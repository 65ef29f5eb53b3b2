"""`meshnode attest` and `meshnode ballot`: what one says of others' work under an agreement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, where, who, who_briefly
from meshnode.words.times import show_moment
from meshnode.words.units import SHORT, Unclear, parse_amount, show_number

if TYPE_CHECKING:
    from meshnode.client.answers import Quantity
    from meshnode.client.money_answers import Attestation, Evaluation

ROLES = ("witness", "peer", "client", "steward")


def attest(
    desk: Desk,
    *,
    contribution: str,
    qty: str | None,
    rating: int | None,
    reject: bool,
    note: str | None,
    role: str | None,
    as_: str | None,
) -> Exit:
    """Say of somebody's work what one has seen of it."""
    if reject and (qty is not None or rating is not None):
        raise _usage("who rejects work names neither --qty nor --rating; --note says why")
    if rating is not None and not 1 <= rating <= 5:
        raise _usage("--rating is a number from 1 to 5")
    said: dict[str, object] = {"rating": rating, "reject": reject or None, "note": note, "role": role}
    told = desk.client().money.attest(contribution, {**said, **_amount(qty)}, as_=as_)
    verb = "Rejected" if reject else "Confirmed"
    desk.out.give_or_ok("attest", told, f"{verb}   {short_id(told['contribution'])}   it stands as {state_of(told)}")
    desk.warn_of(doubts_of(told["doubles"]))
    return Exit.OK


def ballot(desk: Desk, *, agreement: str, points: list[str], round_: str | None, as_: str | None) -> Exit:
    """Share out points among others, or show who gave what."""
    money = desk.client().money
    given = [_points(each) for each in " ".join(points).split(",") if each.strip()]
    if given:
        written = money.cast_ballot(agreement, given, round_=round_, as_=as_)
        left = f"{written['left']} of {written['budget']} left to give" if written["left"] else "all given"
        desk.out.give_or_ok(
            "ballot",
            written,
            f"Cast   {short_id(written['id'])}   in {where(written['scope'])}, {clean(written['round'])}: {left}",
        )
        if written["left"] and not desk.out.as_json:
            desk.out.line("  Another ballot takes the place of this one, so it names everybody again.")
        return Exit.OK
    found = [*money.ballots(agreement, round_)]
    if desk.out.as_json:
        desk.out.give("ballot", {"items": found})
    elif not found:
        desk.out.line("No ballots yet.")
        desk.next_steps(("Give points", f'meshnode ballot {quoted(agreement)} "ana 30, bo 20"'))
    else:
        rows = [
            (
                clean(each["round"]),
                who_briefly(each["agent"]),
                ", ".join(f"{who(one['agent'])} {one['points']}" for one in each["points"]),
                "" if each["counts"] else "no",
            )
            for each in found
        ]
        desk.out.table(("ROUND", "GIVER", "POINTS", "COUNTS"), rows, flexible=2)
    return Exit.OK


def doubts_of(doubles: list[str]) -> list[str]:
    """What to say of contributions that may claim the same."""
    return [f"possible double claim: {short_id(each)} may be the same work" for each in doubles]


def state_of(told: Evaluation) -> str:
    """How a contribution stands in words, with what it lacks."""
    state = clean(told["state"])
    if state == "claimed":
        return f"claimed: {told['confirming']} of {told['needed']} have confirmed it ({told['reason'] or 'A-FEW'})"
    confirmed = told["confirmed"]
    if confirmed is None or (confirmed["n"], confirmed["u"]) == (1, "C62"):  # one thing, and no number of it
        return state
    return f"{state}: {_quantity(confirmed)}"


def said_of(told: Evaluation) -> list[tuple[str, str]]:
    """What was said of a contribution, as fields."""
    place = where(told["agreement"]) if told["agreement"]["kind"] == "agreement" else ""
    rows = [("agreement", place), ("stands as", state_of(told))]
    heard = {each["agent"]["id"] for each in told["attestations"] if each["counts"]}
    said = [_said(each, again=each["agent"]["id"] in heard) for each in told["attestations"]]
    rows += [("said" if not number else "", each) for number, each in enumerate(said)]
    answers = [f"{who(each['agent'])} {each['answer']}s" for each in told["shares"] if each["answer"]]
    return [*rows, ("shares", ", ".join(answers))]


def _said(one: Attestation, *, again: bool) -> str:
    """One word on a contribution; `again` if its author has said another that counts."""
    words = "rejects it" if one["verdict"] == "reject" else "confirms it"
    if one["quantity"] is not None:
        words = f"confirms {_quantity(one['quantity'])}"
    rated = f", rated {one['rating']}" if one["rating"] is not None else ""
    note = f": {clean(one['note'])}" if one["note"] else ""
    aside = "" if one["counts"] else " (said otherwise since)" if again else " (does not count)"
    return f"{who(one['agent'])} ({clean(one['role'])}) {words}{rated}{aside}{note}   {show_moment(one['at'])}"


def _quantity(amount: Quantity) -> str:
    if amount["u"] == "SEC" and amount["s"] == 0:
        from meshnode.words.times import show_duration

        return show_duration(amount["n"])
    return f"{show_number(amount['n'], amount['s'])} {SHORT.get(amount['u'], clean(amount['u']))}"


def _amount(qty: str | None) -> dict[str, object]:
    if qty is None:
        return {}
    try:
        much = parse_amount(qty)
    except Unclear as unclear:
        raise _usage(str(unclear)) from unclear
    if much.value is not None:
        raise _usage("money is confirmed as a whole, or rejected: leave --qty out")
    return much.fields()


def _points(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"\s*(.+?)[\s:=]+([0-9]{1,4})\s*", text)
    if found is None:
        raise Failure(Exit.USAGE, f'{clean(text)!r} names nobody and no points: write "ana 30, bo 20"')
    return found[1], int(found[2])


def _usage(what: str) -> Failure:
    return Failure(Exit.USAGE, what, "meshnode attest --help")


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "attest",
            "Confirm or reject somebody's work, under an agreement or in a network.",
            attest,
            (
                Argument(("contribution",), "The id of the work.", metavar="ID"),
                Argument(("--qty",), "How much of it you confirm; all of it unless you say so.", metavar="AMOUNT"),
                Argument(("--rating",), "How good it is, from 1 to 5, where the agreement asks.", kind="number"),
                Argument(("--reject",), "Say that it was not so.", kind="flag"),
                Argument(("--note",), "Why, for those in the agreement to read.", metavar="TEXT"),
                Argument(
                    ("--role",),
                    "As what you say it (client, or peer, by what the agreement has you for).",
                    choices=ROLES,
                ),
                AS,
            ),
            text="Work is acknowledged once as many have confirmed it as the agreement asks for; then it counts with "
            "the low median of what they said, at most what was claimed. Saying it anew takes the place of what you "
            "said before. Nobody's word counts for their own work, or for work done for them. In a network "
            "the charter says how many must confirm; one member, if it says nothing.",
            examples=(
                ("All of it", "meshnode attest bafkreidbnzqs4l --rating 4"),
                ("Two hours of the three", "meshnode attest bafkreidbnzqs4l --qty 2h --note 'we stopped at noon'"),
            ),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
        Command(
            "ballot",
            "Share out points among the others in an agreement, or list who gave what.",
            ballot,
            (
                Argument(("agreement",), "The agreement, by title or id."),
                Argument(("points",), 'Who gets how many: "ana 30, bo 20".', kind="many", optional=True),
                Argument(
                    ("--round",),
                    "The round; else that which the next distribution looks at.",
                    metavar="NAME",
                    into="round_",
                ),
                AS,
            ),
            text="Each ballot has the same influence, however many points it gives; points to oneself do not exist. A "
            "ballot in the same round takes the place of the one before.",
            examples=(("Thank two of us", 'meshnode ballot acme-site "Ben 30, Carol 20" --round spring'),),
            exits=(Exit.NOT_RUNNING, Exit.NOT_AUTHORISED),
        ),
    )
}
