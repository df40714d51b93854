import { Anchor, Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Suspension, type Tenant } from '~/api';
import { replaceTenant } from '~/api/tenant-selection';
import { asProblem } from '~/core/problem';
import { useChanges } from '~/design/changes';
import { Drawer } from '~/design/Drawer';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { OrganisationConsequences, SuspensionForm, SuspensionText } from '~/features/suspensions';

const KEYS = ['tenant-suspension', 'tenant-closing'] as const;
/** Ended by another decision: about the closing, and about the sign-up. */
const NOT_RESUMED: (string | undefined)[] = ['closing', 'approval'];

/** Suspends the organisation with a reason, after its consequences were shown, or ends the suspension. For operators. */
export function OrganisationSuspension({ tenant: { id, name } }: { tenant: Tenant }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const changes = useChanges(KEYS);
  const state = useQuery({ queryKey: ['tenant-suspension', id], queryFn: () => fetchState(id), staleTime: 0 });
  const effects = useQuery({
    queryKey: ['tenant-closing', id],
    queryFn: async () => (await api.planTenantClosing({ path: { tenant: id } })).data,
    enabled: opened,
  });
  const close = () => setOpened(false);
  const resume = () =>
    changes.mutate({
      apply: () => api.resumeTenant({ path: { tenant: id } }),
      message: t`${name} is active again.`,
    });
  const { suspended, suspension } = state.data ?? {};
  return (
    <Section
      title={t`Suspension`}
      lead={<Trans>Suspending blocks an organisation and deletes nothing. It sees the reason and can object.</Trans>}
    >
      <ErrorBar fault={state.error} retry={state.refetch} />
      <ErrorNotice fault={changes.error} />
      {!state.data && !state.error && <SkeletonBlock height={44} />}
      {suspension && (
        <SuspensionText suspension={suspension}>
          {suspension.reason === 'approval' ? (
            <Trans>The decision about its sign-up is open.</Trans>
          ) : (
            <Trans>The organisation asks for a review. Another person than the one who suspended decides.</Trans>
          )}{' '}
          <Anchor
            renderRoot={(props) => <Link to={'/privacy/requests?tab=operator' as string} {...props} />}
            underline="always"
          >
            <Trans>Requests to the operator</Trans>
          </Anchor>
        </SuspensionText>
      )}
      {suspended && !suspension && (
        <InfoNotice>
          <Trans>Suspended without a reason.</Trans>
        </InfoNotice>
      )}
      {suspended && !NOT_RESUMED.includes(suspension?.reason) && (
        <>
          <Text size="sm">
            <Trans>After resuming, people can sign in and phones can be used again.</Trans>
          </Text>
          <Button
            size="md"
            variant="default"
            style={{ alignSelf: 'start' }}
            loading={changes.isPending}
            onClick={resume}
          >
            <Trans>Resume the organisation</Trans>
          </Button>
        </>
      )}
      {suspended === false && (
        <Button
          size="md"
          variant="default"
          color="red.9"
          style={{ alignSelf: 'start' }}
          onClick={() => setOpened(true)}
        >
          <Trans>Suspend the organisation</Trans>
        </Button>
      )}
      <Drawer opened={opened} onClose={close} title={t`Suspend ${name}`}>
        <ErrorBar fault={effects.error} retry={effects.refetch} />
        {!effects.data && !effects.error && <SkeletonBlock height={240} />}
        {effects.data && (
          <SuspensionForm
            affected={KEYS}
            onClose={close}
            consequences={<OrganisationConsequences {...effects.data} />}
            change={(body) => ({
              apply: () => api.suspendTenant({ path: { tenant: id }, body }),
              message: t`${name} is suspended.`,
            })}
          />
        )}
      </Drawer>
    </Section>
  );
}

interface State {
  suspended: boolean;
  /** None if it was suspended without a reason. */
  suspension?: Suspension;
}

/** Ask the server: a suspension may have ended by itself, or by a review. */
async function fetchState(id: string): Promise<State> {
  const path = { tenant: id };
  const { data: tenant } = await api.showTenant({ path });
  replaceTenant(tenant);
  if (tenant.state !== 'suspended') return { suspended: false };
  try {
    return { suspended: true, suspension: (await api.showTenantSuspension({ path })).data };
  } catch (fault) {
    if (asProblem(fault).status !== 409) throw fault;
    return { suspended: true };
  }
}
