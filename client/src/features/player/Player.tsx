import { ActionIcon, Button, Slider, Text } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { formatDuration } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { useValue } from '~/core/store';
import { Playback } from './model';
import { createSound } from './sound';
import { Wave } from './Wave';
import css from './player.module.css';

interface PlayerProps {
  /** Accessible name. */
  label: string;
  /** Length from the list; 0 if unknown. */
  seconds: number;
  load: () => Promise<Blob>;
  /** Waveform, 0 to 100; absent if not measured. */
  peaks?: () => Promise<readonly number[]>;
  /** Play at once. */
  autoPlay?: boolean;
  /** Playback has started for the first time. */
  onStarted?: () => void;
}

/** Audio player with waveform, slider and playback speed. */
export function Player({ label, seconds, load, peaks, autoPlay = false, onStarted }: PlayerProps) {
  const { t, i18n } = useLingui();
  const [playsAtOnce] = useState(autoPlay);
  const [playback] = useState(
    () =>
      new Playback(seconds, {
        load,
        sound: createSound,
        peaks: async () => (await peaks?.()) ?? [],
        onStarted: () => onStarted?.(),
      }),
  );
  useEffect(() => {
    void playback.loadPeaks();
    if (playsAtOnce) void playback.toggle();
    return () => playback.close();
  }, [playback, playsAtOnce]);
  const now = useValue(playback.state);
  const playing = now.phase === 'playing';
  const speed = i18n.number(now.speed);
  return (
    <div role="group" aria-label={label}>
      <ErrorNotice fault={now.fault} />
      <div className={css.player}>
        <ActionIcon
          size={44}
          radius="xl"
          aria-label={playing ? t`Pause` : t`Play`}
          loading={now.phase === 'loading'}
          onClick={() => void playback.toggle()}
        >
          {playing ? <IconPlayerPauseFilled size={20} aria-hidden /> : <IconPlayerPlayFilled size={20} aria-hidden />}
        </ActionIcon>
        <Wave
          peaks={now.peaks}
          progress={now.position / Math.max(now.seconds, 0.1)}
          onSeek={(part) => void playback.seek(part * now.seconds)}
        />
        <Button
          variant="default"
          size="md"
          px="xs"
          miw={56}
          aria-label={t`Speed: ${speed}`}
          onClick={() => playback.nextSpeed()}
        >
          {speed} ×
        </Button>
        <div className={css.below}>
          <Slider
            flex={1}
            size="sm"
            label={null}
            thumbLabel={t`Position`}
            max={Math.max(now.seconds, 0.1)}
            step={0.1}
            value={Math.min(now.position, now.seconds)}
            onChange={(at) => void playback.seek(at)}
          />
          <Text size="sm" c="dimmed" className={css.time}>
            {formatDuration(now.position)}
            {now.seconds > 0 && ` / ${formatDuration(Math.round(now.seconds))}`}
          </Text>
        </div>
      </div>
    </div>
  );
}
