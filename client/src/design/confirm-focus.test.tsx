import { ModalsProvider } from '@mantine/modals';
import { expect, it } from 'vitest';
import { rendered } from '../../test/rendered';
import { eventually } from '../../test/eventually';
import { chooseOption, confirmAction } from './Confirm';
import { markDialogsMounted } from './dialogs';

const QUESTION = { title: 'Sure?', text: 'Really?', confirmLabel: 'Yes', cancelLabel: 'No' };

it.each([
  ['confirmed', () => confirmAction(QUESTION), 'Yes', true],
  ['cancelled', () => confirmAction(QUESTION), 'No', false],
  ['chosen', () => chooseOption({ ...QUESTION, choices: [{ value: 'a', label: 'Yes' }] }), 'Yes', 'a'],
])('a question that is %s has given the focus back when its answer has effects', async (_, ask, label, expected) => {
  markDialogsMounted();
  const shown = rendered(
    <ModalsProvider>
      <button type="button">Delete</button>
    </ModalsProvider>,
  );
  await eventually(() => expect(shown.querySelector('button')).not.toBeNull());
  const asking = shown.querySelector('button')!;
  asking.focus();
  const answer = ask().then((given) => [given, document.activeElement]);
  const find = () => [...document.querySelectorAll('button')].find(({ textContent }) => textContent === label);
  await eventually(() => expect(find()).toBeDefined());
  find()!.focus();
  find()!.click();
  expect(await answer).toEqual([expected, asking]);
});
