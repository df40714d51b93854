import { Tabs } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { session } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Page } from '~/design/Page';
import { BillingAddress } from './BillingAddress';
import { DirectDebits } from './DirectDebits';
import { Invoices } from './Invoices';
import { Plans } from './Plans';

/** Invoices of the organisation and its billing details; for operators plans, direct debits and the seller too. */
export default function Billing() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const operator = useValue(session, (each) => each.state === 'in' && each.me.role === 'operator');
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const tabs = [
    { id: 'invoices', title: t`Invoices`, content: <Invoices tenant={tenant} operator={operator} /> },
    { id: 'details', title: t`Billing details`, content: <BillingAddress key={tenant} tenant={tenant} /> },
    ...(operator
      ? [
          { id: 'plans', title: t`Plans`, content: <Plans tenant={tenant} /> },
          { id: 'debits', title: t`Direct debits`, content: <DirectDebits /> },
          { id: 'seller', title: t`Seller`, content: <BillingAddress tenant="operator" seller /> },
        ]
      : []),
  ];
  const current = tabs.some(({ id }) => id === tab) ? tab! : 'invoices';
  return (
    <Page title={t`Billing`} size="xl">
      <Tabs
        value={current}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ to: '.', search: { tab: next === 'invoices' ? undefined : next } as never, replace: true })
        }
      >
        <Tabs.List mb="md" aria-label={t`About billing`}>
          {tabs.map(({ id, title }) => (
            <Tabs.Tab key={id} value={id} mih={44}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ id, content }) => (
          <Tabs.Panel key={id} value={id}>
            {content}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
