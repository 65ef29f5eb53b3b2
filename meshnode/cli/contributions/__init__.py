"""Commands about work: logging it, listing it, saying what one thinks of that of others."""
