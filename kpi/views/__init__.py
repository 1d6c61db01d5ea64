"""The pages of the room, a file for each part of the work."""
