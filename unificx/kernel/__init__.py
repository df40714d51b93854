"""Ground floor: words every room shares. Imports nothing of the house."""
