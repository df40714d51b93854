"""Files of invoices for e-mails, which are sent for administration, while invoices are opened for billing."""

from collections.abc import Awaitable, Callable

from unificx.billing import Billing
from unificx.core.access import current_access, stating


def invoice_pdf(billing: Billing) -> Callable[[str, str], Awaitable[bytes]]:
    """Return what makes the file of an invoice by tenant and number."""

    async def make(tenant_id: str, number: str) -> bytes:
        with stating(current_access().to("billing")):
            return await billing.invoices.pdf(tenant_id, number)

    return make
