# make             build/server and build/client
# make test        every test, with sanitizers, on both loop backends
# make clean       remove build/
CC       ?= cc
CFLAGS   ?= -O3 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
BASE     := -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -I. -Ibuild/include -MMD -MP $(WARNINGS)
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

COMMON := $(wildcard common/*.c)
SERVER := $(filter-out server/main.c,$(wildcard server/*.c))
CLIENT := $(filter-out client/main.c,$(wildcard client/*.c))
TESTS  := $(patsubst tests/%.c,build/test/%,$(wildcard tests/test_*.c))

all: build/server build/client

build/server: $(patsubst %.c,build/release/%.o,$(COMMON) $(SERVER) server/main.c)
build/client: $(patsubst %.c,build/release/%.o,$(COMMON) $(CLIENT) client/main.c)
build/server build/client:
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS)

# A page as the bytes of an array: const char front_page_html[].
build/include/server/%.h: server/%.html
	@mkdir -p $(@D)
	@{ echo 'static const char $*_html[] = {'; od -An -v -tx1 $< | sed 's/[0-9a-f][0-9a-f]/0x&,/g'; echo '};'; } > $@

build/release/server/pages.o build/sanitized/server/pages.o: build/include/server/front_page.h

build/release/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CFLAGS) -c -o $@ $<

build/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(SANITIZE) -c -o $@ $<

build/test/%: build/sanitized/tests/%.o $(patsubst %.c,build/sanitized/%.o,$(COMMON) $(SERVER) $(CLIENT))
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ -lcmocka

test: $(TESTS)
	@for test in $^; do $$test || exit 1; done

clean:
	rm -rf build

.PHONY: all test clean
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
