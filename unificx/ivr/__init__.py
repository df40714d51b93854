"""Menus (IVR): prompts, keys and destinations as data, run by one call app; dial by name."""

from unificx.ivr.app import MenuAppDependencies, menu_apps
from unificx.ivr.kinds import PromptKind
from unificx.ivr.schemas import Menu, MenuChange, MenuSettings, NewMenu
from unificx.ivr.service import MenuDependencies, MenuService

__all__ = [
    "Menu",
    "MenuAppDependencies",
    "MenuChange",
    "MenuDependencies",
    "MenuService",
    "MenuSettings",
    "NewMenu",
    "PromptKind",
    "menu_apps",
]
