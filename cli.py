"""`python cli.py COMMAND` is `lettersim COMMAND`, for who has the sources and has installed nothing."""

from sim.commands.main import cli as cli
from sim.commands.main import main

if __name__ == "__main__":
    main()
