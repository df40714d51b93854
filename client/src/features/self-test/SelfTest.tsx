import { Box, Button, Loader, Progress, Stack, Text, ThemeIcon, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconMinus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { product } from '~/core/brand';
import { InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Row, Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { phone } from '~/sip';
import { CHECKS, SelfTest as Test, verdict, type Check, type CheckName } from './model';
import { selfTestDependencies } from './checks';
import { REASON_MESSAGES, CHECK_MESSAGES } from './messages';
import classes from './self-test.module.css';

/** Self-test: checks everything that incoming calls depend on, in order. */
export default function SelfTest() {
  const { t } = useLingui();
  const [test] = useState(() => new Test(selfTestDependencies));
  const state = useValue(test.state);
  useEffect(() => () => test.stop(), [test]);
  const running = state.at !== undefined;
  return (
    <Page title={t`Will my phone ring?`} back="/settings">
      <div className={classes.page}>
        <Text c="dimmed" mb="md">
          <Trans>Six checks, about a minute. You will hear tones, say a word, and your phone will ring once.</Trans>
        </Text>
        <Verdict result={verdict(state)} />
        <Rows label={t`Checks`}>
          {CHECKS.map((name) => (
            <CheckRow key={name} name={name} check={state.checks[name]} level={state.level} test={test} />
          ))}
        </Rows>
        <VisuallyHidden aria-live="polite">
          {state.at && `${t(CHECK_MESSAGES[state.at].title)}: ${t(CHECK_MESSAGES[state.at].running)}`}
        </VisuallyHidden>
        <Box className={classes.foot}>
          <Button size="md" fullWidth loading={running && !isAsking(state.checks)} onClick={() => void test.run()}>
            {state.done || running ? <Trans>Test again</Trans> : <Trans>Start test</Trans>}
          </Button>
        </Box>
      </div>
    </Page>
  );
}

const isAsking = (checks: Record<CheckName, Check>) => CHECKS.some((name) => checks[name].state === 'asking');

function Verdict({ result }: { result: ReturnType<typeof verdict> }) {
  const { t } = useLingui();
  if (!result) return null;
  const texts = {
    always: { title: t`Yes, your phone rings`, text: t`Calls ring on this device even when ${product} is closed.` },
    'while-open': {
      title: t`Rings only while ${product} is open`,
      text: t`See below why it does not ring when closed.`,
    },
    never: { title: t`No, your phone does not ring`, text: t`See the failed checks below.` },
  }[result];
  return <InfoNotice title={texts.title}>{texts.text}</InfoNotice>;
}

interface CheckRowProps {
  name: CheckName;
  check: Check;
  level: number;
  test: Test;
}

function CheckRow({ name, check, level, test }: CheckRowProps) {
  const { t } = useLingui();
  const { title, running, ok } = CHECK_MESSAGES[name];
  const busy = check.state === 'running' || check.state === 'asking';
  const text = check.reason ? REASON_MESSAGES[check.reason] : busy ? running : check.state === 'ok' ? ok : undefined;
  return (
    <Row icon={<StateIcon state={check.state} />}>
      <Text fw={500}>{t(title)}</Text>
      {text && (
        <Text size="sm" c="dimmed">
          {t(text)}
        </Text>
      )}
      {name === 'microphone' && check.state === 'running' && (
        <Progress value={level * 100} size="lg" mt="xs" transitionDuration={60} aria-label={t`Microphone level`} />
      )}
      {check.state === 'asking' && <Answers name={name} test={test} />}
      {check.reason === 'elsewhere' && (
        <Button variant="default" size="md" mt="xs" onClick={() => void phone.takeOver().then(() => test.run())}>
          <Trans>Use this window</Trans>
        </Button>
      )}
    </Row>
  );
}

function Answers({ name, test }: { name: CheckName; test: Test }) {
  const { t } = useLingui();
  const [yes, no] = name === 'permission' ? [t`Allow notifications`, t`Not now`] : [t`Yes`, t`No`];
  return (
    <Stack mt="xs" gap="xs">
      <Button size="md" px="xs" onClick={() => test.answer(true)}>
        {yes}
      </Button>
      <Button size="md" px="xs" variant="default" onClick={() => test.answer(false)}>
        {no}
      </Button>
    </Stack>
  );
}

function StateIcon({ state }: { state: Check['state'] }) {
  const { t } = useLingui();
  const style = {
    waiting: { colour: 'gray', word: t`not tested yet`, icon: <IconCircleDashed size={20} aria-hidden /> },
    asking: { colour: 'harbour', word: t`waiting for you`, icon: <IconCircleDashed size={20} aria-hidden /> },
    running: { colour: 'harbour', word: t`running`, icon: <Loader size={18} aria-hidden /> },
    ok: { colour: 'green', word: t`works`, icon: <IconCheck size={20} aria-hidden /> },
    failed: { colour: 'red', word: t`does not work`, icon: <IconAlertTriangle size={20} aria-hidden /> },
    skipped: { colour: 'gray', word: t`skipped`, icon: <IconMinus size={20} aria-hidden /> },
  }[state];
  return (
    <ThemeIcon variant="light" radius="xl" size={36} color={style.colour}>
      {style.icon}
      <VisuallyHidden>{style.word}</VisuallyHidden>
    </ThemeIcon>
  );
}
