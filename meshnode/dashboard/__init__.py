"""The pages that the node shows its owner in a browser."""
