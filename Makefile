#   make           build/server, build/client and build/weather
#   make demo      within a minute: the techniques, the same messages, their costs
#   make compare   the same at length (some minutes)
#   make test      all tests, with sanitizers, on both loop backends
#   make check     and: layers, compilers, musl, valgrind, fuzzers, suites, a browser
#   make bench     our server beside the least that any server can do
#   make fuzz      each fuzzer for FUZZ_SECONDS (600)
#   make lessons   lessons with graded exercises: see lessons/lessons.mk
#   make clean     remove build/
CC ?= cc
# For this machine; `make NATIVE=` makes what runs on every one of its kind.
NATIVE := $(shell $(CC) -march=native -E -xc /dev/null >/dev/null 2>&1 && echo -march=native)
CFLAGS ?= -O3 -g $(NATIVE) $(if $(findstring clang,$(shell $(CC) --version)),,-flto=auto)
BUILD ?= build
FUZZ_SECONDS ?= 600
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(WERROR)
BASE := -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -I. -I$(BUILD)/include -MMD -MP $(WARNINGS)
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZED := -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
MAKEFLAGS += --jobs=2

COMMON := $(filter-out $(if $(filter Linux,$(shell uname)),,common/loop_epoll.c),$(wildcard common/*.c))
SERVER := $(filter-out server/main.c,$(wildcard server/*.c))
CLIENT := $(filter-out client/main.c,$(wildcard client/*.c))
WEATHER := $(filter-out %/weather.c,$(wildcard lessons/weather*.c))
as = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
tests = $(patsubst tests/%.c,$(BUILD)/test/%,$(1))
HELPERS := $(addprefix tests/,backends.c catcher.c program.c)
SERVER_TESTS := $(call tests,$(shell grep -lE '"(server/|tests/peer)' tests/test_*.c))
CLIENT_TESTS := $(filter-out $(SERVER_TESTS),$(call tests,$(wildcard tests/test_*.c)))
FUZZERS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
TESTED := $(addprefix $(BUILD)/test/,server client weather socketio_app)
PROGRAMS := $(addprefix $(BUILD)/,server client weather socketio_app bench floor conformance browser_test)

all: $(BUILD)/server $(BUILD)/client $(BUILD)/weather

$(BUILD)/server: $(call as,release,$(COMMON) $(SERVER) server/main.c)
$(BUILD)/client: $(call as,release,$(COMMON) $(CLIENT) client/main.c)
$(BUILD)/weather: $(call as,release,$(COMMON) $(WEATHER) lessons/weather.c)
$(BUILD)/socketio_app: $(call as,release,$(COMMON) $(SERVER) tests/socketio_app.c)
$(BUILD)/bench: $(call as,release,$(COMMON) tests/program.c $(filter-out %/floor.c,$(wildcard tests/bench/*.c)))
$(BUILD)/floor: $(call as,release,tests/bench/floor.c)
$(BUILD)/conformance: $(call as,release,$(COMMON) tests/program.c $(wildcard tests/conformance/*.c))
$(BUILD)/browser_test: $(call as,release,$(COMMON) tests/program.c $(wildcard tests/browser/*.c))
$(PROGRAMS):
	@echo "link $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS)

$(SERVER_TESTS): $(BUILD)/test/%: $(call as,sanitized,tests/%.c tests/peer.c tests/sio_stage.c $(HELPERS) $(COMMON) $(SERVER))
$(CLIENT_TESTS): $(BUILD)/test/%: $(call as,sanitized,tests/%.c tests/fake.c $(HELPERS) $(COMMON) $(CLIENT))
$(addprefix $(BUILD)/test/,test_weather test_storm): $(call as,sanitized,$(WEATHER))
$(BUILD)/test/server: $(call as,sanitized,$(COMMON) $(SERVER) server/main.c)
$(BUILD)/test/client: $(call as,sanitized,$(COMMON) $(CLIENT) client/main.c)
$(BUILD)/test/weather: $(call as,sanitized,$(COMMON) $(WEATHER) lessons/weather.c)
$(BUILD)/test/socketio_app: $(call as,sanitized,$(COMMON) $(SERVER) tests/socketio_app.c)
$(SERVER_TESTS) $(CLIENT_TESTS) $(TESTED):
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LDFLAGS)
$(FUZZERS): $(BUILD)/fuzz/%: $(call as,fuzzed,tests/fuzz/%.c $(COMMON))
	@mkdir -p $(@D)
	@echo "link $@"
	@clang $(FUZZED) -o $@ $^
$(BUILD)/fuzzed/%.o: %.c
	@mkdir -p $(@D)
	@echo "clang -fsanitize=fuzzer $<"
	@clang $(BASE) $(FUZZED) -c -o $@ $<
$(BUILD)/release/%.o: %.c
	@mkdir -p $(@D)
	@echo "$(CC) $<"
	@$(CC) $(BASE) $(CFLAGS) -c -o $@ $<
$(BUILD)/sanitized/%.o: %.c
	@mkdir -p $(@D)
	@echo "$(CC) -fsanitize $<"
	@$(CC) $(BASE) $(SANITIZE) -c -o $@ $<
# A page as the bytes of an array: front_page.html is const char front_page_html[].
$(BUILD)/include/%.h: %
	@mkdir -p $(@D)
	@{ echo 'static const char $(subst .,_,$(<F))[] = {'; od -An -v -tx1 $< | sed 's/[0-9a-f][0-9a-f]/0x&,/g'; echo '};'; } > $@
$(call as,release,server/pages.c) $(call as,sanitized,server/pages.c): $(patsubst %,$(BUILD)/include/server/%.h,front_page.html front_page.css front_page.js chat_page.html chat_page.css chat_page.js socketio.js)
$(call as,release,tests/browser/trial.c): $(patsubst %,$(BUILD)/include/tests/browser/on_%_page.js.h,plain front chat)

tests: $(SERVER_TESTS) $(CLIENT_TESTS) $(TESTED)
test: tests
	@for test in $(sort $(SERVER_TESTS) $(CLIENT_TESTS)); do SERVER=$(BUILD)/test/server CLIENT=$(BUILD)/test/client WEATHER=$(BUILD)/test/weather SOCKETIO_APP=$(BUILD)/test/socketio_app $$test || exit 1; done
check: test
	@sh tests/check.sh
demo: all
	@$(BUILD)/client compare --quick
compare: all
	@$(BUILD)/client compare
bench: $(BUILD)/bench $(BUILD)/floor $(BUILD)/socketio_app all
	@$(BUILD)/bench
fuzz:
	@for fuzzer in $(FUZZERS); do sh tests/fuzz/run.sh $$fuzzer $(FUZZ_SECONDS) || exit 1; done
clean:
	rm -rf $(BUILD)
.PHONY: all tests test check demo compare bench fuzz clean
include lessons/lessons.mk
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
