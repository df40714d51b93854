import { UnstyledButton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { useCornerDrag } from './useCornerDrag';
import { VideoElement } from '~/design/VideoElement';
import css from './video.module.css';

/** The own video, dragged into another corner; a press moves it to the next one. */
export function OwnVideo({ stream }: { stream: MediaStream }) {
  const { t } = useLingui();
  const drag = useCornerDrag('top-right', (moveOn) => moveOn());
  return (
    <UnstyledButton className={css.own} aria-label={t`Move your video`} {...drag}>
      <VideoElement stream={stream} label={t`Your video`} className={css.localVideo} mirrored />
    </UnstyledButton>
  );
}
