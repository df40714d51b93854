import { Button, CopyButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload, IconRefresh, IconSend } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { Fault, Hint } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useValue } from '~/kernel/store';
import { findOut } from './found';
import { DiagnosticsModel, LONGEST } from './model';

export default function Diagnostics() {
  const { t } = useLingui();
  const [model] = useState(() => new DiagnosticsModel(findOut));
  const { text, busy, sent, unwanted, fault } = useValue(model.state);
  useEffect(() => {
    void model.make();
  }, [model]);
  return (
    <Page title={t`Diagnostics`} back="/settings">
      <Stack>
        <Text>
          <Trans>
            This is the whole report. It has no names, no numbers and nothing of what you said. Change or delete what
            you like; it is sent to your administrators when you press the button, and not before.
          </Trans>
        </Text>
        <Textarea
          label={t`The report`}
          autosize
          minRows={8}
          maxRows={22}
          maxLength={LONGEST}
          spellCheck={false}
          styles={{
            input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 'var(--mantine-font-size-xs)' },
          }}
          value={text}
          onChange={(event) => model.change(event.currentTarget.value)}
        />
        <Fault fault={fault} />
        {sent && (
          <Hint title={t`It is sent`}>
            <Trans>Your administrators can read it for thirty days; then it is deleted.</Trans>
          </Hint>
        )}
        {unwanted && (
          <Hint title={t`This server takes no reports`}>
            <Trans>Copy or save it instead, and hand it over yourself.</Trans>
          </Hint>
        )}
        <Button
          size="md"
          leftSection={<IconSend aria-hidden />}
          loading={busy}
          disabled={sent || unwanted || text.trim() === ''}
          onClick={() => void model.send()}
        >
          <Trans>Send to my administrators</Trans>
        </Button>
        <Group grow>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button
                size="md"
                variant="default"
                leftSection={copied ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
                onClick={copy}
              >
                {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
              </Button>
            )}
          </CopyButton>
          <Button size="md" variant="default" leftSection={<IconDownload aria-hidden />} onClick={() => save(text)}>
            <Trans>Save</Trans>
          </Button>
        </Group>
        <Button size="md" variant="subtle" leftSection={<IconRefresh aria-hidden />} onClick={() => void model.make()}>
          <Trans>Make it anew</Trans>
        </Button>
      </Stack>
    </Page>
  );
}

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'unificx-diagnostics.txt' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
