"""Finding things: folding, the query language, scanning, and the index that follows the journals."""
