"""Figures of the running program, as ratios to a bare program of the same toolkit."""
