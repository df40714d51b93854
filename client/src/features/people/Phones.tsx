import { Badge, Button, Text } from '@mantine/core';
import { IconDeviceLandlinePhone, IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Device, type DeviceFailure, type PersonExtension } from '~/api';
import { useMay } from '~/api/session';
import { product } from '~/core/brand';
import { Changeable } from '~/design/Changeable';
import { formatDate, formatDateTime } from '~/design/dates';
import { Drawer } from '~/design/Drawer';
import { EmptyState } from '~/design/EmptyState';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { DataTable } from '~/design/table';
import { AddPhone } from './AddPhone';
import { usePeopleChanges } from './changes';
import { EditField } from './EditField';
import { PhoneMenu } from './PhoneMenu';

interface PhonesProps {
  extension: Pick<PersonExtension, 'id' | 'number' | 'devices'>;
  tenant?: string;
  /** Whether users may sign in at the phones: the number has no person. */
  sharable?: boolean;
}

/** The phones of a number: model, address, last registration, and why it failed. */
export function Phones({ extension, tenant, sharable = false }: PhonesProps) {
  const { t } = useLingui();
  const changeable = useMay()('phones_change');
  const [adding, setAdding] = useState(false);
  const changes = usePeopleChanges();
  const failures: Record<DeviceFailure['reason'], string> = {
    wrong_password: t`wrong password`,
    wrong_domain: t`wrong domain or server name`,
    blocked: t`the phone or person is blocked`,
  };
  const stateOf = (device: Device) => {
    if (!device.enabled) return { text: t`Blocked`, colour: 'red' };
    if (device.registered) return { text: t`Registered`, colour: 'teal' };
    return device.can_be_woken
      ? { text: t`Asleep, wakes on a call`, colour: 'cyan' }
      : { text: t`Not registered`, colour: 'gray' };
  };
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      <Trans>Add a phone</Trans>
    </Button>
  );
  return (
    <Section title={t`Phones of ${extension.number}`}>
      <ErrorNotice fault={changes.error} />
      <DataTable<Device>
        label={t`List of phones of ${extension.number}`}
        list={{ items: extension.devices, loaded: true, fault: undefined }}
        columns={[
          {
            title: t`Name`,
            card: 'title',
            render: (device) => (
              <Changeable allowed={changeable}>
                <PhoneName device={device} tenant={tenant} />
              </Changeable>
            ),
          },
          {
            title: t`Model`,
            render: ({ registration, kind }) =>
              registration?.user_agent || (kind === 'client' ? t`${product} client` : ''),
          },
          {
            title: t`Address`,
            render: ({ registration }) =>
              registration ? `${registration.address} (${registration.transport.toUpperCase()})` : '',
          },
          {
            title: t`Last registration`,
            labelled: true,
            render: ({ registration, last_used }) =>
              registration ? formatDateTime(registration.since) : last_used ? formatDate(last_used) : t`Never`,
          },
          {
            title: t`State`,
            render: (device) => (
              <>
                <Badge variant="dot" color={stateOf(device).colour}>
                  {stateOf(device).text}
                </Badge>
                {device.shared && (
                  <Text size="xs" c="dimmed">
                    {device.used_by && device.used_since ? (
                      <Trans>
                        {device.used_by} is signed in since {formatDateTime(device.used_since)}
                      </Trans>
                    ) : (
                      <Trans>Shared. No user is signed in.</Trans>
                    )}
                  </Text>
                )}
                {device.failure && (
                  <Text size="xs" c="var(--mantine-color-error)">
                    <Trans>
                      Failed {formatDateTime(device.failure.at)}: {failures[device.failure.reason]}
                    </Trans>
                  </Text>
                )}
              </>
            ),
          },
        ]}
        actions={(device) => (
          <Changeable allowed={changeable}>
            <PhoneMenu device={device} tenant={tenant} changes={changes} sharable={sharable} />
          </Changeable>
        )}
        empty={
          <EmptyState
            icon={IconDeviceLandlinePhone}
            text={<Trans>No phone yet. Add a desk phone or softphone.</Trans>}
          />
        }
      />
      <Changeable allowed={changeable}>
        <div>{add}</div>
      </Changeable>
      <Drawer opened={adding} onClose={() => setAdding(false)} title={t`Add a phone`}>
        <AddPhone extension={extension.id} tenant={tenant} />
      </Drawer>
    </Section>
  );
}

function PhoneName({ device, tenant }: { device: Device; tenant?: string }) {
  const { t } = useLingui();
  const changes = usePeopleChanges();
  const rename = (name: string) =>
    api.updateDevice({ path: { device_id: device.id }, query: { tenant }, body: { name } });
  return (
    <EditField
      aria-label={t`Name of ${device.name}`}
      size="sm"
      value={device.name}
      check={(text) => (text ? null : t`Enter a name.`)}
      onSave={(name) =>
        changes.mutateAsync({
          apply: () => rename(name),
          undo: () => rename(device.name),
          message: t`The phone is renamed.`,
        })
      }
    />
  );
}
