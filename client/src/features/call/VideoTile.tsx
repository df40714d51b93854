import { UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { showCall } from './model';
import { useCornerDrag } from './useCornerDrag';
import { VideoElement } from '~/design/VideoElement';
import css from './bar.module.css';

/** The remote video of a minimised call; a press restores the call. */
export function VideoTile({ stream, title }: { stream: MediaStream; title: string }) {
  const { t } = useLingui();
  const drag = useCornerDrag('bottom-right', () => showCall({ minimised: false }));
  return (
    <UnstyledButton className={css.tile} aria-label={t`Show video of ${title}`} {...drag}>
      <VideoElement stream={stream} label={t`${title}, live`} />
    </UnstyledButton>
  );
}
