import { ActionIcon, Alert, Text } from '@mantine/core';
import { IconMicrophone, IconSend, IconTrash } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type MouseEvent, type RefObject } from 'react';
import { currentOwner } from '~/core/device-storage';
import { useValue } from '~/core/store';
import { formatDuration } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { captureNotice } from '~/features/call';
import { PermissionText } from '~/features/privacy';
import { CaptureError, pendingPermission } from '~/media/capture';
import { recordVoice, type VoiceClip, type VoiceRecording } from '~/media/record-voice';
import css from './files.module.css';

/** Held longer than this, releasing the button sends the message. */
const HOLD_MS = 600;
const MAX_SECONDS = 600;
/** Shorter ones are pressed by mistake. */
const MIN_SECONDS = 0.5;

interface VoiceRecorderProps {
  /** Whether a recording can be begun. One that has begun goes on in any case. */
  offered: boolean;
  onRecorded: (clip: VoiceClip) => Promise<void>;
  /** The conversation was left while a message was being recorded. */
  onLeft: (clip: VoiceClip) => void;
}

/** Records a voice message: press to start, then send or discard it; or hold the button while speaking. */
export function VoiceRecorder({ offered, onRecorded, onLeft }: VoiceRecorderProps) {
  const { t } = useLingui();
  const [recording, setRecording] = useState<VoiceRecording>();
  const [fault, setFault] = useState<unknown>();
  const starting = useRef(false);
  /** The recording has been sent or discarded by the user. */
  const ending = useRef(false);
  const { source } = useValue(pendingPermission);
  const left = useRef(onLeft);
  left.current = onLeft;
  useEffect(() => {
    if (!recording) return;
    const owner = currentOwner();
    return () => {
      if (ending.current) return recording.cancel();
      const finish = async () => {
        const clip = await recording.stop();
        if (clip.seconds >= MIN_SECONDS && owner === currentOwner()) left.current(clip);
      };
      void finish();
    };
  }, [recording]);
  const wanted = useRef(false);
  useEffect(() => {
    wanted.current = offered;
    return () => {
      wanted.current = false;
    };
  }, [offered]);
  const start = async () => {
    if (starting.current || recording) return;
    starting.current = true;
    setFault(undefined);
    try {
      const begun = await recordVoice();
      ending.current = false;
      if (wanted.current) setRecording(begun);
      else begun.cancel(); // the page was left, or a text was begun meanwhile, which keeps the focus
    } catch (reason) {
      setFault(reason);
    } finally {
      starting.current = false;
    }
  };
  const end = async (recorded: Promise<VoiceClip> | undefined) => {
    ending.current = true;
    setRecording(undefined);
    try {
      const clip = await recorded;
      if (clip && clip.seconds >= MIN_SECONDS) await onRecorded(clip);
    } catch (reason) {
      setFault(reason);
    }
  };
  const stopHeld = useRef<() => void>(undefined);
  const hold = () => {
    const pressed = Date.now();
    const release = () => {
      removeEventListener('pointerup', release);
      removeEventListener('pointercancel', release);
      if (Date.now() - pressed > HOLD_MS) stopHeld.current?.();
    };
    addEventListener('pointerup', release);
    addEventListener('pointercancel', release);
    void start();
  };
  return (
    <>
      {offered && (
        <ActionIcon
          variant="subtle"
          size={44}
          radius="xl"
          aria-label={t`Record a voice message`}
          onPointerDown={(event) => {
            if (event.button === 0) hold();
          }}
          onClick={({ detail }: MouseEvent) => {
            if (detail === 0) void start(); // by keyboard
          }}
        >
          <IconMicrophone size={20} aria-hidden />
        </ActionIcon>
      )}
      {recording && <Recording recording={recording} stopHeld={stopHeld} onEnd={(clip) => void end(clip)} />}
      {source === 'microphone' && (
        <div className={css.notice} role="status">
          <PermissionText of="microphone" />
        </div>
      )}
      {offered && fault instanceof CaptureError && (
        <Alert className={css.notice} role="alert" color="red" title={t(captureNotice(fault).title)}>
          {t(captureNotice(fault).advice)}
        </Alert>
      )}
      {!(fault instanceof CaptureError) && <ErrorNotice fault={fault} />}
    </>
  );
}

interface RecordingProps {
  recording: VoiceRecording;
  /** Called when a held button is released. */
  stopHeld: RefObject<(() => void) | undefined>;
  /** Nothing if it is discarded. */
  onEnd: (clip: Promise<VoiceClip> | undefined) => void;
}

function Recording({ recording, stopHeld, onEnd }: RecordingProps) {
  const { t } = useLingui();
  const [seconds, setSeconds] = useState(0);
  const ended = useRef(false);
  const stop = () => {
    if (ended.current) return;
    ended.current = true;
    onEnd(recording.stop());
  };
  const stopNow = useRef(stop);
  stopNow.current = stop;
  useEffect(() => {
    const started = Date.now();
    const timer = setInterval(() => {
      const passed = (Date.now() - started) / 1000;
      setSeconds(passed);
      if (passed >= MAX_SECONDS) stopNow.current();
    }, 250);
    stopHeld.current = () => stopNow.current();
    return () => {
      clearInterval(timer);
      stopHeld.current = undefined;
    };
  }, [stopHeld]);
  return (
    <div className={css.recording} role="group" aria-label={t`Voice message`}>
      <ActionIcon
        variant="subtle"
        color="red"
        size={44}
        radius="xl"
        aria-label={t`Discard the voice message`}
        onClick={() => onEnd(undefined)}
      >
        <IconTrash size={20} aria-hidden />
      </ActionIcon>
      <span className={css.dot} aria-hidden />
      <Text className={css.name} role="timer" aria-label={t`Recording`}>
        {formatDuration(seconds)}
      </Text>
      <ActionIcon autoFocus size={44} radius="xl" aria-label={t`Send the voice message`} onClick={stop}>
        <IconSend size={20} aria-hidden />
      </ActionIcon>
    </div>
  );
}
