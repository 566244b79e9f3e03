"""The ground: errors, units and calendar, tables, random streams, compiling and its cache, and safe texts and names."""
