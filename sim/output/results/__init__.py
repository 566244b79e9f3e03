"""Results of each command: what it computes, and what it writes into its folder."""
