"""One run by the clock: what is new is taken in, everyone scored, all of it written, reported and told."""
