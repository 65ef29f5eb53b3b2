"""The command line: reads a command, asks the node over its Unix socket, prints for people or as JSON."""
