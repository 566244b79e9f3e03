"""The commands, one function each: parse, one call into the program, print. `cli.py` is their door."""
