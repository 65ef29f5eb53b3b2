"""What is kept: the truth (records.db), what is derived from it (views.db), the key file and the home they stand in."""
