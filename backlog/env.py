"""Typed, strict reading of the environment. A secret may also come from a file named by NAME_FILE."""

from __future__ import annotations

from environs import FileAwareEnv

env = FileAwareEnv()
