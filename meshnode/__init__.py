"""meshnode: your own node in the value network."""

__version__ = "0.1.0"
