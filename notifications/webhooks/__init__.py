"""Webhooks: who hears what (registering), when it goes out (queueing), how it is sent (posting)."""
