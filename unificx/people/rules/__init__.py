"""Pure decisions of the room: what a value must look like, who may do what, how guessing is slowed."""
