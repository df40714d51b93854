import { Text } from '@mantine/core';
import { IconPhoneRinging } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Group } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { usePages } from '~/design/lists';
import type { Column } from '~/design/table';
import { useExtensions } from '~/features/extensions';
import { DestinationText, RoutingPage, useDestinationText, useTargets } from '~/features/routing';
import { GroupForm } from './GroupForm';
import { stepMembers } from './model';
import { STRATEGIES } from './strategies';

/** Ring groups: numbers that ring several extensions. */
export default function Groups() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<Group>(['groups', tenant], (cursor) => api.listGroups({ query: { tenant, cursor } }));
  const targets = useTargets(tenant);
  const destination = useDestinationText(targets);
  const names = new Map(useExtensions(tenant).items.map((each) => [each.number, each.name]));
  const members = (group: Group) =>
    group.members
      .map((step) =>
        stepMembers(step)
          .map((number) => names.get(number) ?? number)
          .join(' + '),
      )
      .join(', ');
  const columns: Column<Group>[] = [
    { title: t`Name`, value: ({ name }) => name, render: ({ name }) => name },
    { title: t`Number`, card: 'aside', value: ({ number }) => number, render: ({ number }) => number },
    { title: t`Members`, value: members, render: (group) => <Text size="sm">{members(group)}</Text> },
    {
      title: t`Strategy`,
      card: 'none',
      value: ({ strategy }) => t(STRATEGIES[strategy].title),
      render: ({ strategy }) => t(STRATEGIES[strategy].title),
    },
    {
      title: t`If no member answers`,
      card: 'none',
      value: ({ otherwise }) => destination(otherwise),
      render: ({ otherwise }) => <DestinationText destination={otherwise} targets={targets} />,
    },
  ];
  return (
    <RoutingPage<Group>
      title={t`Ring groups`}
      create={t`New ring group`}
      list={list}
      columns={columns}
      name={({ name }) => name}
      form={(group, close) => <GroupForm group={group} tenant={tenant} onClose={close} />}
      empty={{
        icon: IconPhoneRinging,
        text: <Trans>No ring group yet. One number rings several people, for example the whole sales team.</Trans>,
      }}
    />
  );
}
