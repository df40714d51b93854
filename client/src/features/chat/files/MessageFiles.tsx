import { ActionIcon, Button, Text } from '@mantine/core';
import { IconDownload, IconFile, IconMusic, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Attachment, ChatMessage } from '~/api';
import { download } from '~/design/table/csv';
import { fileSize } from '~/design/file-size';
import { Player } from '~/features/player';
import { useAttempt } from '../useAttempt';
import { PhotoViewer } from './PhotoViewer';
import { fetchFile, usePicture } from './pictures';
import css from './files.module.css';

/** The files of a message: photos, players and cards. Without an author they are the user's own. */
export function MessageFiles({ message, author }: { message: ChatMessage; author?: string }) {
  const [shown, setShown] = useState<Attachment>();
  const { attachments, conversation_id: conversation } = message;
  return (
    <div className={css.files}>
      {attachments.map((each) =>
        each.kind === 'photo' ? (
          <Photo key={each.id} conversation={conversation} file={each} author={author} onOpen={() => setShown(each)} />
        ) : (
          <File key={each.id} conversation={conversation} file={each} author={author} />
        ),
      )}
      {shown && (
        <PhotoViewer
          conversation={conversation}
          photos={attachments.filter((each) => each.kind === 'photo')}
          first={shown}
          author={author}
          onClose={() => setShown(undefined)}
        />
      )}
    </div>
  );
}

interface FileProps {
  conversation: string;
  file: Attachment;
  author?: string;
}

function Photo({ conversation, file, author, onOpen }: FileProps & { onOpen: () => void }) {
  const { t } = useLingui();
  const { url, fault } = usePicture(conversation, file, true);
  const label = author ? t`Photo from ${author}: ${file.name}` : t`Your photo: ${file.name}`;
  return (
    <button
      type="button"
      className={css.photo}
      style={{ aspectRatio: `${file.width ?? 1} / ${file.height ?? 1}` }}
      aria-label={label}
      onClick={onOpen}
    >
      {url && <img src={url} alt={label} width={file.width ?? undefined} height={file.height ?? undefined} />}
      {fault && (
        <Text size="sm" c="dimmed">
          <Trans>The photo could not be loaded.</Trans>
        </Text>
      )}
    </button>
  );
}

function File({ conversation, file, author }: FileProps) {
  const { t } = useLingui();
  const load = () => fetchFile(conversation, file);
  if (file.kind === 'voice' || file.kind === 'audio') {
    return (
      <div className={css.sound}>
        {file.kind === 'audio' && <FileCard file={file} load={load} />}
        <Player
          label={file.kind !== 'voice' ? file.name : author ? t`Voice message from ${author}` : t`Your voice message`}
          seconds={file.seconds ?? 0}
          load={load}
          peaks={file.peaks.length > 0 ? async () => file.peaks : undefined}
        />
      </div>
    );
  }
  return file.kind === 'video' ? <Video file={file} load={load} /> : <FileCard file={file} load={load} />;
}

/** Name and size of a file, with a button that stores it. */
function FileCard({ file, load }: { file: Attachment; load: () => Promise<Blob> }) {
  const { t } = useLingui();
  const [busy, setBusy] = useState(false);
  const attempt = useAttempt();
  const store = async () => {
    setBusy(true);
    // Of no type that a browser shows: it is stored.
    await attempt(async () => download(file.name, await load(), 'application/octet-stream'));
    setBusy(false);
  };
  const Shape = file.kind === 'video' ? IconVideo : file.kind === 'audio' ? IconMusic : IconFile;
  return (
    <div className={css.card}>
      <Shape size={24} aria-hidden />
      <div className={css.name}>
        <Text size="sm" lineClamp={2}>
          {file.name}
        </Text>
        <Text size="sm" c="dimmed">
          {fileSize(file.size)}
        </Text>
      </div>
      <ActionIcon
        variant="subtle"
        size={44}
        radius="xl"
        aria-label={t`Download ${file.name}`}
        loading={busy}
        onClick={() => void store()}
      >
        <IconDownload size={20} aria-hidden />
      </ActionIcon>
    </div>
  );
}

function Video({ file, load }: { file: Attachment; load: () => Promise<Blob> }) {
  const [url, setUrl] = useState<string>();
  const [busy, setBusy] = useState(false);
  const attempt = useAttempt();
  useEffect(() => () => URL.revokeObjectURL(url ?? ''), [url]);
  const play = async () => {
    setBusy(true);
    await attempt(async () => setUrl(URL.createObjectURL(await load())));
    setBusy(false);
  };
  return (
    <div className={css.sound}>
      <FileCard file={file} load={load} />
      {url ? (
        <video src={url} controls autoPlay playsInline className={css.video} aria-label={file.name} />
      ) : (
        <Button variant="default" size="md" loading={busy} onClick={() => void play()}>
          <Trans>Play video</Trans>
        </Button>
      )}
    </div>
  );
}
