"""The commands, one function each: parse, one call into the program, print. `door` is the program that they make."""
