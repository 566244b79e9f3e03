"""Pages: one HTML file that holds everything it shows, in Chinese and English, and asks no network for anything."""
