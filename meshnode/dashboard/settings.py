"""The bounds of the dashboard."""

LINK_SECONDS = 60.0
"""How long a link to log in by waits to be opened; a browser opens it at once."""
MAX_LINKS = 8
"""Links that wait at the same time; of more, the oldest ends. Nobody opens eight browsers within a minute."""
SESSION_SECONDS = 12 * 3600.0
"""How long a browser stays logged in: a working day. Nothing prolongs it, and nothing outlives the node's process."""
MAX_SESSIONS = 16
"""Browsers logged in at the same time; of more, the one that logged in first is out."""
SECRET_BYTES = 32
"""Random bytes of a link's token and of a session's cookie: 256 bits, so that nobody guesses one."""

MAX_STREAMS = 12
"""Pages that wait for news at the same time; each holds a connection. A thirteenth shows its news when it is loaded."""
NEWS_GAP = 0.15
"""Seconds in which news is gathered before a page hears of it: a sync is not redrawn record by record."""
BEAT_SECONDS = 15.0
"""How often a waiting page hears that the node is still there."""

MAX_FORM = 64 << 10
"""Bytes of what a form sends; the longest, a contribution with its text, stays far below."""
RENDERERS = 2
"""Pages put into words at the same time, in threads beside the event loop: more would only take turns."""
PAGE_ROWS = 40
"""Rows of a list on one page."""
MOST_LISTED = 500
"""Networks, peers, projects and the like that a page knows of: as many as the API tells at once."""
