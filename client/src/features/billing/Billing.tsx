import { useLingui } from '@lingui/react/macro';
import { useIsOperator } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Page } from '~/design/Page';
import { PageTabs } from '~/design/PageTabs';
import { BillingAddress } from './BillingAddress';
import { CardProcessor } from './CardProcessor';
import { DirectDebits } from './DirectDebits';
import { Invoices } from './Invoices';
import { Payments } from './Payments';
import { Plans } from './Plans';

/** The company that sells, and how it receives payments by card. */
function Seller() {
  return (
    <>
      <BillingAddress tenant="operator" seller />
      <CardProcessor />
    </>
  );
}

/** Invoices of the organisation, its payments and billing details; for operators plans, direct debits and the seller too. */
export default function Billing() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const operator = useIsOperator();
  const tabs = [
    { id: 'invoices', title: t`Invoices`, content: <Invoices tenant={tenant} operator={operator} /> },
    { id: 'payments', title: t`Payments`, content: <Payments key={tenant} tenant={tenant} operator={operator} /> },
    { id: 'details', title: t`Billing details`, content: <BillingAddress key={tenant} tenant={tenant} /> },
    ...(operator
      ? [
          { id: 'plans', title: t`Plans`, content: <Plans tenant={tenant} /> },
          { id: 'debits', title: t`Direct debits`, content: <DirectDebits /> },
          { id: 'seller', title: t`Seller`, content: <Seller /> },
        ]
      : []),
  ];
  return (
    <Page title={t`Billing`} size="xl">
      <PageTabs tabs={tabs} label={t`About billing`} />
    </Page>
  );
}
