"""What comes in from other programs and goes out to files: imports, exports, bundles, erasure."""
