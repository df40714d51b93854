"""Menus (IVR): prompts, keys and destinations as data, run by one call app; dial by name."""

from unificx.ivr.app import NAMES_APP, PROMPT_APP, MenuAppDependencies, menu_apps
from unificx.ivr.kinds import PromptKind
from unificx.ivr.ports import Speech
from unificx.ivr.schemas import KEYS, Menu, MenuChange, MenuSettings, NewMenu
from unificx.ivr.service import MENU_APP, MENU_KIND, MenuDependencies, MenuService

__all__ = [
    "KEYS",
    "MENU_APP",
    "MENU_KIND",
    "NAMES_APP",
    "PROMPT_APP",
    "Menu",
    "MenuAppDependencies",
    "MenuChange",
    "MenuDependencies",
    "MenuService",
    "MenuSettings",
    "NewMenu",
    "PromptKind",
    "Speech",
    "menu_apps",
]
