/**
 * Whether the server has marked this page as requested without a session cookie. Unknown counts as no: for a page from
 * the service worker, on an insecure origin, and after a link from another site.
 */
export function servedSignedOut(): boolean {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return page?.workerStart === 0 && page.serverTiming.some(({ name }) => name === 'signed-out');
}

/** Load the page anew. */
export const reloadPage = () => location.reload();
