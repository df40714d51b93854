import { Anchor, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { api, type CustomRole } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';

/** The people who have a role, at most as many as the first page has. */
export function RoleMembers({ role, tenant }: { role: CustomRole; tenant?: string }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['role-members', tenant, role.id],
    queryFn: async () => (await api.listRoleMembers({ path: { role_id: role.id }, query: { tenant } })).data,
  });
  const more = role.members - (data?.items.length ?? 0);
  return (
    <Section title={t`People with this role`}>
      <ErrorBar fault={error} retry={refetch} />
      <List listStyleType="none">
        {data?.items.map((each) => (
          <List.Item key={each.id}>
            <Anchor component={Link} to={`/people/${each.id}`}>
              {each.name}
            </Anchor>
          </List.Item>
        ))}
      </List>
      {data && more > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>And {more} more.</Trans>
        </Text>
      )}
    </Section>
  );
}
