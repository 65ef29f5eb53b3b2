"""What the node writes for people and for programs that collect it: whatever a line quotes, it stays one line."""


def printable(line: str) -> str:
    """A line in which whatever is no plain letter is written out: nothing in it forges a line or steers a terminal."""
    if line.isprintable():
        return line
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
