"""Many cases: the table that lists them and the stages run over all of them."""
