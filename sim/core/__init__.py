"""The ground: errors, times and dates, arrays, random streams, compiling, and safe texts and names."""
