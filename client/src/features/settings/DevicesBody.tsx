import { Badge, Button, Group, Skeleton, Text } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile, IconTerminal2, IconWorld } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Session } from '~/api';
import { confirmAction } from '~/design/Confirm';
import { formatDate, formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
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
      title: t`Sign out everywhere else?`,
      text: t`Every device but this one is signed out, stops ringing, and loses what it kept of you.`,
      confirmLabel: t`Sign out`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await model.endOthers();
  };
  return (
    <Section
      title={t`Where you are signed in`}
      lead={t`Signing a device out ends its telephone line and takes away what it keeps of you.`}
    >
      <ErrorNotice fault={fault} />
      {sessions === undefined && fault === undefined && <Skeleton h={60} aria-label={t`Loading`} />}
      {sessions?.map((each) => (
        <DeviceRow key={each.id} device={each} model={model} />
      ))}
      {others.length > 1 && (
        <Button size="md" variant="default" loading={ending === 'others'} onClick={() => void endOthers()}>
          <Trans>Sign out everywhere else</Trans>
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
      title: t`Sign ${name} out?`,
      text: t`It stops ringing, and what it kept of you is taken away as soon as it is online.`,
      confirmLabel: t`Sign out`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed) await model.end(device);
  };
  return (
    <Group wrap="nowrap" justify="space-between" align="flex-start" py={4}>
      <Group wrap="nowrap" gap="sm" align="flex-start">
        <Icon aria-hidden style={{ flex: 'none' }} />
        <div>
          <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Text size="sm" c="dimmed">
            {kind}
            <br />
            <Trans>
              Used {last}, signed in {since}
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
          aria-label={t`Sign out: ${name}`}
          style={{ flex: 'none' }}
          onClick={() => void end()}
        >
          <Trans>Sign out</Trans>
        </Button>
      )}
    </Group>
  );
}
