"""Takes out of a text whatever tells who somebody is, what they do, and where: for what is given to strangers.

Two nets, one behind the other: patterns catch ids, keys, addresses, paths and whatever is quoted, wherever it comes
from; the names that this node knows are taken out one by one. What is left over is our own words and numbers.
"""

import re
from collections.abc import Iterable

SHORTEST_WORD = 3
"""Letters of a word of a name that is taken out by itself, too; shorter ones stand in every sentence."""

# The order matters: what contains the others comes first.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A file of ours in a traceback says where the bug is; the folder before it, where somebody lives.
    (re.compile(r"File \"[^\"]*?/((?:meshnode|meshproto|site-packages)/[^\"]*)\""), r"File \1"),
    (re.compile(r"^(\s*[\w.]*(?:Error|Exception|Failed|Refusal|Damaged|Group)): .*$", re.MULTILINE), r"\1: ‹words›"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "‹mail›"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+"), "‹address›"),
    (re.compile(r"(?:/(?:ip4|ip6|dns[46]?|tcp|p2p)/[^\s,;)\"]+)+"), "‹address›"),
    (re.compile(r"(?<![\w‹/])(?:~|\.{0,2})/[^\s,;:)\"']*"), "‹path›"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "‹address›"),
    (re.compile(r"(?<![\w.])(?:[0-9a-fA-F]{0,4}:){3,}[0-9a-fA-F]{0,4}(?:%\w+)?"), "‹address›"),
    (re.compile(r"\b\w{4,}(?:…|\.\.\.)\w{2,}\b"), "‹id›"),
    (re.compile(r"\b(?=[\w-]*\d)[A-Za-z0-9_-]{16,}\b"), "‹id›"),
    (re.compile(r"\b[A-Za-z0-9_-]{32,}\b"), "‹id›"),
    (re.compile(r"\b[a-z]+(?:-[a-z]+){3}\b"), "‹words›"),
    # A label such as reason="unknown-author" is a word of ours; whatever else stands between quotes is somebody's.
    (
        re.compile(r"'[^'\n]*'|(?<!=)\"[^\"\n]*\"|=\"(?![a-z_ +.0-9-]{1,24}\"|\+Inf\")[^\"\n]*\"|`[^`\n]*`|“[^”\n]*”"),
        "‹quoted›",
    ),
)


class Redaction:
    """Takes names and whatever looks like an id, an address or a path out of texts."""

    def __init__(self, names: Iterable[str]) -> None:
        """`names` are what people, networks, projects and the like are called here."""
        whole = {each.strip() for each in names if each.strip()}
        words = {word for each in whole for word in re.findall(r"\w+", each) if len(word) >= SHORTEST_WORD}
        ordered = sorted(whole | words, key=lambda each: (-len(each), each))
        pattern = "|".join(map(re.escape, ordered))
        self._names = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if ordered else None

    def of(self, text: str) -> str:
        """The text without them."""
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text if self._names is None else self._names.sub("‹name›", text)
