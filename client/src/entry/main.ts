import { startApp } from '~/app/start-app';
import { startPortal } from '~/portal/start-portal';

/** One entry for both programs, so that a sign-in screen is few scripts. */
void (location.pathname.startsWith('/portal') ? startPortal() : startApp());
