"""What `scripts/bench` measures: one module for each subject, one JSON line for each figure."""
