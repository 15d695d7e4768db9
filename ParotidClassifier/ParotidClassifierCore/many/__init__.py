"""Many cases at once: one folder a case, one table and one page of all."""
