"""Editing of a policy document: document + edit → document, in words and as curves. Pure functions; no Django."""
