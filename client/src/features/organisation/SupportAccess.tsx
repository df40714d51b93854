import { Button, Group, Select, Text } from '@mantine/core';
import { IconLifebuoy } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type SupportAccess as Consent } from '~/api';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { useChanges } from '~/design/changes';
import { formatDateTime } from '~/design/dates';
import { usePages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { Section } from '~/design/Section';

const HOURS = ['1', '8', '24', '72'];

/** The consent that staff of the operator opens personal data of the organisation, and earlier ones. */
export function SupportAccess({ tenant }: { tenant: string }) {
  const { t } = useLingui();
  const [hours, setHours] = useState('8');
  const own = useValue(session, (each) => each.state === 'in' && each.me.person?.role === 'tenant_admin');
  const { items, fault, retry } = usePages<Consent>(['support-access', tenant], () =>
    api.listSupportAccess({ query: { tenant } }),
  );
  const changes = useChanges(['support-access']);
  const now = Date.now();
  const current = items.find(({ until, ended }) => !ended && Date.parse(until) > now);
  const until = current && formatDateTime(current.until);
  const allow = () =>
    changes.mutate({
      apply: () => api.allowSupportAccess({ body: { hours: Number(hours) }, query: { tenant } }),
      message: t`Support access is allowed.`,
    });
  const end = () =>
    changes.mutate({
      apply: () => api.endSupportAccess({ query: { tenant } }),
      message: t`Support access is ended.`,
    });
  return (
    <Section
      title={t`Support access`}
      lead={
        <Trans>
          The operator’s staff opens data of your people and calls only if you allow it, and only for some hours. Each
          person sees who has opened their data.
        </Trans>
      }
    >
      <ErrorBar fault={fault} retry={retry} />
      <ErrorNotice fault={changes.error} />
      {current ? (
        <InfoNotice title={t`Allowed until ${until}`}>
          <Button variant="default" size="xs" mt="xs" loading={changes.isPending} onClick={end}>
            <Trans>End now</Trans>
          </Button>
        </InfoNotice>
      ) : (
        <Text>
          <Trans>Not allowed now.</Trans>
        </Text>
      )}
      {own && !current && (
        <Group align="flex-end">
          <Select
            label={t`Duration`}
            allowDeselect={false}
            data={HOURS.map((value) => ({ value, label: value === '1' ? t`1 hour` : t`${value} hours` }))}
            value={hours}
            onChange={(value) => setHours(value ?? '8')}
          />
          <Button variant="default" loading={changes.isPending} onClick={allow}>
            <Trans>Allow support access</Trans>
          </Button>
        </Group>
      )}
      <Rows>
        {items.slice(0, 10).map(({ id, granted, ended, until: last }) => (
          <Row key={id} icon={<IconLifebuoy size={20} aria-hidden />}>
            <Text size="sm" c="dimmed">
              {formatDateTime(granted)} – {formatDateTime(ended ?? last)}
            </Text>
          </Row>
        ))}
      </Rows>
    </Section>
  );
}
