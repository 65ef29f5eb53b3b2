"""Tables for people, computed from what the fold decides; pure, without SQL, files or clocks."""
