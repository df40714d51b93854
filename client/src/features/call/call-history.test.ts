import { createBrowserHistory, createMemoryHistory, type RouterHistory } from '@tanstack/react-router';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallHistory } from './call-history';

describe('the history of a tab with a call', () => {
  let history: RouterHistory;
  let entries: CallHistory;
  let shown: boolean;

  beforeEach(() => {
    history = createMemoryHistory({ initialEntries: ['/dial'] });
    entries = new CallHistory(history, (full) => {
      shown = full;
      entries.update({ up: true, shown });
    });
    entries.watch();
    shown = true;
  });

  const begin = () => entries.update({ up: true, shown: true });

  it('makes the call small with Back, and keeps the page with the next one', () => {
    begin();
    history.back();
    expect(shown).toBe(false);
    for (let presses = 0; presses < 3; presses += 1) history.back();
    expect(history.location.pathname).toBe('/dial');
    expect(history.location.state).toMatchObject({ call: 'guard' });
  });

  it('leads from another screen back to the call', () => {
    begin();
    history.push('/history');
    entries.update({ up: true, shown: false });
    history.back();
    expect(shown).toBe(true);
  });

  it('is as before after the call', () => {
    history.push('/history');
    begin();
    entries.update({ up: false, shown: false });
    expect(history.location.pathname).toBe('/history');
    expect(history.location.state).not.toHaveProperty('call');
    history.back();
    expect(history.location.pathname).toBe('/dial');
  });

  it('has an entry of the tab for each of its own', () => {
    const tab = createBrowserHistory();
    const before = window.history.length;
    new CallHistory(tab, () => undefined).update({ up: true, shown: true });
    expect(window.history.length).toBe(before + 2);
    tab.destroy();
  });

  it('skips what an earlier call left below another screen', () => {
    begin();
    entries.update({ up: true, shown: false });
    history.push('/history');
    entries.update({ up: false, shown: false });
    history.back();
    expect(history.location.pathname).toBe('/dial');
    expect(history.location.state).not.toHaveProperty('call');
  });

  it('does not cancel another navigation by a step back at the end of the call', () => {
    begin();
    window.dispatchEvent(new Event('beforeunload'));
    entries.update({ up: false, shown: false });
    expect(history.location.state).toMatchObject({ call: 'screen' });
    history.back(); // the user stayed
    expect(history.location.state).not.toHaveProperty('call');
    expect(history.length).toBe(3);
  });

  it('steps back again at the end of the next call', () => {
    begin();
    window.dispatchEvent(new Event('beforeunload'));
    entries.update({ up: false, shown: false });
    begin();
    entries.update({ up: false, shown: false });
    expect(history.location.state).not.toHaveProperty('call');
  });

  it('finds its entries again after a reload', () => {
    begin();
    const reloaded = new CallHistory(history, (full) => (shown = full));
    reloaded.watch();
    reloaded.update({ up: true, shown: true });
    expect(history.length).toBe(3);
  });
});
