"""Long tests: offices, mutants, kills and full disks at random, for as long as one likes."""
