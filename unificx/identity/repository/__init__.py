"""All SQL of this area, with sealing and opening of its rows.

Rows never leave these modules: arguments and results are schemas.
"""
