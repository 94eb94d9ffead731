"""From captured packets to a published recording."""
