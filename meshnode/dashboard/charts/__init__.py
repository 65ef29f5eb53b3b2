"""Drawings: pure functions from figures to SVG, whose colours and letters stand in the style sheet."""
