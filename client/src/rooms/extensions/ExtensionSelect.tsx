import { Select, type SelectProps } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { api, type Extension } from '~/api';
import { MOST } from '~/kernel/pages';
import { useAll } from '~/design/lists';
import { Fault } from '~/design/Notice';

/** All extensions of an organisation. */
export const useExtensions = (tenant?: string) =>
  useAll<Extension>(['extensions', tenant], (cursor) => api.listExtensions({ query: { tenant, cursor, limit: MOST } }));

/** So many are shown at once; typing leads to the others. */
const SHOWN = 200;

interface ExtensionSelectProps extends Omit<SelectProps, 'data' | 'label'> {
  tenant?: string;
}

/** One of an organisation's extensions, by its id; it is found by its number or its name. */
export function ExtensionSelect({ tenant, ...props }: ExtensionSelectProps) {
  const { t } = useLingui();
  const { items, fault } = useExtensions(tenant);
  return (
    <>
      <Fault fault={fault} />
      <Select
        label={t`Extension`}
        searchable
        limit={SHOWN}
        data={items.map((each) => ({ value: each.id, label: `${each.number} ${each.name}` }))}
        {...props}
      />
    </>
  );
}
