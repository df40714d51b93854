import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { IconDownload, IconShare } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { ErrorNotice } from '~/design/Notice';
import { saveFile } from '~/design/files';
import { messageFile, shareFile } from './message-file';
import { fetchMessage } from './own-voicemail';
import type { VoicemailEntry } from './model';

/** Saves or shares the sound of a message as a file. */
export function MessageFile({ message }: { message: VoicemailEntry }) {
  const fetching = useMutation({
    mutationFn: async (to: (file: File) => void | Promise<void>) =>
      to(messageFile(await fetchMessage(message.id), message.created)),
  });
  return (
    <>
      <Button
        size="md"
        variant="default"
        leftSection={<IconDownload size={18} aria-hidden />}
        onClick={() => fetching.mutate(saveFile)}
      >
        <Trans>Save</Trans>
      </Button>
      {'share' in navigator && (
        <Button
          size="md"
          variant="default"
          leftSection={<IconShare size={18} aria-hidden />}
          onClick={() => fetching.mutate(shareFile)}
        >
          <Trans>Share</Trans>
        </Button>
      )}
      <ErrorNotice fault={fetching.error} />
    </>
  );
}
