"""How a browser is let in to the dashboard."""

from meshnode.api.models.shared import Model


class LoginLink(Model):
    """An address that logs in the browser that opens it first, within so many seconds."""

    url: str
    seconds: int
