"""The fold as the text has it (04-fold), by sets and searches: slow, small, and nothing shared with meshproto.fold."""
