import { TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { ComponentProps } from 'react';

/** The accent colour. The server checks that white text on it can be read. */
export function AccentField(props: ComponentProps<typeof TextInput>) {
  const { t } = useLingui();
  return (
    <TextInput
      type="color"
      size="md"
      label={t`Accent colour`}
      description={t`Dark enough for white text. The dark theme has a lighter shade of it.`}
      {...props}
    />
  );
}
