"""Journal and state: what was written down before it was acted on, and how to find it again."""
