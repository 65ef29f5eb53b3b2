"""A statement as a page to print: one file of HTML without scripts, that loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

from meshnode.words.money import is_exponent, tell_money
from meshnode.words.safe_text import clean
from meshnode.words.shown import where
from meshnode.words.statements import ASIDE, amount_of, nothing, period, said

if TYPE_CHECKING:
    from meshnode.client.money_answers import Account, Columns, Entry, Statement

STYLE = """
body { font: 11pt/1.4 system-ui, sans-serif; color: #111; background: #fff; margin: 2rem auto; max-width: 60rem; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ccc; vertical-align: top; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:first-child { white-space: nowrap; }
tr.sum td { font-weight: 600; border-bottom: 2px solid #111; }
code { font: .8em ui-monospace, monospace; overflow-wrap: anywhere; }
p.digest { margin: .3rem 0; }
@media print { body { font-size: 10pt; margin: 0; max-width: none; } }
@media print { h2 { break-after: avoid; } tr { break-inside: avoid; } }
@page { size: A4; margin: 2cm 1.8cm; }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_HEADS = ("Day", "What", "Record", "Amount", "Open")


def page(found: Statement) -> str:
    """The whole page. Everything that people wrote is escaped, and a strict policy stands in its head."""
    name = _text(found["agent"]["name"]) or _text(found["agent"]["id"])
    title = f"Statement of {name}"
    accounts = "\n".join(map(_account, found["accounts"])) or f"<p>{nothing(found)}</p>"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{_HASH}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}, {_text(period(found))}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
<p>{_text(period(found))} · <code>{_text(found["agent"]["id"])}</code></p>
{accounts}
<p class="digest">Digest of this statement: <code>{_text(found["digest"])}</code></p>
<p>Every node that holds the same records prints the same digests. Written {_text(found["as_of"])}.</p>
</body>
</html>
"""


def _account(account: Account) -> str:
    cur = _text(account["cur"]) + ("" if is_exponent(account["exp"]) else " (minor units)")
    heads = "".join(f'<th scope="col"{_CLASS[place > 2]}>{head}</th>' for place, head in enumerate(_HEADS))
    exp = account["exp"]
    rows = [_sum("Opening balance", account["opening"], exp)]
    rows += [_entry(each, exp) for each in account["entries"]]
    rows.append(_sum("Closing balance", account["closing"], exp))
    return f"""<h2>{_text(where(account["agreement"]))} · {cur}</h2>
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody>
</table>
{_aside(account["closing"], cur, exp)}<p class="digest">Digest: <code>{_text(account["digest"])}</code></p>"""


def _entry(entry: Entry, exp: int | None) -> str:
    cells = (_text(entry["on"]), _text(said(entry)), f"<code>{_text(entry['record'])}</code>")
    plain = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr>{plain}{_number(amount_of(entry), exp)}{_number(entry['after'], exp)}</tr>"


def _sum(name: str, columns: Columns, exp: int | None) -> str:
    return f'<tr class="sum"><td></td><td>{name}</td><td></td><td class="n"></td>{_number(columns["open"], exp)}</tr>'


def _aside(closing: Columns, cur: str, exp: int | None) -> str:
    told = [(label, closing[name]) for name, label in ASIDE if closing[name]]
    words = ", ".join(f"{label} {tell_money(number, exp)} {cur}" for label, number in told)
    return f"<p>Beside that: {words}.</p>\n" if words else ""


def _number(amount: int, exp: int | None) -> str:
    return f'<td class="n">{tell_money(amount, exp)}</td>'


def _text(text: str) -> str:
    return escape(clean(text))


_CLASS = {True: ' class="n"', False: ""}
