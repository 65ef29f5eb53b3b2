"""What people may agree on, in words: contracts, equations and ready-made terms. Pure, like the core."""
