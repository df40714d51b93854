import { ActionIcon, Button, Group, NativeSelect, Text } from '@mantine/core';
import { IconArrowUp, IconDeviceLandlinePhone, IconX } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Device, type StateProfile } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { useAllPages } from '~/design/lists';
import { Changeable } from '~/design/Changeable';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Row, Rows } from '~/design/Rows';
import { DEFAULT, MAX_TURNS, moved, TURN_SECONDS, type RingTurn, type State } from './model';
import type { SaveForwarding } from './StateRules';

const SECONDS: readonly number[] = [5, 10, 15, 20, 30, 45, 60];
/** ActionIcons of at least 44 px. */
const TOUCH = 44;

interface RingOrderProps {
  extension: string;
  tenant?: string;
  state: State;
  profile: StateProfile;
  changeable: boolean;
  onSave: SaveForwarding;
}

/** Whether the devices of an extension ring all at once, or some of them alone first. */
export function RingOrder({ extension, tenant, state, profile, changeable, onSave }: RingOrderProps) {
  const { t } = useLingui();
  const [fault, setFault] = useState<unknown>();
  const devices = useAllPages<Device>(['devices', tenant, 'of', extension], (cursor) =>
    api.listDevices({ query: { tenant, extension, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const order = profile.ring_order;
  const save = (ring_order: RingTurn[] | typeof DEFAULT) => {
    setFault(undefined);
    onSave([{ state, ring_order }], [{ state, ring_order: order ?? DEFAULT }]).catch(setFault);
  };
  const free = devices.items.filter(({ id }) => !order?.some((each) => each.device === id));
  const app = devices.items.find((each) => each.kind === 'client') ?? devices.items[0];
  const first = app ? [{ device: app.id, seconds: TURN_SECONDS }] : [];
  const inherits = state !== 'available';
  const mode = order?.length ? 'turns' : order || !inherits ? 'together' : DEFAULT;
  return (
    <>
      <Changeable allowed={changeable}>
        <NativeSelect
          size="md"
          maw="var(--field-width)"
          label={t`Ring order of devices`}
          value={mode}
          onChange={({ currentTarget: { value } }) =>
            save(value === 'turns' ? first : value === DEFAULT ? DEFAULT : [])
          }
          data={[
            ...(inherits ? [{ value: DEFAULT, label: t`As when available` }] : []),
            { value: 'together', label: t`All at once` },
            { value: 'turns', label: t`One after another`, disabled: !app },
          ]}
        />
      </Changeable>
      <ErrorBar fault={devices.fault} retry={devices.retry} />
      <ErrorNotice fault={fault} />
      {order && order.length > 0 && (
        <Changeable allowed={changeable}>
          <Turns order={order} devices={devices.items} free={free} onChange={save} />
        </Changeable>
      )}
    </>
  );
}

interface TurnsProps {
  order: readonly RingTurn[];
  devices: readonly Device[];
  free: readonly Device[];
  onChange: (order: RingTurn[]) => void;
}

function Turns({ order, devices, free, onChange }: TurnsProps) {
  const { t } = useLingui();
  const nameOf = (id: string) => devices.find((each) => each.id === id)?.name ?? t`Device`;
  return (
    <>
      <Rows label={t`Ring order of devices`}>
        {order.map(({ device, seconds }, index) => (
          <Row
            key={device}
            icon={<IconDeviceLandlinePhone size={22} aria-hidden />}
            trailing={
              <Group gap={4} wrap="nowrap">
                <NativeSelect
                  size="md"
                  aria-label={t`Seconds of ${nameOf(device)}`}
                  value={String(seconds)}
                  onChange={({ currentTarget: { value } }) =>
                    onChange(order.map((each) => (each.device === device ? { device, seconds: Number(value) } : each)))
                  }
                  data={[...new Set([...SECONDS, seconds])]
                    .sort((a, b) => a - b)
                    .map((each) => ({ value: String(each), label: t`${each} s` }))}
                />
                <ActionIcon
                  variant="subtle"
                  size={TOUCH}
                  disabled={index === 0}
                  aria-label={t`Ring ${nameOf(device)} earlier`}
                  onClick={() => onChange(moved(order, device, -1))}
                >
                  <IconArrowUp size={20} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  size={TOUCH}
                  aria-label={t`Remove ${nameOf(device)} from the order`}
                  onClick={() => onChange(order.filter((each) => each.device !== device))}
                >
                  <IconX size={20} aria-hidden />
                </ActionIcon>
              </Group>
            }
          >
            <bdi>{nameOf(device)}</bdi>
          </Row>
        ))}
      </Rows>
      {order.length < MAX_TURNS && free.length > 0 && (
        <Group gap="xs">
          {free.map(({ id, name }) => (
            <Button
              key={id}
              size="md"
              variant="default"
              onClick={() => onChange([...order, { device: id, seconds: TURN_SECONDS }])}
            >
              <Trans>Add {name}</Trans>
            </Button>
          ))}
        </Group>
      )}
      <Text size="sm" c="dimmed">
        <Trans>Each device rings alone for its time, then all of them ring together for the ring time.</Trans>
      </Text>
    </>
  );
}
