"""What a peer could write in order to run, to deceive, or to be taken for something else: one of each kind."""

from collections.abc import Mapping

PAYLOADS: Mapping[str, str] = {
    "element": "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "attribute": "\" onmouseover=alert(1) x=\"' autofocus onfocus='alert(1)' style='position:fixed'>",
    "end of the page": "--></title></style></textarea></script></svg><base href=//evil.example><!--<![CDATA[",
    "address": "javascript:alert(1)//https://evil.example/?data:text/html,<b>",
    "template": "{{7*7}}${7*7}#{7*7}<%= 7*7 %>{% raw %}{{config}}{# [[1]]",
    "markdown": "[go](javascript:alert(1)) ![x](http://evil.example/p.png) `code` **loud** # head\n> quote\n| a | b |",
    "entity": "&lt;b&gt;&#60;script&#62;&amp;amp;&nbsp;&NewLine;\\u003cscript\\u003e",
    "terminal": "\x1b[2J\x1b[1;1Hgone\x1b]0;title\x07\x1b]8;;http://evil.example\x1b\\x\x1b]52;c;ZXZpbA==\x07\x9b2J\x90q\x9c",
    "direction": "\u202egnp.exe\u2066\u200f\u061c\u2028\u2029\u0085",
    "unseen": "a\u200b\ufeff\u2060\u00ad\U000e0041\x00b\x08\x08",
    "lines": "one\r\nmeshnode: all is well\n\n; 2026-01-01 x\r  assets:cash  1 EUR\ndata: {}\n\nevent: end",
    "query": "' OR 1=1 --\"; DROP TABLE entries; NEAR(a b) * -x ^y title:z AND (",
    "marks": "Z" + "\u0301\u0489" * 60,
    "long": "W" * 3_000,
}
"""By what each tries."""
FORMULAS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    " =1",
    "\u3000=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "\n=1",
)
"""What a spreadsheet takes for a formula at the beginning of a cell, or after what it cuts off there."""
NASTY: Mapping[str, str] = {**PAYLOADS, **{f"formula {number}": each for number, each in enumerate(FORMULAS)}}
"""All of it."""
