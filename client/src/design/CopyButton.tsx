import { Button, CopyButton as Copying } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';

interface CopyButtonProps {
  text: string;
  /** "Copy" if it is missing. */
  children?: ReactNode;
}

/** A button of full size that copies a text, and says so. */
export function CopyButton({ text, children = <Trans>Copy</Trans> }: CopyButtonProps) {
  return (
    <Copying value={text}>
      {({ copied, copy }) => (
        <Button
          size="md"
          variant="default"
          leftSection={copied ? <IconCheck aria-hidden /> : <IconCopy aria-hidden />}
          onClick={copy}
        >
          {copied ? <Trans>Copied</Trans> : children}
        </Button>
      )}
    </Copying>
  );
}
