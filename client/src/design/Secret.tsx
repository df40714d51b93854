import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';

/** A value that is shown once, with a copy button and a note. */
export function Secret({ text }: { text: string }) {
  return (
    <>
      <Group wrap="nowrap" my="sm">
        <Code
          block
          style={{ flex: 1, fontSize: 'var(--mantine-font-size-md)', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>Shown only now. It cannot be displayed again.</Trans>
      </Text>
    </>
  );
}
