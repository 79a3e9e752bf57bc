"""What files define, import, call and launch, told from their text."""
