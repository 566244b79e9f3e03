"""What each command finds or computes, and the folder it leaves."""
