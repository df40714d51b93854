import { Badge, Button, Group, Text } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile, IconTerminal2, IconWorld } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Session } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { formatDate, formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { useValue } from '~/core/store';
import { DevicesModel } from './devices';

const ICONS = {
  mobile: IconDeviceMobile,
  desktop: IconDeviceDesktop,
  browser: IconWorld,
  program: IconTerminal2,
} as const;

/** The user's sessions, with sign-out. */
export function DevicesBody() {
  const { t } = useLingui();
  const [model] = useState(() => new DevicesModel());
  const { sessions, fault, ending } = useValue(model.state);
  useEffect(() => {
    void model.load();
  }, [model]);
  const others = sessions?.filter((each) => !each.current) ?? [];
  const endOthers = async () => {
    const confirmed = await confirmAction({
      title: t`Sign out all other devices?`,
      text: t`All other devices will be signed out and stop ringing. Your data will be removed from them.`,
      confirmLabel: t`Sign out`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await model.endOthers();
  };
  return (
    <Section
      title={t`Your devices`}
      lead={t`Signing out a device ends its registration and removes your data from it.`}
    >
      {sessions ? <ErrorNotice fault={fault} /> : <ErrorBar fault={fault} retry={() => model.load()} />}
      {sessions === undefined && fault === undefined && <SkeletonBlock height={60} />}
      {sessions?.map((each) => (
        <DeviceRow key={each.id} device={each} model={model} />
      ))}
      {others.length > 1 && (
        <Button size="md" variant="default" loading={ending === 'others'} onClick={() => void endOthers()}>
          <Trans>Sign out all other devices</Trans>
        </Button>
      )}
    </Section>
  );
}

function DeviceRow({ device, model }: { device: Session; model: DevicesModel }) {
  const { t } = useLingui();
  const ending = useValue(model.state, (each) => each.ending === device.id);
  const Icon = ICONS[device.kind];
  const kind = { mobile: t`Phone or tablet`, desktop: t`Computer`, browser: t`Browser`, program: t`Program` }[
    device.kind
  ];
  const name = device.name || kind;
  const today = device.last_used === new Date().toISOString().slice(0, 10);
  const last = today ? t`today` : formatDate(device.last_used);
  const since = formatDateTime(device.created);
  const end = async () => {
    const confirmed = await confirmAction({
      title: t`Sign out ${name}?`,
      text: t`The device stops ringing. Your data is removed from it as soon as it is online.`,
      confirmLabel: t`Sign out`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await model.end(device);
  };
  return (
    <Group justify="space-between" align="flex-start" py={4}>
      <Group wrap="nowrap" gap="sm" align="flex-start" flex="1 1 10rem" miw={0}>
        <Icon aria-hidden style={{ flex: 'none' }} />
        <div>
          <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Text size="sm" c="dimmed">
            {kind}
            <br />
            <Trans>
              Last used {last}, signed in {since}
            </Trans>
          </Text>
        </div>
      </Group>
      {device.current ? (
        <Badge variant="light" size="lg" tt="none" style={{ flex: 'none' }}>
          <Trans>This device</Trans>
        </Badge>
      ) : (
        <Button
          size="md"
          variant="subtle"
          color="red"
          px="xs"
          loading={ending}
          aria-label={t`Sign out ${name}`}
          style={{ flex: 'none' }}
          onClick={() => void end()}
        >
          <Trans>Sign out</Trans>
        </Button>
      )}
    </Group>
  );
}
