"""The demonstration: five nodes in one process, over real connections, in a folder that is removed again."""
