import { ActionIcon, Modal, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconDownload } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState, type KeyboardEvent } from 'react';
import type { Attachment } from '~/api';
import { download } from '~/design/table/csv';
import { useLayer } from '~/design/layers';
import { useAttempt } from '../useAttempt';
import { fetchFile, usePicture } from './pictures';
import css from './files.module.css';

interface PhotoViewerProps {
  conversation: string;
  photos: Attachment[];
  first: Attachment;
  author?: string;
  onClose: () => void;
}

/** The photos of a message on the whole screen; arrows show the others. */
export function PhotoViewer({ conversation, photos, first, author, onClose }: PhotoViewerProps) {
  const { t } = useLingui();
  const dismiss = useLayer(true, onClose);
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => (opener as HTMLElement | null)?.focus({ preventScroll: true }), [opener]);
  const [at, setAt] = useState(photos.indexOf(first));
  const photo = photos[at] ?? first;
  const label = author ? t`Photo from ${author}: ${photo.name}` : t`Your photo: ${photo.name}`;
  const move = (by: number) => setAt(Math.min(Math.max(at + by, 0), photos.length - 1));
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') move(-1);
    if (key === 'ArrowRight') move(1);
  };
  const attempt = useAttempt();
  const store = () =>
    attempt(async () => download(photo.name, await fetchFile(conversation, photo), 'application/octet-stream'));
  return (
    <Modal
      opened
      onClose={dismiss}
      fullScreen
      title={photo.name}
      closeButtonProps={{ 'aria-label': t`Close`, size: 44 }}
      classNames={{ body: css.viewer }}
      onKeyDown={onKeyDown}
    >
      <Shown key={photo.id} conversation={conversation} photo={photo} label={label} />
      <div className={css.controls}>
        {photos.length > 1 && (
          <ActionIcon
            variant="default"
            size={44}
            aria-label={t`Previous photo`}
            disabled={at === 0}
            onClick={() => move(-1)}
          >
            <IconChevronLeft aria-hidden />
          </ActionIcon>
        )}
        <ActionIcon variant="default" size={44} aria-label={t`Download ${photo.name}`} onClick={() => void store()}>
          <IconDownload aria-hidden />
        </ActionIcon>
        {photos.length > 1 && (
          <ActionIcon
            variant="default"
            size={44}
            aria-label={t`Next photo`}
            disabled={at === photos.length - 1}
            onClick={() => move(1)}
          >
            <IconChevronRight aria-hidden />
          </ActionIcon>
        )}
      </div>
    </Modal>
  );
}

function Shown({ conversation, photo, label }: { conversation: string; photo: Attachment; label: string }) {
  const { url, fault } = usePicture(conversation, photo, false);
  if (url) return <img src={url} alt={label} className={css.whole} />;
  return (
    <Text c="dimmed" role="status">
      {fault ? <Trans>The photo could not be loaded.</Trans> : <Trans>Loading…</Trans>}
    </Text>
  );
}
