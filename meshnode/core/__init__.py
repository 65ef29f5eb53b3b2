"""Decides: an event and a moment come in, effects go out. No I/O, no clock, no chance of its own."""
