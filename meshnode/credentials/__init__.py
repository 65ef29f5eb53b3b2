"""Verifiable credentials of the W3C: what somebody contributed, for readers who know nothing of meshnode."""
