import { Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { usePicture } from '~/core/pictures';
import { Avatar } from '~/design/Avatar';
import { ErrorNotice } from '~/design/Notice';

/** Formats that the server reads; no HEIC, which telephones convert when a photo is chosen. */
const TYPES = 'image/jpeg,image/png,image/webp,image/gif,image/avif,image/bmp';

interface PictureFieldProps {
  name: string;
  /** Key of the picture. */
  of: string;
  /** A note, with the people that see it. */
  children: ReactNode;
  set: (photo: File) => Promise<unknown>;
  remove: () => Promise<unknown>;
}

/** The picture of a person or contact: choose one, or remove it. */
export function PictureField({ name, of, children, set, remove }: PictureFieldProps) {
  const { t } = useLingui();
  const picture = usePicture(of);
  const setting = useMutation({ mutationFn: set });
  const removing = useMutation({ mutationFn: remove });
  return (
    <Group align="start">
      <Avatar name={name} of={of} size={72} />
      <Stack gap="sm" flex="1 1 12rem" miw={0}>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
        <ErrorNotice fault={setting.error ?? removing.error} />
        <Stack gap="xs">
          <FileButton accept={TYPES} onChange={(photo) => photo && setting.mutate(photo)}>
            {(props) => (
              <Button {...props} variant="default" px="sm" loading={setting.isPending}>
                {picture ? t`Choose another picture` : t`Choose a picture`}
              </Button>
            )}
          </FileButton>
          {picture && (
            <Button variant="subtle" color="red" px="sm" loading={removing.isPending} onClick={() => removing.mutate()}>
              <Trans>Remove picture</Trans>
            </Button>
          )}
        </Stack>
      </Stack>
    </Group>
  );
}
