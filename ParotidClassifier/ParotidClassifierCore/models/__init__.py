"""Selection, signatures, the eleven models and the bundle that carries them."""
