"""Answers that customers write to our mails: how they reach us, and to which message each belongs."""
