"""The commands, one function each: parse, one call into the program, print. `main` is the program that they make."""
