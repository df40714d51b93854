/**
 * A call button for other web sites: <unificx-call number="+49301234567">Call us</unificx-call>
 *
 * It is a link to the app of this telephone system, which shows the number and calls it only when its user says so. It sends
 * nothing, stores nothing, and works with a strict content security policy: `script-src` needs this server, and no style is
 * inline. `unificx-call::part(link)` styles it.
 */
{
  const origin = new URL(document.currentScript.src).origin;
  const style = new CSSStyleSheet();
  style.replaceSync(`
    a { display: inline-block; padding: 0.5em 1em; border-radius: 0.5em; background: #0b5563; color: #fff;
        font: inherit; text-decoration: none }
    a:focus-visible { outline: 3px solid #0b5563; outline-offset: 2px }
  `);

  class CallButton extends HTMLElement {
    static observedAttributes = ['number'];
    #link = document.createElement('a');

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [style];
      this.#link.part = 'link';
      this.#link.target = '_blank';
      this.#link.rel = 'noopener noreferrer';
      this.#link.append(document.createElement('slot'));
      root.append(this.#link);
    }

    attributeChangedCallback() {
      const number = encodeURIComponent(`tel:${this.getAttribute('number') ?? ''}`);
      this.#link.href = `${origin}/app/dial?number=${number}`;
    }
  }

  if (!customElements.get('unificx-call')) customElements.define('unificx-call', CallButton);
}
