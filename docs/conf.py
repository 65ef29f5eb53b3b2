"""How Sphinx builds the handbook. `scripts/docs` gathers its pages first and calls Sphinx with warnings as errors."""

import meshnode

project = "meshnode"
author = "the authors of meshnode"
version = release = meshnode.__version__

extensions = ["myst_parser"]
myst_heading_anchors = 4
# What stands in the pages is what is printed: quotes and dashes belong to commands.
smartquotes = False
nitpicky = True

html_theme = "furo"
html_title = "meshnode"
# Sources and search stay on the pages' own disk; nothing is loaded from elsewhere.
html_copy_source = False
html_show_copyright = False
