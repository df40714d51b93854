import { Select, type SelectProps } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { api, type Extension } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';

/** All extensions of an organisation. */
export const useExtensions = (tenant?: string) =>
  useAllPages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );

/** So many are shown at once; typing leads to the others. */
const MAX_OPTIONS = 200;

interface ExtensionSelectProps extends Omit<SelectProps, 'data' | 'label'> {
  tenant?: string;
}

/** One of an organisation's extensions, by its id; it is found by its number or its name. */
export function ExtensionSelect({ tenant, ...props }: ExtensionSelectProps) {
  const { t } = useLingui();
  const { items, fault } = useExtensions(tenant);
  return (
    <>
      <ErrorNotice fault={fault} />
      <Select
        label={t`Extension`}
        searchable
        limit={MAX_OPTIONS}
        data={items.map((each) => ({ value: each.id, label: `${each.number} ${each.name}` }))}
        {...props}
      />
    </>
  );
}
