import { ActionIcon, CloseButton, Text, Textarea } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Conversation } from '~/api';
import { asProblem } from '~/core/problem';
import { randomText } from '~/core/random';
import { ErrorNotice } from '~/design/Notice';
import { useValue } from '~/core/store';
import type { VoiceClip } from '~/media/record-voice';
import { drafts, editMessage, sendMessage, typing } from './chats';
import { decodeMentions, encodeMentions, withNames } from './mentions';
import { useMentionList } from './useMentionList';
import { useMentionName } from './useMentionName';
import { endTarget, setTarget, useTarget } from './targets';
import { AttachMenu } from './files/AttachMenu';
import { ChosenFiles } from './files/ChosenFiles';
import { useAttaching } from './files/useAttaching';
import { VoiceRecorder } from './files/VoiceRecorder';
import { useSummary } from './files/useSummary';
import css from './composer.module.css';

const MAX_LENGTH = 8000;
/** On a keyboard of glass Enter makes a new line. */
const TOUCH = '(pointer: coarse)';

interface ComposerProps {
  conversation: Conversation;
  title: string;
}

/** The field for a message. Enter sends, Shift and Enter make a new line; on touch a button sends. */
export function Composer({ conversation, title }: ComposerProps) {
  const { id, members, encrypted } = conversation;
  const target = useTarget(id);
  const { t } = useLingui();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useValue(drafts.texts, (all) => all[id] ?? '');
  const [fault, setFault] = useState<unknown>();
  const editing = target?.kind === 'edit';
  const edited = target?.text ?? target?.message.text ?? '';
  const summary = useSummary();
  const attaching = useAttaching(id, encrypted);
  const text = decodeMentions(editing ? edited : draft, members);
  const isEmpty = !text.trim() && (editing || attaching.files.length === 0);
  const change = (next: string) => {
    const encoded = encodeMentions(next, members).text;
    if (editing) return setTarget(id, { ...target, text: encoded });
    void drafts.set(id, encoded);
    if (next.trim() && conversation.shares_marks) typing.typed(id);
  };
  const mentions = useMentionList(conversation, field, text, change);
  const nameOf = useMentionName(conversation);
  useEffect(() => void drafts.open(id), [id]);
  const chosen = target && `${target.kind} ${target.message.id}`;
  const before = useRef(chosen);
  useEffect(() => {
    // Not as the conversation is opened again: that would show the keyboard of a touch screen.
    if (chosen === before.current) return;
    before.current = chosen;
    if (!chosen) return;
    // The menu gives the focus back to its button first.
    const timer = setTimeout(() => field.current?.focus(), 50);
    return () => clearTimeout(timer);
  }, [chosen]);
  const end = () => target && endTarget(id, target);
  const submit = async () => {
    if (isEmpty) return;
    setFault(undefined);
    const encoded = encodeMentions(text, members);
    try {
      if (target?.kind === 'edit') {
        await editMessage(conversation, target.message, encoded);
      } else {
        const draft = drafts.take(id);
        const files = attaching.take();
        const created = new Date().toISOString();
        const message = { client_id: randomText(16), conversation_id: id, ...encoded, created, encrypted };
        try {
          await sendMessage({ ...message, reply_to: target?.message.id }, files);
        } catch (reason) {
          // A photo that cannot be read, or a full device: nothing was sent.
          attaching.giveBack(files);
          await drafts.giveBack(id, draft);
          throw reason;
        }
        await drafts.set(id, drafts.get(id));
      }
      end();
    } catch (reason) {
      setFault(asProblem(reason));
    }
  };
  const sendVoice = async (recorded: VoiceClip) => {
    await attaching.sendVoice(recorded, target?.message.id);
    end();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (mentions.onKeyDown(event)) return;
    if (event.key === 'Escape' && target) return end();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || matchMedia(TOUCH).matches) return;
    event.preventDefault();
    void submit();
  };
  return (
    <form
      className={css.composer}
      data-dropping={attaching.dragging || undefined}
      {...attaching.dropZone}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <ErrorNotice fault={fault} />
      {target && (
        <div className={css.target}>
          <Text size="sm" c="dimmed" lineClamp={1}>
            {target.kind === 'edit' ? (
              <Trans>Editing a message</Trans>
            ) : (
              <Trans>Reply to: {withNames(summary(target.message), nameOf)}</Trans>
            )}
          </Text>
          <CloseButton size={44} aria-label={t`Cancel`} onClick={end} />
        </div>
      )}
      {mentions.list}
      {!editing && <ChosenFiles files={attaching.files} onRemove={attaching.remove} />}
      <div className={css.write}>
        {!editing && <AttachMenu onFiles={attaching.add} />}
        <Textarea
          ref={field}
          className={css.field}
          size="md"
          autosize
          minRows={1}
          maxRows={6}
          dir="auto"
          maxLength={MAX_LENGTH}
          aria-label={t`Message to ${title}`}
          placeholder={t`Message`}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          onSelect={mentions.onCaret}
          onKeyDown={onKeyDown}
          {...mentions.field}
          onPaste={attaching.onPaste}
        />
        <VoiceRecorder offered={isEmpty && !editing} onRecorded={sendVoice} onLeft={attaching.attachVoice} />
        <ActionIcon type="submit" size={44} radius="xl" aria-label={t`Send`} disabled={isEmpty}>
          <IconSend size={20} aria-hidden />
        </ActionIcon>
      </div>
    </form>
  );
}
