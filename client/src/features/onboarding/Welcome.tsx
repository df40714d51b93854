import { Button, Progress, Stack, Text, Title } from '@mantine/core';
import { IconBellRinging, IconCircleCheck, IconMicrophone, IconPhoneIncoming, type Icon } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { pageTitle, product } from '~/core/brand';
import { PermissionText } from '~/features/privacy';
import { useValue } from '~/core/store';
import { welcomeDependencies } from './dependencies';
import { CARDS, Welcome as Model, type Card } from './model';
import { Outcome } from './Outcome';
import { ObstacleText } from './ObstacleText';
import { leaveOnboarding } from './state';
import css from './onboarding.module.css';

const ICONS: Record<Card, Icon> = {
  microphone: IconMicrophone,
  notifications: IconBellRinging,
  call: IconPhoneIncoming,
};

/** Three cards: hear and speak, ring when closed, test call. Nothing is asked before its card. */
export default function Welcome() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const router = useRouter();
  const [model] = useState(() => new Model(welcomeDependencies));
  const { card, rings, outcomes } = useValue(model.state);
  const heading = useRef<HTMLHeadingElement>(null);
  const title = {
    microphone: t`Hear and speak`,
    notifications: t`Ring when closed`,
    call: t`Test call`,
  }[card];
  const shown = rings ? t`Your phone rings` : title;
  useEffect(() => {
    document.title = pageTitle(shown);
    heading.current?.focus();
  }, [shown]);
  // Otherwise this screen would stay until the code of the next one is loaded.
  useEffect(() => void router.preloadRoute({ to: '/calls' }), [router]);
  const leave = () => {
    leaveOnboarding();
    void navigate({ to: '/', replace: true });
  };
  const Shape = rings ? IconCircleCheck : ICONS[card];
  return (
    <section className={css.page}>
      <div className={css.picture} data-done={rings || undefined}>
        <Shape size={72} stroke={1.25} aria-hidden />
      </div>
      <Title order={1} size="h2" ta="center" tabIndex={-1} ref={heading} className={css.title}>
        {shown}
      </Title>
      <div className={css.content}>
        {rings ? (
          <Text ta="center">
            {outcomes.notifications === 'ok' ? (
              <Trans>Calls ring on this device even when {product} is closed.</Trans>
            ) : (
              <Trans>Calls ring while {product} is open. Your status shows how to ring when it is closed.</Trans>
            )}
          </Text>
        ) : (
          <CardContent model={model} card={card} />
        )}
      </div>
      <div className={css.foot}>
        {rings ? (
          <Button size="md" fullWidth onClick={leave}>
            <Trans>Start</Trans>
          </Button>
        ) : (
          <>
            <Dots card={card} />
            <Button variant="subtle" size="md" fullWidth onClick={leave}>
              <Trans>Set up later</Trans>
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

function CardContent({ model, card }: { model: Model; card: Card }) {
  switch (card) {
    case 'microphone':
      return <MicrophoneCard model={model} />;
    case 'notifications':
      return <NotificationsCard model={model} />;
    case 'call':
      return <CallCard model={model} />;
  }
}

/** A step of the set-up: its button until it works, then the way on. */
function Step({ model, card, lead, button }: { model: Model; card: Card; lead: ReactNode; button: ReactNode }) {
  const { busy } = useValue(model.state);
  const outcome = useValue(model.state, (each) => each.outcomes[card]);
  return (
    <Stack gap="sm">
      <Text ta="center">{lead}</Text>
      <Outcome card={card} outcome={outcome} />
      {outcome !== 'ok' && button}
      {(outcome === 'ok' || (outcome && !busy)) && (
        <Button size="md" fullWidth variant={outcome === 'ok' ? 'filled' : 'default'} onClick={() => void model.next()}>
          <Trans>Continue</Trans>
        </Button>
      )}
    </Stack>
  );
}

function MicrophoneCard({ model }: { model: Model }) {
  const { t } = useLingui();
  const { busy, level, outcomes } = useValue(model.state);
  return (
    <Step
      model={model}
      card="microphone"
      lead={
        busy ? (
          <Trans>Say something. The bar moves when the microphone picks up your voice.</Trans>
        ) : (
          <Trans>Others hear you during calls only. Nothing is sent or stored now.</Trans>
        )
      }
      button={
        <>
          {busy && <Progress value={level * 100} size="xl" transitionDuration={60} aria-label={t`Microphone level`} />}
          <Button size="md" fullWidth loading={busy} onClick={() => void model.testMicrophone()}>
            {outcomes.microphone ? <Trans>Try again</Trans> : <Trans>Allow microphone</Trans>}
          </Button>
        </>
      }
    />
  );
}

function NotificationsCard({ model }: { model: Model }) {
  const { busy, obstacle, outcomes } = useValue(model.state);
  if (obstacle) {
    return (
      <Stack gap="sm">
        <ObstacleText obstacle={obstacle} />
        <Button size="md" fullWidth onClick={() => void model.next()}>
          <Trans>Continue</Trans>
        </Button>
      </Stack>
    );
  }
  return (
    <Step
      model={model}
      card="notifications"
      lead={<PermissionText of="notifications" />}
      button={
        <Button size="md" fullWidth loading={busy} onClick={() => void model.turnOnNotifications()}>
          {outcomes.notifications ? <Trans>Try again</Trans> : <Trans>Allow notifications</Trans>}
        </Button>
      }
    />
  );
}

function CallCard({ model }: { model: Model }) {
  const { busy, outcomes } = useValue(model.state);
  if (outcomes.call === 'ok') {
    return (
      <Stack gap="sm">
        <Text ta="center" role="status">
          <Trans>The call had sound in both directions. Did you hear it ring?</Trans>
        </Text>
        <Button size="md" fullWidth onClick={() => model.answer(true)}>
          <Trans>Yes, it rings</Trans>
        </Button>
        <Button size="md" fullWidth variant="default" onClick={() => model.answer(false)}>
          <Trans>No</Trans>
        </Button>
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      <Text ta="center">
        {busy ? (
          <Trans>Your phone system is calling. The call is answered automatically.</Trans>
        ) : (
          <Trans>Your phone system calls this device once and hangs up.</Trans>
        )}
      </Text>
      <Outcome card="call" outcome={outcomes.call} />
      {outcomes.call === 'elsewhere' ? (
        <Button size="md" fullWidth loading={busy} onClick={() => void model.useThisWindow()}>
          <Trans>Use this window</Trans>
        </Button>
      ) : (
        <Button size="md" fullWidth loading={busy} onClick={() => void model.testCall()}>
          {outcomes.call ? <Trans>Try again</Trans> : <Trans>Call me</Trans>}
        </Button>
      )}
    </Stack>
  );
}

function Dots({ card }: { card: Card }) {
  const { t } = useLingui();
  const [step, count] = [CARDS.indexOf(card) + 1, CARDS.length];
  return (
    <p className={css.dots} role="img" aria-label={t`Step ${step} of ${count}`}>
      {CARDS.map((each) => (
        <i key={each} data-now={each === card || undefined} />
      ))}
    </p>
  );
}
