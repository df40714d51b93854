import { expect, test } from 'vitest';
import { Drafts, type DraftChange } from './drafts';

/** Tabs of one device: they share the storage and hear of each other's changes. */
function device(stored: Record<string, string> = {}) {
  const tabs: Drafts[] = [];
  const storage = new Map(Object.entries(stored));
  const tab = () => {
    const drafts: Drafts = new Drafts({
      load: async (conversation) => storage.get(conversation),
      save: async (conversation, text) => void storage.set(conversation, text),
      send: (change: DraftChange) => tabs.filter((each) => each !== drafts).forEach((each) => each.receive(change)),
    });
    tabs.push(drafts);
    return drafts;
  };
  return { tab, storage };
}

test('a draft survives a reload, and each conversation has its own', async () => {
  const { tab } = device();
  const before = tab();
  await before.set('a', 'Hello');
  await before.set('b', 'Other');
  const after = tab();
  await after.open('a');
  expect([after.get('a'), after.get('b')]).toEqual(['Hello', '']);
});

test('two tabs show the same text, so that none stores an older one', async () => {
  const { tab, storage } = device();
  const [first, second] = [tab(), tab()];
  await Promise.all([first.open('a'), second.open('a')]);
  await first.set('a', 'Written here');
  expect(second.get('a')).toBe('Written here');
  await second.set('a', 'Written here and there');
  expect([first.get('a'), storage.get('a')]).toEqual(['Written here and there', 'Written here and there']);
});

test('what is typed before the stored text is loaded comes after it', async () => {
  const { tab, storage } = device({ a: 'Stored' });
  const drafts = tab();
  await drafts.set('a', 'typed');
  expect([drafts.get('a'), storage.get('a')]).toEqual(['Stored\ntyped', 'Stored\ntyped']);
});

test('a text in another tab wins over the one that is being loaded', async () => {
  const { tab } = device({ a: 'Stored' });
  const drafts = tab();
  const opened = drafts.open('a');
  drafts.receive({ conversation: 'a', text: 'Newer' });
  await opened;
  expect(drafts.get('a')).toBe('Newer');
});

test('a sent text is stored until it is in the outbox, and what is typed since stays', async () => {
  const { tab, storage } = device();
  const drafts = tab();
  await drafts.set('a', 'Sent');
  drafts.take('a');
  expect([drafts.get('a'), storage.get('a')]).toEqual(['', 'Sent']);
  await drafts.set('a', 'Next');
  await drafts.set('a', drafts.get('a'));
  expect(storage.get('a')).toBe('Next');
});

test('nothing of a user who has signed out is stored', async () => {
  const { tab, storage } = device();
  const drafts = tab();
  const saved = drafts.set('a', 'Mine');
  drafts.clear();
  await saved;
  expect([drafts.get('a'), storage.size]).toEqual(['', 0]);
});

test('a text that could not be sent comes back before what was typed since', async () => {
  const { tab, storage } = device();
  const drafts = tab();
  await drafts.set('a', 'With a photo');
  const taken = drafts.take('a');
  await drafts.set('a', 'the next one');
  await drafts.giveBack('a', taken);
  expect([drafts.get('a'), storage.get('a')]).toEqual(Array(2).fill('With a photo\nthe next one'));
  await drafts.giveBack('a', '');
  expect(drafts.get('a')).toBe('With a photo\nthe next one');
});
