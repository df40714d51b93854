import { Badge, Button } from '@mantine/core';
import { IconMapPin, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Location } from '~/api';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, usePages } from '~/design/lists';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { useNumberFormat } from '~/features/phone-numbers';
import { useEditor } from '~/features/routing';
import { LocationForm } from './LocationForm';

/** The places from which emergency calls are made. */
export function Locations({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const list = usePages<Location>(['locations', tenant], (cursor) => api.listLocations({ query: { tenant, cursor } }));
  const editor = useEditor<Location>({
    title: (location) => location?.name ?? t`New location`,
    form: (location, close) => <LocationForm location={location} tenant={tenant} onClose={close} />,
  });
  const users = ({ home_of, extensions, default: isDefault }: Location) =>
    home_of ? t`Home of ${home_of}` : extensions.join(', ') || (isDefault ? t`all others` : '');
  const columns: Column<Location>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => <bdi>{name}</bdi> },
    { title: t`Address`, value: ({ text }) => text, render: ({ text }) => <bdi>{text}</bdi> },
    { title: t`Extensions`, value: users, render: users },
    {
      title: t`Shows`,
      card: 'none',
      value: ({ number }) => number,
      render: ({ number }) => <span className="tabular">{formatted(number)}</span>,
    },
    {
      title: t`Default`,
      card: 'aside',
      value: (one) => (one.default ? 1 : 0),
      render: (one) =>
        one.default && (
          <Badge variant="dot" miw="max-content">
            <Trans>Default</Trans>
          </Badge>
        ),
    },
  ];
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New location</Trans>
    </Button>
  );
  return (
    <Section
      title={t`Locations`}
      lead={
        <Trans>
          An emergency service needs to know where to come. Each call carries the place of its device, its extension, or
          the default one.
        </Trans>
      }
    >
      <DataTable<Location>
        label={t`Locations`}
        list={list}
        columns={columns}
        onOpen={editor.open}
        tools={hasTools(list) && add}
        empty={<EmptyState icon={IconMapPin} text={<Trans>No location yet.</Trans>} action={add} />}
      />
      {editor.drawer}
    </Section>
  );
}
