"""Read articles closely in the terminal: tag, note, find, undo, export."""

__version__ = "0.1.0"
