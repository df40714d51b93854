"""Invoices: billing details, issuing once a month, documents, payments that are open."""
