"""Makes protocol/vectors/wire/*.json, the cases for 03-sync: `python -m scripts.wire_vectors`."""
