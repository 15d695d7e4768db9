"""What the picture of a result is made of."""
