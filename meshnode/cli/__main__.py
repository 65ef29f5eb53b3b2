"""`python -m meshnode.cli`: the command line where no `meshnode` is installed on the PATH."""

from meshnode.cli.main import entry

if __name__ == "__main__":
    entry()
