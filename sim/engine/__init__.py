"""The engine contract, the two engines that keep it, the audit of a log, and the proof that they agree."""
