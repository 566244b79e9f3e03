"""Pages: one HTML file that holds everything it shows, in all languages, and asks no network for anything."""
