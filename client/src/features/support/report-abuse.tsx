import { Loader } from '@mantine/core';
import { i18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Suspense } from 'react';
import { lazyPart } from '~/core/lazy-part';
import { openDialog } from '~/design/dialogs';
import type { Reported } from './AbuseForm';

const AbuseForm = lazyPart(() => import('./AbuseForm'));

/** Ask what is to be reported to the administrators. Nothing is sent before the user has seen it. */
export function reportAbuse(reported: Reported): void {
  openDialog({
    title: i18n._(msg`Report to the administrators`),
    zIndex: 450, // above the sheets of a call, below the questions of `confirmAction`
    children: (
      <Suspense fallback={<Loader />}>
        <AbuseForm reported={reported} />
      </Suspense>
    ),
  });
}
