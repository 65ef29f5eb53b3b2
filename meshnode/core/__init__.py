"""What the node decides. No I/O: an event and a moment come in, effects go out."""
