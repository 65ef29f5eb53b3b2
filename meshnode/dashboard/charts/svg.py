"""Elements of SVG from Python: everything is escaped, and what people wrote loses what steers how it is read."""

from markupsafe import Markup, escape

from meshnode.words.safe_text import clean, cut

Number = int | float


def element(tag: str, *inside: str, **attributes: str | Number) -> Markup:
    """One element; `class_` and `text_anchor` become `class` and `text-anchor`."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"' for name, value in attributes.items()
    )
    return Markup(f"<{tag}{written}>{''.join(map(_content, inside))}</{tag}>")


def drawing(width: Number, height: Number, says: str, *inside: str) -> Markup:
    """A whole drawing, which says in a sentence what it shows to who does not see it."""
    box = f"0 0 {_plain(width)} {_plain(height)}"
    return element("svg", element("title", says), *inside, viewBox=box, role="img", aria_label=clean(says))


def words(x: Number, y: Number, text: str, letters: int = 200, **attributes: str | Number) -> Markup:
    """A text at a place, of at most so many letters; what is cut off shows whole when pointed at."""
    shown = cut(text, letters)
    whole = () if shown == clean(text) else (element("title", text),)
    return element("text", shown, *whole, x=x, y=y, **attributes)


def _plain(value: str | Number) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else clean(str(value))


def _content(each: str) -> str:
    return each if isinstance(each, Markup) else str(escape(clean(each)))
