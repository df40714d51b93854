import { useEffect, useState } from 'react';
import type { Conversation, ConversationMember } from '~/api';
import { onSignOut } from '~/api/session';
import { currentOwner, readLocal, saveLocal } from '~/core/device-storage';
import { createStore, useValue } from '~/core/store';
import { vault } from './messages';
import { safetyNumber, safetyState, type SafetyState, type Verification } from './safety';

const VERIFIED = 'mls.verified';

type Verifications = Readonly<Record<string, Verification>>;

/** Safety numbers that were compared on this device, by person. */
const verifications = createStore<Verifications>({});
let opening: Promise<void> | undefined;

function openVerifications(): Promise<void> {
  opening ??= readLocal(VERIFIED).then((stored) => {
    // Earlier clients have stored the number alone.
    const all = Object.entries((stored ?? {}) as Record<string, Verification | string>);
    const read = all.map(([person, each]) => [
      person,
      typeof each === 'string' ? { number: each, result: 'verified' as const } : each,
    ]);
    verifications.setState(() => Object.fromEntries(read) as Verifications);
  });
  return opening;
}

onSignOut(() => {
  opening = undefined;
  verifications.setState(() => ({}));
});

/** Store on this device how the comparison with a person has ended. */
export function saveVerification(person: string, verification: Verification): void {
  verifications.setState((before) => ({ ...before, [person]: verification }));
  void saveLocal(currentOwner(), VERIFIED, verifications.state);
}

export interface MemberSafety {
  member: ConversationMember;
  /** Number of their devices that can read the conversation. */
  devices: number;
  /** Safety number of the two of you. */
  number: string;
  state: SafetyState;
}

/** The other members of an encrypted conversation with their safety numbers; if `compared`, only those once compared. */
export function useSafety(conversation: Conversation, compared = false): MemberSafety[] {
  const stored = useValue(verifications);
  const [found, setFound] = useState<Omit<MemberSafety, 'state'>[]>([]);
  useEffect(() => void openVerifications(), []);
  useEffect(() => {
    let current = true;
    void safetyOf(conversation, compared ? stored : undefined).then((each) => current && setFound(each));
    return () => {
      current = false;
    };
  }, [conversation, compared, stored]);
  return found.map((each) => ({ ...each, state: safetyState(stored[each.member.person_id], each.number) }));
}

async function safetyOf(conversation: Conversation, only?: Verifications): Promise<Omit<MemberSafety, 'state'>[]> {
  const others = conversation.members.filter((each) => !each.own && (!only || only[each.person_id]));
  if (others.length === 0 || !conversation.encrypted) return [];
  const { leaves } = await (await vault()).devices(conversation.id);
  const me = conversation.members.find((each) => each.own)?.person_id ?? '';
  return Promise.all(
    others.map(async (member) => ({
      member,
      devices: leaves.filter((each) => each.person === member.person_id).length,
      number: await safetyNumber(leaves, [me, member.person_id]),
    })),
  );
}
