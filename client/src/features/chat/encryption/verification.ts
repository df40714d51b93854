import { useEffect, useState } from 'react';
import type { Conversation, ConversationMember } from '~/api';
import { onSignOut } from '~/api/session';
import { currentOwner, readAllLocal, saveLocal } from '~/core/device-storage';
import { createStore, useValue } from '~/core/store';
import { vault } from './messages';
import { safetyNumber, safetyState, type SafetyState, type Verification } from './safety';

/** Begins the keys of all: one for each person, so that tabs do not replace those of each other. */
const VERIFIED = 'mls.verified';

type Verifications = Readonly<Record<string, Verification>>;

/** Safety numbers that were compared on this device, by person. */
const verifications = createStore<Verifications>({});

async function openVerifications(): Promise<void> {
  const owner = currentOwner();
  const stored = await readAllLocal(VERIFIED);
  if (owner !== currentOwner()) return;
  // Earlier clients have stored all of them together, and before that the number alone.
  const together = (stored.get(VERIFIED) ?? {}) as Record<string, Verification | string>;
  const single = [...stored].map(([key, each]) => [key.slice(VERIFIED.length + 1), each as Verification] as const);
  const all = [...Object.entries(together), ...single.filter(([person]) => person)].map(([person, each]) => [
    person,
    typeof each === 'string' ? { number: each, result: 'verified' as const } : each,
  ]);
  verifications.setState((before) => ({ ...(Object.fromEntries(all) as Verifications), ...before }));
}

onSignOut(() => verifications.setState(() => ({})));

/** Store on this device how the comparison with a person has ended. */
export function saveVerification(person: string, verification: Verification): void {
  verifications.setState((before) => ({ ...before, [person]: verification }));
  void saveLocal(currentOwner(), `${VERIFIED}.${person}`, verification);
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
