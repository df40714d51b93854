import { plural, t } from '@lingui/core/macro';
import { useState, type ClipboardEvent, type DragEvent } from 'react';
import { randomText } from '~/core/random';
import { toast } from '~/core/toasts';
import type { VoiceClip } from '~/media/record-voice';
import { sendMessage } from '../chats';
import { chosen, chosenFile, type Chosen } from './chosen';

/** Files of one message. */
export const MAX_FILES = 10;

function voiceFile({ blob, seconds, peaks }: VoiceClip): Chosen {
  const ending = blob.type.split('/')[1] || 'webm';
  return chosenFile(blob, `voice.${ending}`, { seconds, peaks });
}

/** Files chosen for a message: by a button, dropped, or pasted. */
export function useAttaching(conversation: string, encrypted: boolean) {
  const [files, setFiles] = useState(chosen.get(conversation) ?? []);
  const [dragging, setDragging] = useState(false);
  const change = (next: Chosen[]) => {
    chosen.set(conversation, next);
    setFiles(next);
  };
  const add = (more: Iterable<File>) => {
    const given = [...more];
    const empty = given.filter(({ size }) => size === 0);
    if (empty[0]) {
      const { name } = empty[0];
      const count = empty.length;
      const message = plural(count, {
        one: `${name} is empty and was left out.`,
        other: '# empty files were left out.',
      });
      toast({ message });
    }
    const added = given.filter(({ size }) => size > 0).map((each) => chosenFile(each, each.name));
    const all = [...(chosen.get(conversation) ?? []), ...added];
    const left = all.length - MAX_FILES;
    if (left > 0) {
      const omitted = plural(left, { one: '# file was left out.', other: '# files were left out.' });
      toast({ message: t`A message has at most ${MAX_FILES} files. ${omitted}` });
    }
    change(all.slice(0, MAX_FILES));
  };
  return {
    files,
    dragging,
    add,
    remove: (id: string) => change(files.filter((each) => each.id !== id)),
    /** Return the chosen files for a message. None is left for the next one, which may be sent before they are stored. */
    take(): Chosen[] {
      const taken = chosen.get(conversation) ?? [];
      change([]);
      return taken;
    },
    /** Put files back that could not be sent, before those chosen since. */
    giveBack(taken: Chosen[]): void {
      change([...taken, ...(chosen.get(conversation) ?? [])]);
    },
    /** Send a recorded message, which may answer another. */
    async sendVoice(recorded: VoiceClip, reply_to?: string): Promise<void> {
      const created = new Date().toISOString();
      const message = { client_id: randomText(16), conversation_id: conversation, text: '', created, encrypted };
      await sendMessage({ ...message, reply_to }, [voiceFile(recorded)]);
    },
    /** Attach a recording whose conversation was left: it waits there for the next message. */
    attachVoice(recorded: VoiceClip): void {
      chosen.set(conversation, [...(chosen.get(conversation) ?? []), voiceFile(recorded)].slice(0, MAX_FILES));
    },
    onPaste(event: ClipboardEvent) {
      const pasted = [...event.clipboardData.files];
      if (pasted.length === 0) return;
      event.preventDefault();
      add(pasted);
    },
    dropZone: {
      onDragOver(event: DragEvent) {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setDragging(true);
      },
      onDragLeave: () => setDragging(false),
      onDrop(event: DragEvent) {
        setDragging(false);
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        add(event.dataTransfer.files);
      },
    },
  };
}
