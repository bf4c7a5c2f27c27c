# make test       every module: gofmt, vet, tests with the race detector (fit without: it only computes)
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

GO       ?= go
MODULES  := . fit app
FUZZTIME ?= 20s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: test lint docs screens bench fuzz conformance compat deploy bench-compare cluster build
test:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; fi
	@for m in $(MODULES); do (cd $$m && $(GO) vet ./...) || exit 1; done
	$(GO) test -race ./...
	cd fit && $(GO) test ./...
	cd app && $(GO) run ./testservers/run $(GO) test -race ./...

lint:
	@for m in $(MODULES); do (cd $$m && $(GO) run $(STATICCHECK) ./...) || exit 1; done
	@for m in bench cluster; do (cd $$m && GOWORK=off $(GO) run $(STATICCHECK) ./...) || exit 1; done

docs:
	$(GO) test ./server -run 'TestDocs' -update
	$(GO) test . -run 'TestDocs' -update

screens:
	mkdir -p docs/screens
	cd app && WXUP_SCREENSHOTS=$(CURDIR)/docs/screens $(GO) test -count=1 -run 'TestBrowser|TestConnectPage' ./inspector

bench:
	$(GO) test -run xxx -bench . -benchmem ./...
	cd app && $(GO) test -run xxx -bench . -benchmem ./...

fuzz:
	@for m in $(MODULES); do (cd $$m && for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run xxx -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$p || exit 1; done; done) || exit 1; done

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
	$(GO) build -o wxup ./app/cmd/wxup
