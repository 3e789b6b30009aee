"""The program at a real terminal: a pty, an emulated screen, every byte kept."""
