import { Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { session } from '~/api/session';
import { usePicture } from '~/core/pictures';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { refreshPictures } from './pictures';

/** Formats that the server reads; no HEIC, which telephones convert when a photo is chosen. */
const TYPES = 'image/jpeg,image/png,image/webp,image/gif,image/avif,image/bmp';

/** The user's own picture: choose one, or remove it. */
export function OwnPicture() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const picture = usePicture(me?.person?.id);
  const set = useMutation({
    mutationFn: (file: File) => api.setOwnPicture({ body: file }),
    onSuccess: refreshPictures,
  });
  const remove = useMutation({ mutationFn: () => api.deleteOwnPicture(), onSuccess: refreshPictures });
  if (!me?.person || me.tenant?.pictures === false) return null;
  return (
    <Section title={t`Your picture`}>
      <Group align="start">
        <Avatar name={me.person.name} of={me.person.id} size={72} />
        <Stack gap="sm" flex="1 1 12rem" miw={0}>
          <Text size="sm" c="dimmed">
            <Trans>
              Colleagues in your organisation see it. A small square from the middle is stored, encrypted, without place
              and camera. It is voluntary, and you can remove it at any time.
            </Trans>
          </Text>
          <ErrorNotice fault={set.error ?? remove.error} />
          <Stack gap="xs">
            <FileButton accept={TYPES} onChange={(file) => file && set.mutate(file)}>
              {(props) => (
                <Button {...props} variant="default" px="sm" loading={set.isPending}>
                  {picture ? t`Choose another picture` : t`Choose a picture`}
                </Button>
              )}
            </FileButton>
            {picture && (
              <Button variant="subtle" color="red" px="sm" loading={remove.isPending} onClick={() => remove.mutate()}>
                <Trans>Remove picture</Trans>
              </Button>
            )}
          </Stack>
        </Stack>
      </Group>
    </Section>
  );
}
