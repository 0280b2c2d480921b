"""What the daemon says about itself: logs that hold no secret and no subject."""
