import { MantineProvider } from '@mantine/core';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { api } from '~/api';
import { session } from '~/api/session';
import { createStore } from '~/core/store';
import { colleagues } from '~/features/directory';
import { calls } from '~/features/history';
import { phone, type Call, type CallState } from '~/sip';
import { CallerNote } from './CallerNote';
import { ConnectedNotice } from './ConnectedNotice';
import { canCallBack, canForward, isForwardable } from './other-ways';
import { IncomingLine, useAnswerLabel, useIncomingLabel } from './IncomingLine';
import { Incoming } from './Incoming';
import { END_REASONS } from './messages';
import { recording } from './recording';
import { RecordingBanner } from './RecordingBanner';
import { RemoteParty } from './RemoteParty';
import { useMessageInstead } from './useMessageInstead';
import { useRemoteParty } from './useRemoteParty';

const openChat = vi.fn(async () => true);
const sendText = vi.fn(async () => undefined);
vi.mock('~/features/chat', () => ({ useOpenChat: () => openChat, useSendText: () => sendText }));

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
});

function fakeCall(state: Partial<CallState>, more: Partial<Call> = {}): Call {
  const all = { phase: 'talking', remote: { number: '1002', name: 'Ada' }, ...state } as CallState;
  const { number, name } = all.remote;
  return {
    id: 'c',
    state: createStore(all),
    number,
    name,
    ended: all.phase === 'ended',
    phase: all.phase,
    ...more,
  } as Call;
}

let lastPlace: HTMLElement;

/** The texts, joined by bars. */
async function shown(content: ReactNode): Promise<string> {
  const place = (lastPlace = document.createElement('div'));
  await act(async () =>
    createRoot(place).render(
      <MantineProvider>
        <I18nProvider i18n={i18n}>
          <main>{content}</main>
        </I18nProvider>
      </MantineProvider>,
    ),
  );
  await act(async () => vi.dynamicImportSettled());
  const texts = document.createTreeWalker(place.querySelector('main')!, NodeFilter.SHOW_TEXT);
  let all = '';
  while (texts.nextNode()) all += `${texts.currentNode.textContent}|`;
  return all.slice(0, -1);
}

function Title({ call }: { call: Call }) {
  return <p>{useRemoteParty(call).title}</p>;
}

function Message({ call }: { call: Call }) {
  const message = useMessageInstead(call);
  if (!message) return 'no message';
  return (
    <>
      <button onClick={() => message()}>Message</button>
      <button onClick={() => message('Later.')}>Later</button>
    </>
  );
}

function Labels({ call }: { call: Call }) {
  return [useIncomingLabel(call), useAnswerLabel(call)].map((each) => <p key={each}>{each}</p>);
}

describe('the screen of a call', () => {
  it('names who transferred it', async () => {
    const call = fakeCall({ transferredBy: 'Ben' });
    expect(await shown(<ConnectedNotice call={call} />)).toBe('Transferred by Ben');
  });

  it('shows the time of a call, and has only its state read aloud', async () => {
    const { state } = phone.state;
    onTestFinished(() => phone.state.setState(() => state));
    phone.state.setState(() => ({ ...state, line: 'ready' }));
    const call = fakeCall({ since: Date.now() });
    expect(await shown(<RemoteParty call={call} compact />)).toMatch(/^Ada\|0:\d\d$/);
    expect(lastPlace.querySelector('[role=status]')?.textContent).toBe('');
    const held = fakeCall({ since: Date.now(), phase: 'held' });
    expect(await shown(<RemoteParty call={held} compact />)).toMatch(/^Ada\|On hold\|0:\d\d$/);
    expect(lastPlace.querySelector('[role=status]')?.textContent).toBe('On hold');
  });

  it('names the mailbox that answers instead of the person, and its key', async () => {
    const call = fakeCall({ voicemail: true });
    expect(await shown(<Title call={call} />)).toBe("Ada's voicemail");
    expect(await shown(<ConnectedNotice call={call} />)).toBe('# ends the message');
  });

  it('shows a listening supervisor from the announcement to the end, also to screen readers', async () => {
    const banner = <RecordingBanner call={fakeCall({})} />;
    expect(await shown(banner)).toBe('');
    recording.handleMonitoring({ call: 's', state: 'announced' });
    expect(await shown(banner)).toBe('A supervisor is listening to this call');
    const notice = lastPlace.querySelector('[data-notice]');
    expect(notice?.closest('[aria-live]')?.getAttribute('aria-live')).toBe('assertive');
    recording.handleMonitoring({ call: 's', state: 'ended' });
    expect(await shown(banner)).toBe('');
    recording.clear();
  });

  it('says that calls outside are not set up, instead of that the number is wrong', () => {
    expect(END_REASONS['no-outside-line'].message).toMatch('Calls outside are not set up yet');
  });

  it('says that a click to dial calls the other party', async () => {
    const call = fakeCall({ phase: 'incoming' }, { clickToDial: true });
    expect(await shown(<IncomingLine call={call} />)).toBe('Calling Ada… Pick up to connect');
    expect(await shown(<Labels call={call} />)).toBe('Your call to Ada|Answer');
  });

  it('invites to a conference, and is joined', async () => {
    const call = fakeCall({ phase: 'incoming' }, { invitation: { others: 2 } });
    expect(await shown(<IncomingLine call={call} />)).toMatch(/Ada invites you to a conference/);
    expect(await shown(<Labels call={call} />)).toMatch('Join');
  });

  it('offers the mailbox beside declining, if it takes messages', async () => {
    phone.state.setState((before) => ({ ...before, number: '1001' }));
    const mailbox = vi.spyOn(api, 'showMailbox');
    const call = fakeCall({ phase: 'incoming' });
    mailbox.mockResolvedValueOnce({ data: { takes_messages: false } } as never);
    expect(await shown(<Incoming call={call} beside={false} />)).not.toMatch('Voicemail');
    mailbox.mockResolvedValueOnce({ data: { takes_messages: true } } as never);
    expect(await shown(<Incoming call={call} beside={false} />)).toMatch('Voicemail');
  });

  it('forwards a call that rings for this user alone, to numbers only', () => {
    expect(canForward(fakeCall({}))).toBe(true);
    for (const kind of [{ shared: true }, { clickToDial: true }, { invitation: { others: 1 } }]) {
      expect(canForward(fakeCall({}, kind))).toBe(false);
    }
    const numbers = ['1003', '+4930123', '*97', '1002', ''];
    expect(numbers.filter((each) => isForwardable(each, fakeCall({})))).toEqual(['1003', '+4930123']);
  });

  it('offers to call back numbers only', () => {
    expect(canCallBack(fakeCall({}))).toBe(true);
    expect(canCallBack(fakeCall({ remote: { number: 'anonymous', name: '' } }))).toBe(false);
    expect(canCallBack(fakeCall({}, { clickToDial: true }))).toBe(false);
  });

  it('says when the user last talked with the caller', async () => {
    vi.spyOn(calls, 'open').mockResolvedValue();
    const past = { number: '1002', seconds: 30, kind: 'incoming', started: new Date() };
    calls.state.setState((before) => ({ ...before, calls: [{ ...past, seconds: 0 }, past] as never }));
    expect(await shown(<CallerNote call={fakeCall({})} className="" />)).toBe('Last talked: Today');
    expect(await shown(<CallerNote call={fakeCall({ remote: { number: '1003', name: '' } })} className="" />)).toBe('');
  });

  it('declines with a message to a colleague only', async () => {
    const decline = vi.fn();
    const state = { state: 'in', me: { role: 'user', extensions: [], chat: true, tenant: { chat: true } } };
    session.setState(() => state as never);
    colleagues.state.setState((before) => ({
      ...before,
      colleagues: [{ id: 'x', number: '1002', name: 'Ada' }] as never,
    }));
    expect(await shown(<Message call={fakeCall({ remote: { number: '+4930', name: '' } })} />)).toBe('no message');
    expect(await shown(<Message call={fakeCall({}, { clickToDial: true })} />)).toBe('no message');
    expect(await shown(<Message call={fakeCall({}, { decline })} />)).toBe('Message|Later');
    await act(async () => lastPlace.querySelector('button')!.click());
    expect(decline).toHaveBeenCalledOnce();
    expect(openChat).toHaveBeenCalledExactlyOnceWith(['1002']);
    await act(async () => lastPlace.querySelectorAll('button')[1]!.click());
    expect(sendText).toHaveBeenCalledExactlyOnceWith('1002', 'Later.');
    expect(decline).toHaveBeenCalledTimes(2);
  });
});
