import { MantineProvider } from '@mantine/core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { PageTabs } from './PageTabs';

vi.mock('@tanstack/react-router', () => ({ useSearch: () => ({ tab: 'two' }), useNavigate: () => vi.fn() }));

it('scrolls to the chosen tab, and can be left where scrolling returns a promise', () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const scrolled: string[] = [];
  Element.prototype.scrollIntoView = function (this: Element) {
    scrolled.push(this.textContent);
    return Promise.resolve() as unknown as undefined;
  };
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  const tabs = ['one', 'two'].map((id) => ({ id, title: `Tab ${id}`, content: id }));
  act(() =>
    root.render(
      <MantineProvider>
        <PageTabs tabs={tabs} label="Parts" />
      </MantineProvider>,
    ),
  );
  expect(scrolled).toEqual(['Tab two']);
  expect(() => act(() => root.unmount())).not.toThrow();
});
