"""Sentences of English and Spanish smart-home commands, composed from templates and word lists."""
