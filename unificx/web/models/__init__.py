"""What goes over the wire, a module for each part of the API."""
