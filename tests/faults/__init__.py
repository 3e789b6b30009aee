"""Faults on purpose: each promise about the disk is tried with the disk, the process or the files broken."""
