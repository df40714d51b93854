"""Every SELECT, INSERT, UPDATE and DELETE of the room, and the sealing and opening of what its rows carry.

Rows stay in here: contracts go in and come out. Only these modules see the tables.
"""
