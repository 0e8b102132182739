"""Forms of tokens."""

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from dataspace.auth.words import Permission

LENT = {
    Permission.CARD_SEE: "voir les fiches",
    Permission.DATASET_READ: "voir les fiches et lire les lignes",
    Permission.DATASET_EXPORT: "voir les fiches, lire les lignes et télécharger les fichiers",
}


class TokenForm(FlaskForm):  # type: ignore[misc]
    """Which program, what it may do, on what, until when."""

    name = StringField(
        "Le programme", [DataRequired("Donnez-lui un nom."), Length(max=80, message="80 caractères au plus.")]
    )
    lends = RadioField(
        "Il pourra", [InputRequired("Choisissez.")],
        choices=[SelectChoice(permission.value, said.capitalize()) for permission, said in LENT.items()],
    )  # fmt: skip
    only = TextAreaField("Seulement ces jeux de données (facultatif)", [Optional(), Length(max=4000)])
    ends = DateField("Jusqu’au", [DataRequired("Donnez une date, par exemple 31/12/2026.")])


class RevokeTokenForm(FlaskForm):  # type: ignore[misc]
    reason = StringField("Motif", [DataRequired("Dites pourquoi."), Length(max=400, message="400 caractères au plus.")])
