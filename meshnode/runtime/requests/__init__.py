"""What the owner can ask to be written, one file per subject. The API and the dashboard call the same functions."""
