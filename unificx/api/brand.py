"""Brand of a reseller at the host name of a request."""

import json
from html import escape

from fastapi import Request

from unificx.api.services import services_of
from unificx.resale import Reseller


def reseller_of(request: Request) -> Reseller | None:
    """Return the reseller that has the host name of a request."""
    return services_of(request).resellers.directory.of_host(request.url.hostname or "")


def branded_page(page: str, reseller: Reseller) -> str:
    """Return a page of the client with name and colour of a reseller, and with its brand for the program."""
    brand = reseller.brand
    value = {"product": brand.product, "shades": list(brand.shades), "logo": brand.logo_path}
    mark = f'<meta name="brand" content="{escape(json.dumps(value))}" />'
    page = page.replace("UnifiCX", escape(brand.product)).replace("<title>", f"{mark}\n    <title>", 1)
    return page.replace('content="#0b5563"', f'content="{brand.accent}"')


def branded_manifest(text: str, reseller: Reseller) -> str:
    """Return the manifest of the app with name, colours and logo of a reseller."""
    brand, manifest = reseller.brand, json.loads(text)
    manifest |= {"name": brand.product, "short_name": brand.product}
    manifest |= {"theme_color": brand.accent, "background_color": brand.accent}
    if brand.logo_path is not None:
        manifest["icons"] = [{"src": brand.logo_path, "sizes": "any", "type": "image/png"}]
    del manifest["screenshots"]
    return json.dumps(manifest)
