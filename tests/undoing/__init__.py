"""Undo against a book kept by hand: every command that edits, two coders, restarts and crashes."""
