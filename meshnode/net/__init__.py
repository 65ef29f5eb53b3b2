"""Byte streams between nodes: ports, settings, and what carries them.

`transport.py` says what the rest of the program may rely on; `memory.py` and `libp2p/` keep those promises, and
one set of conformance tests runs against both. Only `libp2p/` knows the library of that name.
"""
