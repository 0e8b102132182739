"""Two people the provider's own tests sign in as."""

AWA = {
    "login": "awa.diallo",
    "password": "la-phrase-de-passe-d-awa",
    "given_name": "Awa",
    "family_name": "Diallo",
    "email": "awa.diallo@valmer.example",
    "phone": "+33 1 99 00 00 01",
    "groups": ["dir-solidarite"],
}
LUC = {
    "login": "luc.ferrand",
    "password": "la-phrase-de-passe-de-luc",
    "given_name": "Luc",
    "family_name": "Ferrand",
    "email": "luc.ferrand@valmer.example",
    "phone": "",
    "groups": ["dir-solidarite", "directeurs"],
}
PEOPLE = [AWA, LUC]
