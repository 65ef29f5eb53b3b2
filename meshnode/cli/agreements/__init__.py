"""Commands about agreements: their terms, their state, what is decided in them."""
