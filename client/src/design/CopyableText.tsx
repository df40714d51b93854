import { Button, Code, CopyButton, Group } from '@mantine/core';
import { Trans } from '@lingui/react/macro';

interface CopyableTextProps {
  text: string;
  /** Label of the button for screen readers; contains the word "Copy". */
  label: string;
}

/** An address or another value that is entered elsewhere, with a button that copies it. */
export function CopyableText({ text, label }: CopyableTextProps) {
  return (
    <Group>
      <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" aria-label={copied ? undefined : label} onClick={copy}>
            {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
