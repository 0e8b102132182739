# Deux commandes suffisent : `make run` et `make test`. Rien d’autre n’est nécessaire que python3 et make.
PYTHON ?= python3
BIN := .venv/bin
# Ce dont chaque changement se vérifie sur les deux bases aussitôt ; le reste le fait parmi les preuves longues.
ON_BOTH := tests/rights tests/migrations tests/catalog
.DEFAULT_GOAL := help
# Un conteneur défend souvent de garder les modules compilés : chaque processus des tests y perdrait trois secondes.
unexport PYTHONDONTWRITEBYTECODE
.NOTPARALLEL:
.PHONY: help run test prove screens check format portal idp bi chromium postgres vendor constraints clean

help: ## Dit ce que l’on peut taper
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: idp ## Démarre la démonstration : portail, fournisseur d’identité, tableaux de bord
	@exec $(BIN)/python -m dataspace.demo.run

test: idp bi chromium postgres check ## Prépare tout ce qu’il faut, puis vérifie et teste (moins de 10 minutes)
	$(BIN)/pytest -n 2 --dist loadgroup -m "not prove" --durations=20
	$(BIN)/pytest -n 2 --dist loadgroup -m "not prove" --durations=10 --engine postgresql --of-engine $(ON_BOTH)

prove: idp bi chromium postgres ## Les preuves longues : charge, pannes, hasard, et chaque écran sur PostgreSQL
	$(BIN)/pytest -n 2 --dist loadgroup -m prove
	$(BIN)/pytest -n 2 --dist loadgroup -m "not prove" --engine postgresql --of-engine $(addprefix --ignore=,$(ON_BOTH))

screens: idp bi chromium ## Refait les images de chaque écran, dans screens/
	PICTURES=1 $(BIN)/pytest tests/journeys

check: portal ## Style, types et règles d’architecture, sans les tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: portal ## Met le code en forme
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

portal idp bi chromium postgres:
	@$(PYTHON) tools/bootstrap.py $@

vendor: portal ## Rafraîchit les fichiers tiers servis par le portail
	$(BIN)/python tools/vendor.py

constraints: idp bi ## Fige les versions installées à côté du portail
	$(BIN)/uv pip freeze --python .venv-idp/bin/python > dataspace/idp/constraints.txt
	$(BIN)/uv pip freeze --python .venv-bi/bin/python > dataspace/bi/constraints.txt

clean: ## Oublie la démonstration (var/) et les caches ; les venv restent
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis screens build dist
	find dataspace tests tools migrations -name __pycache__ -type d -prune -exec rm -rf {} +
