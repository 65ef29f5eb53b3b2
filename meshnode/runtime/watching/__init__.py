"""Whether the node can keep its promises, and what it measures of itself."""
