# Two targets are all a newcomer needs: `make run` and `make test`. Both install what is missing first.
.PHONY: help run test setup dev fmt lint unit e2e bench soak coverage learn learn-check

help:
	@echo "make run    build, load demo data, serve on http://127.0.0.1:3000"
	@echo "make test   everything that must hold before a change lands"
	@echo "make dev    rebuild and reload while you edit"
	@echo "make lint | unit | e2e   the phases of make test, one at a time"
	@echo "make bench  measure; make soak  the long simulations"
	@echo "make coverage  write which test proves which rule"
	@echo "make learn  learn anew what the detector of contact details weighs, from its labelled texts"

run:
	@scripts/run.sh

test:
	@scripts/test.sh

setup:
	@scripts/setup.sh

dev: setup
	@bash -c 'source scripts/env.sh && cargo leptos watch --split'

fmt:
	@bash -c 'source scripts/env.sh && cargo fmt --all'

lint unit e2e:
	@scripts/test.sh $@

bench:
	@scripts/bench.sh

soak:
	@scripts/soak.sh

coverage:
	@bash -c 'source scripts/env.sh && cargo test --quiet --package gabarit-domain --test coverage -- --ignored write'

# Optimised: three minutes otherwise. The same texts give the same weights.
learn:
	@bash -c 'source scripts/env.sh && CARGO_PROFILE_TEST_OPT_LEVEL=2 cargo test --quiet --package gabarit-domain --lib -- --ignored learn_weights --nocapture'

learn-check:
	@bash -c 'source scripts/env.sh && CARGO_PROFILE_TEST_OPT_LEVEL=2 cargo test --quiet --package gabarit-domain --lib -- --ignored cross_validate --nocapture'
