"""The communes, so that a screen may name what a rule knows by its INSEE code."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dataspace.db import Base


class Municipality(Base):
    """A commune of the territory (code officiel géographique); its code is text: « 2A004 »."""

    __tablename__ = "municipality"
    insee_code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
