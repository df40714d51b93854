import { IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { EmptyState } from './EmptyState';
import { eventually } from '../../test/eventually';
import { rendered } from '../../test/rendered';

function List() {
  const [items, setItems] = useState(0);
  return (
    <main>
      <h1 tabIndex={-1}>People</h1>
      {items > 0 ? (
        <p>One</p>
      ) : (
        <EmptyState icon={IconUsers} text="None" action={<button onClick={() => setItems(1)}>Add</button>} />
      )}
    </main>
  );
}

it('the focus stays on the page when the first item takes the place of the button', async () => {
  const page = rendered(<List />);
  const button = await eventually(() => {
    const found = page.querySelector('button');
    expect(found).not.toBeNull();
    return found!;
  });
  button.focus();
  button.click();
  await eventually(() => expect(page.querySelector('p')).not.toBeNull());
  expect(document.activeElement?.textContent).toBe('People');
});
