/** Bound in milliseconds for a test that hangs. Far above what a busy machine needs: no test judges by the clock. */
export const HANG_MS = 60_000;
