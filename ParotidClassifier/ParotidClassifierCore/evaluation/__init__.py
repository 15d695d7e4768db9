"""How good the models are: every figure of a study, from the probabilities of its cases."""
