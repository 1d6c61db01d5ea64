"""The catalogue in the places of the frame and of the rooms below."""


def fill() -> None:
    """Called once, when the program is ready."""
