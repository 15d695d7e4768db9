"""Loading a case, its working grid and its quality findings."""
