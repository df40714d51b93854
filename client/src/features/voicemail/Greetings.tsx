import { Button, FileButton, Group, Loader, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconFileMusic, IconMicrophone, IconPlayerStop, IconTrash, IconVolume } from '@tabler/icons-react';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { events } from '~/api/events';
import { ExpandableRow } from '~/design/ExpandableRow';
import { formatDateTime } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Rows } from '~/design/Rows';
import { SkeletonRows } from '~/design/SkeletonRows';
import { useElapsed } from '~/design/useElapsed';
import { resolveLanguage } from '~/core/language';
import { useValue } from '~/core/store';
import { audioFormat, Player } from '~/features/player';
import { STATE_LABELS } from '~/features/presence';
import { fetchGreeting, Greetings as Model, KINDS, STATE_KINDS, type Kind } from './greetings';

const OCCASIONS = {
  no_answer: msg`No answer`,
  busy: msg`Busy`,
  temporary: msg`Temporary greeting`,
  ...Object.fromEntries(STATE_KINDS.map((kind) => [kind, STATE_LABELS[kind]])),
} as Record<Kind, MessageDescriptor>;
const STATES: ReadonlySet<Kind> = new Set(STATE_KINDS);

interface GreetingsProps {
  /** Extension id, or id of a shared mailbox. */
  mailbox: string;
  tenant?: string;
  /** Occasions to show: by default those of every mailbox. */
  kinds?: readonly Kind[];
}

/** Greetings of a mailbox, by occasion. */
export function Greetings({ mailbox, tenant, kinds = KINDS }: GreetingsProps) {
  const { t } = useLingui();
  const [model] = useState(() => new Model(mailbox, tenant));
  const [open, setOpen] = useState<Kind>();
  const { greetings, fault, version } = useValue(model.state);
  useEffect(() => {
    void model.load();
    const stop = events.onConnected(() => void model.resume());
    return () => {
      stop();
      model.close();
    };
  }, [model]);
  const standard = (kind: Kind) =>
    STATES.has(kind) ? t`as in other states` : kind !== 'temporary' && t`system greeting`;
  return (
    <>
      {greetings ? <ErrorNotice fault={fault} /> : <ErrorBar fault={fault} retry={() => model.load()} />}
      {!greetings && !fault && <SkeletonRows rows={kinds.length} />}
      {greetings && (
        <Rows label={t`Greetings`}>
          {kinds.map((kind) => {
            const own = greetings.find((each) => each.kind === kind);
            const until = own?.until ? t`until ${formatDateTime(own.until)}` : undefined;
            const title = t(OCCASIONS[kind]);
            return (
              <ExpandableRow
                key={kind}
                icon={<IconVolume size={20} aria-hidden />}
                title={title}
                details={[own ? t`custom greeting` : standard(kind), until]}
                open={open === kind}
                onToggle={() => setOpen(open === kind ? undefined : kind)}
              >
                {own && (
                  <Player
                    key={version}
                    label={title}
                    seconds={own.seconds}
                    load={() => fetchGreeting(mailbox, kind, audioFormat(), tenant)}
                  />
                )}
                <GreetingControls kind={kind} model={model} exists={own !== undefined} />
              </ExpandableRow>
            );
          })}
        </Rows>
      )}
    </>
  );
}

function GreetingControls({ kind, model, exists }: { kind: Kind; model: Model; exists: boolean }) {
  const { t, i18n } = useLingui();
  const { recording, unsaved, busy, textFault } = useValue(model.state);
  const [end, setEnd] = useState('');
  const until = end ? new Date(end) : undefined;
  const clock = useElapsed(recording?.since);
  if (recording?.kind === kind) {
    return (
      <Stack gap="xs" mt="sm">
        <Text role="status">
          <Trans>Speak now. Two minutes maximum.</Trans>
        </Text>
        <Text fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
          {clock}
        </Text>
        <Group gap="xs">
          <Button
            size="md"
            data-autofocus
            leftSection={<IconPlayerStop size={18} aria-hidden />}
            onClick={() => void model.stop()}
          >
            <Trans>Use recording</Trans>
          </Button>
          <Button size="md" variant="default" onClick={() => model.cancel()}>
            <Trans>Discard</Trans>
          </Button>
        </Group>
      </Stack>
    );
  }
  if (unsaved?.kind === kind) return <UnsavedRecording model={model} />;
  return (
    <Stack gap="xs" mt="sm">
      {kind === 'temporary' && (
        <TextInput
          size="md"
          type="datetime-local"
          label={t`Active until`}
          description={t`Leave empty for no end date.`}
          value={end}
          onChange={(event) => setEnd(event.currentTarget.value)}
        />
      )}
      <Group gap="xs">
        <Button
          size="md"
          variant="light"
          disabled={busy || recording !== undefined || unsaved !== undefined}
          leftSection={<IconMicrophone size={18} aria-hidden />}
          onClick={() => void model.record(kind, until)}
        >
          <Trans>Record greeting</Trans>
        </Button>
        <FileButton accept="audio/*" onChange={(file) => file && void model.upload(kind, file, until)}>
          {(props) => (
            <Button
              {...props}
              size="md"
              variant="default"
              disabled={busy}
              leftSection={<IconFileMusic size={18} aria-hidden />}
            >
              <Trans>Choose file</Trans>
            </Button>
          )}
        </FileButton>
        {exists && (
          <Button
            size="md"
            variant="light"
            color="red"
            disabled={busy}
            leftSection={<IconTrash size={18} aria-hidden />}
            onClick={() => void model.remove(kind)}
          >
            <Trans>Remove</Trans>
          </Button>
        )}
      </Group>
      <SynthesizeForm
        synthesize={(text) => model.synthesize(kind, text, resolveLanguage(i18n.locale, []), until)}
        busy={busy}
        fault={textFault}
      />
    </Stack>
  );
}

/** A recording on its way to the server, or one that did not arrive: leaving the page asks first. */
function UnsavedRecording({ model }: { model: Model }) {
  const { busy, unsavedFault } = useValue(model.state);
  return (
    <form
      data-unsaved
      onSubmit={(event) => {
        event.preventDefault();
        void model.save();
      }}
    >
      <ErrorNotice fault={unsavedFault} />
      {busy ? (
        <Group role="status" gap="xs" mt="sm">
          <Loader size="sm" aria-hidden />
          <Trans>Saving the recording…</Trans>
        </Group>
      ) : (
        <Group gap="xs" mt="sm">
          <Button type="submit" size="md">
            <Trans>Try again</Trans>
          </Button>
          <Button size="md" variant="default" onClick={() => model.discard()}>
            <Trans>Discard</Trans>
          </Button>
        </Group>
      )}
    </form>
  );
}

interface SynthesizeFormProps {
  synthesize: (text: string) => Promise<boolean>;
  busy: boolean;
  /** Why the last text was refused, whichever row it was entered in. */
  fault: unknown;
}

/** Greeting as text, synthesized by the server. */
function SynthesizeForm({ synthesize, busy, fault }: SynthesizeFormProps) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(false);
  const submit = async () => {
    const accepted = await synthesize(text.trim());
    setRefused(!accepted);
    if (accepted) setText('');
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {refused && <ErrorNotice fault={fault} />}
      <Textarea
        size="md"
        label={t`Or enter a text`}
        autosize
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() && (
        <Button type="submit" size="md" mt="xs" variant="light" disabled={busy}>
          <Trans>Create greeting</Trans>
        </Button>
      )}
    </form>
  );
}
