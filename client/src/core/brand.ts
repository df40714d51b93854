/** Brand of a reseller, with which the server has marked this page: name of the product, and shades of its colour. */
interface Brand {
  product: string;
  /** Ten shades from light to dark. */
  shades?: string[];
  /** Path of the logo. */
  logo: string;
}

const OWN: Brand = { product: 'UnifiCX', logo: '/app/icon.svg' };

function served(): Brand {
  const text = document.querySelector<HTMLMetaElement>('meta[name="brand"]')?.content;
  if (!text) return OWN;
  const { product, shades, logo } = JSON.parse(text) as { product: string; shades: string[]; logo: string | null };
  return { product, shades, logo: logo ?? OWN.logo };
}

export const brand = typeof document === 'undefined' ? OWN : served();

/** Name of the product, for texts. */
export const { product } = brand;

/** Title of the document for a screen. */
export const pageTitle = (title: string): string => `${title} · ${product}`;
