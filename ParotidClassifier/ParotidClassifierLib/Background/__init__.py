"""The background process and what is asked of it."""
