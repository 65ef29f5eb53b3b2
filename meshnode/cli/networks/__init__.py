"""Commands about others: networks, organisations, peers, and what is kept of whom."""
