"""Whether a score foretells anything: outcomes, and how they fell out by score, band and list."""
