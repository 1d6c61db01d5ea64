"""Pages of the people room, a file for each subject."""
