import { Button, Stack, Text, Title } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { Secret } from '~/design/Secret';

interface NewSecretProps {
  title: string;
  /** Says what the secret is for. */
  text: string;
  secret: string;
  onClose: () => void;
}

/** A new key or secret, in place of the form that has made it. */
export function NewSecret({ title, text, secret, onClose }: NewSecretProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Stack gap="sm" align="stretch">
      <Title order={3} size="h4" ref={heading} tabIndex={-1}>
        {title}
      </Title>
      <Text size="sm">{text}</Text>
      <div>
        <Secret text={secret} />
      </div>
      <Button size="md" onClick={onClose}>
        <Trans>Done</Trans>
      </Button>
    </Stack>
  );
}
