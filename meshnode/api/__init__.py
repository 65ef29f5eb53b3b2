"""The local API `/v1`: one table of routes over the commands and queries of the running node."""
