import { useId, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { useLingui } from '@lingui/react/macro';
import type { Conversation, ConversationMember } from '~/api';
import { Avatar } from '~/design/Avatar';
import { candidates, labelOf, mentionQuery } from './mentions';
import css from './mention-list.module.css';

interface MentionList {
  /** Attributes of the field. */
  field: Record<string, unknown>;
  /** Handles the keys of the open list; true if it has. */
  onKeyDown: (event: KeyboardEvent) => boolean;
  /** The caret has moved. */
  onCaret: () => void;
  list: ReactNode;
}

/** The list of members that opens with an @ in the field. Arrow keys choose, Enter and Tab insert, Escape closes. */
export function useMentionList(
  conversation: Conversation,
  input: RefObject<HTMLTextAreaElement | null>,
  text: string,
  onText: (text: string) => void,
): MentionList {
  const { t } = useLingui();
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [closedAt, setClosedAt] = useState<number>();
  const query = mentionQuery(text, caret);
  const found = query && query.from !== closedAt ? candidates(conversation, query.query) : [];
  const chosen = Math.min(active, found.length - 1);
  const insert = (member: ConversationMember) => {
    if (!query) return;
    const before = `${text.slice(0, query.from)}@${labelOf(member, conversation.members)} `;
    // The text is in the field before the next key: a caret that is set later would split what is typed meanwhile.
    flushSync(() => {
      onText(before + text.slice(caret).replace(/^ /, ''));
      setCaret(before.length);
      setActive(0);
    });
    input.current?.focus();
    input.current?.setSelectionRange(before.length, before.length);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (found.length === 0 || event.nativeEvent.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const member = found[chosen];
    if (step) setActive((chosen + step + found.length) % found.length);
    else if (event.key === 'Escape') setClosedAt(query?.from);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && member) insert(member);
    else return false;
    event.preventDefault();
    return true;
  };
  const onCaret = () => {
    setCaret(input.current?.selectionStart ?? 0);
    setActive(0);
  };
  const open = found.length > 0;
  return {
    field: {
      'aria-autocomplete': 'list',
      'aria-controls': open ? id : undefined,
      'aria-activedescendant': open ? `${id}-${chosen}` : undefined,
    },
    onKeyDown,
    onCaret,
    list: open && (
      <ul id={id} role="listbox" aria-label={t`Mention a member`} className={css.list}>
        {found.map((each, place) => (
          <li
            key={each.person_id}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className={css.option}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => insert(each)}
          >
            <Avatar name={each.name} of={each.person_id} size={24} />
            <span className={css.name}>{each.name || each.number}</span>
            <span className={css.number}>{each.number}</span>
          </li>
        ))}
      </ul>
    ),
  };
}
