"""What one member says to another: formats, sealed messages, server and client."""
