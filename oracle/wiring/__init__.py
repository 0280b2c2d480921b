"""The only place that builds things and joins them: adapters between rooms, one member from settings."""
