import { Kbd, Modal, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense, useState } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { useLayer } from '~/design/layers';
import css from './portal.module.css';

const CommandList = lazyPart(() => import('./CommandList'));

/** Search over people, numbers and pages, opened by its field or by Ctrl+K and ⌘K. */
export function CommandSearch({ tenant }: { tenant: string }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const dismiss = useLayer(opened, () => setOpened(false));
  useHotkeys([['mod+K', () => setOpened(true)]], []);
  const mac = /Mac|iP(hone|ad)/.test(navigator.userAgent);
  return (
    <>
      <UnstyledButton
        className={css.searchButton}
        onClick={() => setOpened(true)}
        aria-label={t`Search: People, numbers, pages`}
      >
        <IconSearch size={18} aria-hidden />
        <span className={css.searchText}>
          <Trans>People, numbers, pages</Trans>
        </span>
        <Kbd className={css.searchKey} data-key={mac ? '⌘K' : t`Ctrl K`} />
      </UnstyledButton>
      <Modal
        opened={opened}
        onClose={dismiss}
        withCloseButton={false}
        padding={0}
        size={560}
        yOffset="10dvh"
        attributes={{ content: { 'aria-label': t`Search` } }}
      >
        <Suspense>
          <CommandList tenant={tenant} onChosen={() => setOpened(false)} />
        </Suspense>
      </Modal>
    </>
  );
}
