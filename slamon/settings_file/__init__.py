"""slamon.yml: text to settings, or diagnostics with line and column that never show a secret."""

from slamon.settings_file.read import SettingsRead, read_settings
from slamon.settings_file.tables import settings_schema
from slamon.settings_file.web import read_listen

__all__ = ["SettingsRead", "read_listen", "read_settings", "settings_schema"]
