"""How long tests wait for what must come."""

DEADLINE = 60.0
"""Seconds after which a test gives up waiting for what usually takes milliseconds.

Machines that run tests are busy with other things as well: a short deadline measures them, not us. How quick things
are is for `scripts/bench` to say. A test shows in what order, or for what reason, something happens: it sets the times
that must not matter far beyond this deadline.
"""
