"""What the owner may set: sections, where each value comes from, and the places on disk."""
