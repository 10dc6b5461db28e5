# Gongdan's commands. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PORT ?= 8000
T ?= tests
WORKERS ?= 2
export PORT

.PHONY: help
help:
	@echo 'make run           start the demo: http://localhost:8000 (PORT=8001)   启动演示'
	@echo 'make logins        who can sign in to it, with current codes             演示账号'
	@echo 'make test          all tests (T=tests/core for some)                     全部测试'
	@echo 'make check         lint, format, types, architecture, then all tests    提交前检查'
	@echo 'make bench         measure speed into bench/results.json                 性能测量'
	@echo 'make faces         the page tests in a real browser                      页面测试'
	@echo 'make screenshots   pictures of the main pages in docs/screenshots        页面截图'
	@echo 'make translations  compile the catalogues                                编译翻译'
	@echo 'make lock          choose newest versions into requirements/*.txt        更新依赖锁'

.PHONY: runtime dev browser
runtime:
	@running/install.sh runtime
dev:
	@running/install.sh dev
browser:
	@running/install.sh browser

.PHONY: translations
translations: runtime
	@.venv/bin/python -m running.translations

.PHONY: run
run: runtime translations
	@exec .venv/bin/python -m running.supervisor

.PHONY: logins
logins: runtime
	@.venv/bin/python -m running.logins

.PHONY: test
test: dev browser translations
	.venv/bin/python -m pytest -n $(WORKERS) -m 'not faces' $(T)

.PHONY: lint
lint: dev
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .

.PHONY: types
types: dev
	.venv/bin/python -m mypy

.PHONY: architecture
architecture: dev
	.venv/bin/python -c 'from importlinter.cli import lint_imports_command as main; main()' --no-logo

# One after the other, cheapest first, also under `make -j`.
.PHONY: check
check: dev
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory architecture
	@$(MAKE) --no-print-directory test

.PHONY: faces
faces: dev browser translations
	.venv/bin/python -m pytest -m faces tests

.PHONY: screenshots
screenshots: dev browser translations
	.venv/bin/python -m pytest --screenshots docs/screenshots tests/faces/test_pictures.py

.PHONY: bench
bench: dev translations
	.venv/bin/python -m bench

# uv resolves for all platforms at once; it lives in a venv of its own and is needed for nothing else.
LOCK = uv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --no-config
.PHONY: lock
lock: runtime
	@mkdir -p build
	@test -x build/uv/bin/uv || .venv/bin/python -m venv build/uv
	@build/uv/bin/python -m pip install -qq --disable-pip-version-check --upgrade uv
	@cd requirements && for name in runtime dev; do echo "locking $$name"; \
		env -u PIP_FIND_LINKS ../build/$(LOCK) $$name.in -o $$name.txt || exit 1; done
