"""The six dashboards of the demo."""

from dataspace.demo.boards import house, social
from dataspace.demo.boards.cards import BoardCard

BOARDS: tuple[BoardCard, ...] = (
    social.RSA, social.AUTONOMY, social.RECEPTION, house.BUDGET, house.PARTICIPATIONS, house.BIKE,
)  # fmt: skip
