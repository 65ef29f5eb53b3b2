"""Lines that people paste to each other: cards, invitations, pairing, consent (10-lines)."""
