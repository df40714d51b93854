import { CloseButton, Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { fileSize } from '~/design/file-size';
import type { Chosen } from './chosen';
import css from './files.module.css';

interface ChosenFilesProps {
  files: readonly Chosen[];
  onRemove: (id: string) => void;
}

/** Files that the next message will have. */
export function ChosenFiles({ files, onRemove }: ChosenFilesProps) {
  const { t } = useLingui();
  if (files.length === 0) return null;
  return (
    <ul className={css.chosen} aria-label={t`Attached files`}>
      {files.map((each) => (
        <li key={each.id}>
          {each.type.startsWith('image/') && each.type !== 'image/svg+xml' && <Preview blob={each.blob} />}
          <div className={css.name}>
            <Text size="sm" lineClamp={1}>
              {each.name}
            </Text>
            <Text size="sm" c="dimmed">
              {fileSize(each.size)}
            </Text>
          </div>
          <CloseButton size={44} aria-label={t`Remove ${each.name}`} onClick={() => onRemove(each.id)} />
        </li>
      ))}
    </ul>
  );
}

function Preview({ blob }: { blob: Blob }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url ? <img src={url} alt="" className={css.preview} /> : null;
}
