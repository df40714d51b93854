"""Recording consent: a pure state machine without a clock."""
