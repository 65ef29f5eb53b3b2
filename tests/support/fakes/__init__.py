"""Fakes behind ports, and what they answer."""
