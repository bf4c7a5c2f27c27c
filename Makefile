# make test       every module: gofmt, vet, tests with the race detector
# make lint       staticcheck
# make docs       the documents that are generated from the tables
# make screens    the screenshots in docs/screens, by a headless Chromium
# make bench      the benchmarks that the documents quote
# make fuzz       each fuzz target for FUZZTIME
# make conformance  real third-party SDKs against a server
# make build      ./wxup

GO       ?= go
MODULES  := . fit app
FUZZTIME ?= 20s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: test lint docs screens bench fuzz conformance build
test:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; fi
	@for m in $(MODULES); do (cd $$m && $(GO) vet ./... && $(GO) test -race ./...) || exit 1; done

lint:
	@for m in $(MODULES); do (cd $$m && $(GO) run $(STATICCHECK) ./...) || exit 1; done

docs:
	$(GO) test ./server -run 'TestDocs' -update
	$(GO) test . -run 'TestDocs' -update

screens:
	mkdir -p docs/screens
	cd app && WXUP_SCREENSHOTS=$(CURDIR)/docs/screens $(GO) test -count=1 -run TestBrowser ./inspector

bench:
	$(GO) test -run xxx -bench . -benchmem ./...
	cd app && $(GO) test -run xxx -bench . -benchmem ./...

fuzz:
	@for m in $(MODULES); do (cd $$m && for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run xxx -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; done; done) || exit 1; done

conformance:
	conformance/run

build:
	$(GO) build -o wxup ./app/cmd/wxup
