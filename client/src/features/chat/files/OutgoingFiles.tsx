import { Progress, Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useValue } from '~/core/store';
import { fileSize } from '~/design/file-size';
import { uploader } from '../chats';
import type { OutgoingFile } from '../outbox';
import css from './files.module.css';

/** Files of a message that is not sent yet, with what has arrived of them. */
export function OutgoingFiles({ files }: { files: readonly OutgoingFile[] }) {
  const { t } = useLingui();
  const progress = useValue(uploader.progress);
  return (
    <div className={css.files}>
      {files.map((each) => (
        <div key={each.id} className={css.waiting}>
          <Text size="sm" lineClamp={1}>
            {each.name}
          </Text>
          <Text size="sm" c="dimmed">
            {fileSize(each.size)}
          </Text>
          <Progress
            className={css.progress}
            value={each.attachment ? 100 : Math.round((progress[each.id] ?? 0) * 100)}
            aria-label={t`Upload of ${each.name}`}
          />
        </div>
      ))}
    </div>
  );
}
