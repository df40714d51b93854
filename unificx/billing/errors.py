"""Refusals that a form shows at a field, each with a code by which clients translate it."""

from unificx.core.errors import Conflict


class ReferenceRecorded(Conflict):
    """A payment or refund with this reference is in the ledger."""

    code = "reference_recorded"


class InvoiceNotPayable(Conflict):
    """The invoice that a payment names is paid, cancelled, a credit note or of another currency."""

    code = "invoice_not_payable"


class RefundTooLarge(Conflict):
    """All refunds of a payment together would be more than the payment."""

    code = "refund_too_large"
