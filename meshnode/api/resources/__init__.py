"""The handlers of the routes, one file per resource: from a call to a command or question, and from rows to models."""
