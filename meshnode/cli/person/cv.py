"""`meshnode cv export | verify`: what you contributed, for people and programs that know nothing of meshnode."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.files.files_out import target, write_text
from meshnode.cli.hints import quoted
from meshnode.cli.money.days import read_day
from meshnode.words.safe_text import clean
from meshnode.words.shown import count

if TYPE_CHECKING:
    from meshnode.credentials.report import Claims, Credential, Report


def export(
    desk: Desk,
    *,
    file: str,
    network: str | None,
    agreement: str | None,
    project: str | None,
    first: str | None,
    last: str | None,
    texts: bool,
    challenge: str | None,
    domain: str | None,
    force: bool,
) -> Exit:
    """Write a signed presentation."""
    path = target(desk, file, force=force)
    desk.out.progress("gathering what you contributed …")
    found = desk.client().credentials.present(
        network=network,
        agreement=agreement,
        project=project,
        first=read_day(desk, first) or None,
        last=read_day(desk, last) or None,
        texts=texts,
        challenge=challenge,
        domain=domain,
    )
    desk.out.progress_done()
    text = json.dumps(found["presentation"], ensure_ascii=False, indent=2) + "\n"
    write_text(path, text, force=force)
    told = {name: found[name] for name in ("credentials", "contributions", "confirmations", "key")}
    said = f"{count(found['contributions'], 'contribution')}, confirmed {times(found['confirmations'])} by others"
    answer = {"path": str(path), "bytes": path.stat().st_size, "texts": texts, **told}
    desk.out.give_or_ok("cv.export", answer, f"Written   {clean(str(path))}   {said}")
    if not found["contributions"]:
        desk.out.line("  What stands in your notebook alone is left out; see `meshnode share --help`.")
    elif not texts:
        desk.out.line("  Without titles, texts and names; add --texts to tell them.")
    desk.next_steps(("Check it anywhere", f"meshnode cv verify {quoted(str(path))}"))
    return Exit.OK


def verify(desk: Desk, *, file: str) -> Exit:
    """Check a credential or presentation."""
    from meshnode.credentials.proof import ProofRefused
    from meshnode.credentials.report import LARGEST, examine

    path = Path(file).expanduser()
    try:
        with path.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be read ({error.strerror})") from error
    try:
        report = examine(raw, datetime.now(UTC))
    except ProofRefused as refused:
        cause = f"{clean(str(path))} does not verify: {clean(refused.why)}"
        raise Failure(Exit.VERIFICATION, cause, "meshnode cv verify --help") from refused
    if desk.out.as_json:
        desk.out.give("cv.verify", {"path": str(path), "ok": True, **_answer(report)})
        return Exit.OK
    _show(desk, path, report)
    return Exit.OK


def times(number: int) -> str:
    """How often, in words."""
    return "once" if number == 1 else f"{number:,} times"


def _show(desk: Desk, path: Path, report: Report) -> None:
    what = count(len(report.credentials), "credential") if report.kind == "presentation" else "1 credential"
    desk.out.ok(f"Every proof holds   {clean(str(path))}   {what}")
    desk.out.fields([("signed by", clean(report.holder)), ("on", clean(report.proven.created))])
    asked = [("made for", report.proven.domain), ("challenge", report.proven.challenge)]
    desk.out.fields([(name, clean(value)) for name, value in asked])
    for each in report.credentials:
        _show_credential(desk, each)


def _show_credential(desk: Desk, each: Credential) -> None:
    claims = each.claims
    desk.out.line(
        f"  {clean(', '.join(each.kinds)) or 'credential'}   about {clean(each.subject) or 'nobody named'}", "bold"
    )
    if not each.own_key:
        desk.out.warn(
            f"its issuer is {clean(each.issuer)}; whether the key that signed it is theirs is not in the file"
        )
    desk.out.fields([("  work", _work(claims)), ("  confirmed", _words(claims))])


def _work(claims: Claims) -> str:
    if not claims.contributions:
        return ""
    told = f"{count(claims.contributions, 'contribution')}, {claims.shown:,} of them shown by signed records"
    rest = claims.contributions - claims.shown
    why = "no record here says the same, as after a correction or where a record was left out"
    return f"{told}; {rest:,} only claimed: {why}" if rest else told


def _words(claims: Claims) -> str:
    if not claims.confirmations:
        return ""
    people = "1 person" if len(claims.witnesses) == 1 else f"{len(claims.witnesses)} people"
    told = f"{times(claims.confirmations)}, {claims.seen:,} of them shown by signed records of {people}"
    rest = claims.confirmations - claims.seen
    return f"{told}; {rest:,} only claimed" if rest else told


def _answer(report: Report) -> dict[str, object]:
    return {
        "kind": report.kind,
        "holder": report.holder,
        "created": report.proven.created,
        "challenge": report.proven.challenge,
        "domain": report.proven.domain,
        "credentials": [
            {
                "types": each.kinds,
                "issuer": each.issuer,
                "own_key": each.own_key,
                "subject": each.subject,
                "valid_from": each.valid_from,
                "contributions": each.claims.contributions,
                "shown": each.claims.shown,
                "confirmations": each.claims.confirmations,
                "confirmations_shown": each.claims.seen,
                "confirmed_by": sorted(each.claims.witnesses),
            }
            for each in report.credentials
        ],
    }


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "cv export",
            "Write what you contributed, who confirmed it and where you stand, as signed credentials.",
            export,
            (
                Argument(("file",), "The file to write.", complete="file"),
                Argument(("--network",), "Only this network."),
                Argument(("--agreement",), "Only work under this agreement."),
                Argument(("--project",), "Only this project."),
                Argument(("--from",), "The first day: 2026-01-01.", metavar="DATE", into="first"),
                Argument(("--to",), "The last day.", metavar="DATE", into="last"),
                Argument(("--texts",), "Tell titles, texts, and the names of people and networks.", kind="flag"),
                Argument(("--challenge",), "What whoever wants to see it gave you."),
                Argument(("--domain",), "Who that is."),
                Argument(("--force",), "Replace the file if it exists.", kind="flag"),
            ),
            text="Verifiable Credentials 2.0 of the W3C in a presentation, with proofs by eddsa-jcs-2022: one "
            "for the work in each network or agreement, one for each membership. This device's key signs them, named "
            "by did:key. The records themselves stand in it as evidence, yours and those by which others confirmed the "
            "work. Your notebook and what was retracted or rejected are left out; work that you shared into several "
            "places is told once.",
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
        Command(
            "cv verify",
            "Check verifiable credentials, with nothing but the file.",
            verify,
            (Argument(("file",), "The file.", complete="file"),),
            text="Takes any credential or presentation with proofs by eddsa-jcs-2022 and did:key, also of others. "
            "Nothing is looked up anywhere. The proof says who says so; what signed records in it show is told apart.",
            exits=(Exit.VERIFICATION,),
        ),
    )
}
