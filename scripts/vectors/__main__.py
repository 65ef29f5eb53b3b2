"""Write all vectors: `python -m scripts.vectors`, or to another folder: `python -m scripts.vectors DIR`."""

import sys
from pathlib import Path

from scripts.vectors.files import write_all

if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "protocol" / "vectors")
