"""What a user can configure, one noun a file; nothing runs here."""
