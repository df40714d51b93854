/** Copy a text; false where the browser does not allow it, such as on a page without TLS or after a refusal. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
