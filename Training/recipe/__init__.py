"""The recipe that makes Lorikeet's built-in model from nothing: see ../README.md."""
