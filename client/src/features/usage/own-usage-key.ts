/** Query key of the result about the user. */
export const OWN_USAGE = ['own-usage'];
