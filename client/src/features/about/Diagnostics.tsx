import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconDownload, IconRefresh, IconSend } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { CopyButton } from '~/design/CopyButton';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';
import { collectDiagnostics } from './collect';
import { DiagnosticsModel, MAX_REPORT_LENGTH } from './model';

export default function Diagnostics() {
  const { t } = useLingui();
  const [model] = useState(() => new DiagnosticsModel(collectDiagnostics));
  const { text, busy, sent, unsupported, fault } = useValue(model.state);
  useEffect(() => {
    void model.generate();
  }, [model]);
  return (
    <Page title={t`Diagnostics`} back="/settings">
      <Stack>
        <Text>
          <Trans>
            This is the complete report. It contains no names, numbers or call content. You can edit it before sending.
            It is sent to your administrators only when you press the button.
          </Trans>
        </Text>
        <Textarea
          label={t`Report`}
          autosize
          minRows={8}
          maxRows={22}
          maxLength={MAX_REPORT_LENGTH}
          spellCheck={false}
          styles={{
            input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 'var(--mantine-font-size-xs)' },
          }}
          value={text}
          onChange={(event) => model.change(event.currentTarget.value)}
        />
        <ErrorNotice fault={fault} />
        {sent && (
          <InfoNotice title={t`Report sent`}>
            <Trans>Your administrators can read it for thirty days. Then it is deleted.</Trans>
          </InfoNotice>
        )}
        {unsupported && (
          <InfoNotice title={t`Reports are not accepted by this server`}>
            <Trans>Copy or save the report and send it yourself.</Trans>
          </InfoNotice>
        )}
        <Button
          size="md"
          leftSection={<IconSend aria-hidden />}
          loading={busy}
          disabled={sent || unsupported || text.trim() === ''}
          onClick={() => void model.send()}
        >
          <Trans>Send to administrators</Trans>
        </Button>
        <Group grow>
          <CopyButton text={text} />
          <Button
            size="md"
            variant="default"
            leftSection={<IconDownload aria-hidden />}
            onClick={() => downloadReport(text)}
          >
            <Trans>Save</Trans>
          </Button>
        </Group>
        <Button
          size="md"
          variant="subtle"
          leftSection={<IconRefresh aria-hidden />}
          onClick={() => void model.generate()}
        >
          <Trans>Create again</Trans>
        </Button>
      </Stack>
    </Page>
  );
}

function downloadReport(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'unificx-diagnostics.txt' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
