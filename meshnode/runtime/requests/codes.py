"""Languages and skills as facts take them."""

from unicodedata import normalize

from meshnode.runtime.refusals import Code, Refusal
from meshnode.views.names import slug

LONGEST_CODE = 200


def code_of(text: str) -> str:
    """A language or skill in printable ASCII without spaces. Raises Refusal if nothing is left."""
    if text.isascii() and text.isprintable() and " " not in text:
        code = text
    else:
        code = slug("".join(each for each in normalize("NFKD", text) if each.isascii()))
    if not 0 < len(code) <= LONGEST_CODE:
        raise Refusal(Code.BAD_REQUEST, f"{text!r} makes no short name", "write skills and languages as short words")
    return code
