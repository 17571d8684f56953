"""Prompts in, masks out: one protocol, one file per backend."""
