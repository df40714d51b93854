"""UnifiCX: a cloud PBX whose privacy promises are kept by code and proved by tests."""

__version__ = "0.1.0"
