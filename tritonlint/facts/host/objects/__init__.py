"""Objects and their classes: how they are made, and what their class or their use tells of them."""
