"""What `scripts/bench` measures, one module for each subject; see `protocol/decisions` for how to read the figures."""
