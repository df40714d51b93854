import { Select, type SelectProps } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { api, type Extension } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';

/** All extensions of a tenant. */
export const useExtensions = (tenant?: string) =>
  useAllPages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );

/** Options rendered at once; typing filters the rest. */
const MAX_OPTIONS = 200;

interface ExtensionSelectProps extends Omit<SelectProps, 'data' | 'label'> {
  tenant?: string;
}

/** Select of an extension by number or name; the value is its id. */
export function ExtensionSelect({ tenant, ...props }: ExtensionSelectProps) {
  const { t } = useLingui();
  const { items, fault, retry } = useExtensions(tenant);
  return (
    <>
      <ErrorBar fault={fault} retry={retry} />
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
