"""The colours an authority may choose: its accent, in light and in dark, held to the contrasts the pages count on."""

from dataclasses import dataclass
from typing import Final

LIGHT_GROUND: Final = "#fbfaf7"
DARK_GROUND: Final = "#14181b"


def contrast(one: str, other: str) -> float:
    """The contrast of two #rrggbb colours as WCAG 2 counts it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@dataclass(frozen=True)
class Accent:
    """What one acts on (`accent`), what is written on it (`on`), and a ground of the same hue (`soft`), as #rrggbb."""

    accent: str
    on: str
    soft: str

    def faults(self, ground: str) -> list[str]:
        """The pairs one could not read, in words; empty when all is well."""
        pairs = {"accent sur le papier": (self.accent, ground), "texte sur l’accent": (self.on, self.accent),
                 "accent sur son fond doux": (self.accent, self.soft)}  # fmt: skip
        return [
            f"{name} : {contrast(*pair):.1f} au lieu de 4,5" for name, pair in pairs.items() if contrast(*pair) < 4.5
        ]


VALMER_LIGHT: Final = Accent("#0b6e6e", "#ffffff", "#e5f0ee")
VALMER_DARK: Final = Accent("#66c6c0", "#06201f", "#17302f")


def stylesheet(light: Accent = VALMER_LIGHT, dark: Accent = VALMER_DARK) -> str:
    """The few variables that follow the common stylesheet; ValueError when an accent cannot be read."""
    faults = light.faults(LIGHT_GROUND) + dark.faults(DARK_GROUND)
    if faults:
        raise ValueError("Couleurs de la collectivité illisibles. " + " ; ".join(faults))
    return (
        f":root {{ {_variables(light)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) "
        f'{{ :root:not([data-theme="light"]) {{ {_variables(dark)} }} }}\n'
        f'@media screen {{ :root[data-theme="dark"] {{ {_variables(dark)} }} }}\n'
    )


def _variables(accent: Accent) -> str:
    return f"--accent: {accent.accent}; --on-accent: {accent.on}; --accent-soft: {accent.soft};"
