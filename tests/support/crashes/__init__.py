"""Processes that are killed, disks that fail, and what must have outlived it."""
