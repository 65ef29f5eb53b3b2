"""Commands that read or write files: backups, bundles, moving home, exports and imports."""
