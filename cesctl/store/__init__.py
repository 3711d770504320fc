"""The event store: what was read of exports is kept, so that a later run reads only what is new."""
