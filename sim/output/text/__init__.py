"""What the terminal says, in every language: answers, tables, names and numbers."""
