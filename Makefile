# make help       what there is to make
# make test       every module: gofmt, vet, all tests, with the race detector if there is a C compiler
# make fast       the inner loop: the tests that are quick, from the cache where nothing has changed
# make setup      install what the full set of tests needs (Debian and Ubuntu)
# make lint       staticcheck
# make docs       the documents that are generated from the tables
# make screens    the screenshots in docs/screens, by a headless Chromium
# make bench      the benchmarks that the documents quote
# make fuzz       each fuzz target for FUZZTIME
# make conformance  real third-party SDKs against a server
# make compat     the same, and docs/compatibility.md made anew
# make deploy     what deploy/ promises, as far as it can be shown without a container engine
# make bench-compare  wxup beside bare net/http and other SDKs, in one run: docs/benchmarks.md
# make cluster    three nodes on PostgreSQL and S3, while everything fails that can
# make build      ./wxup
# make release    dist/: binaries of all platforms, checksums, an SBOM, an OCI image layout
# make release-twice  build twice, and see that the bytes are the same
# make tidy       go mod tidy in every module

GO       ?= go
MODULES  := . fit app
FUZZTIME ?= 20s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help test check fast setup lint docs screens bench fuzz conformance compat deploy bench-compare cluster build release release-twice tidy all
all: build
help:
	@sed -n 's/^# //p' Makefile

test check:
	@$(GO) run ./internal/testrun

fast:
	@$(GO) run ./internal/testrun -fast

setup:
	@.ci/setup

lint:
	@for m in $(MODULES); do (cd $$m && $(GO) run $(STATICCHECK) ./...) || exit 1; done
	@for m in bench cluster e2e release; do (cd $$m && GOWORK=off $(GO) run $(STATICCHECK) ./...) || exit 1; done

docs:
	$(GO) test ./server -run 'TestDocs' -update
	$(GO) test . -run 'TestDocs' -update
	$(GO) run ./internal/testrun -list >docs/tests.md

screens:
	mkdir -p docs/screens
	cd e2e && GOWORK=off WXUP_SCREENSHOTS=$(CURDIR)/docs/screens $(GO) test -count=1 -run 'TestBrowser|TestConnectPage' .

bench:
	$(GO) test -run xxx -bench . -benchmem ./...
	cd app && $(GO) test -run xxx -bench . -benchmem ./...

fuzz:
	@GO=$(GO) FUZZTIME=$(FUZZTIME) .ci/fuzz $(MODULES)

conformance:
	conformance/run

compat:
	conformance/run --docs

deploy:
	deploy/test

bench-compare:
	cd bench && GOWORK=off $(GO) run . -docs ../docs/benchmarks.md

cluster:
	cd cluster && GOWORK=off $(GO) run .

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o wxup ./app/cmd/wxup

release:
	cd release && GOWORK=off $(GO) run . build -o ../dist

release-twice:
	cd release && GOWORK=off $(GO) run . twice

# What is released has no replace directives, so go mod tidy finds the modules beside each other with one for its time.
tidy:
	cd fit && $(GO) mod edit -replace github.com/wxup/wxup=../ && GOWORK=off $(GO) mod tidy && $(GO) mod edit -dropreplace github.com/wxup/wxup
	cd app && $(GO) mod edit -replace github.com/wxup/wxup=../ -replace github.com/wxup/wxup/fit=../fit && \
	  GOWORK=off $(GO) mod tidy && $(GO) mod edit -dropreplace github.com/wxup/wxup -dropreplace github.com/wxup/wxup/fit
	@for m in bench cluster e2e release; do (cd $$m && GOWORK=off $(GO) mod tidy) || exit 1; done
