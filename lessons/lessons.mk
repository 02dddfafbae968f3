#   make lessons         the lessons, with what each puts to the test
#   make lesson-04       see it happen (in less than 20 s)
#   make exercise-04     your points for its exercise; HINTS=0..3 shows hints, and
#                        TEST=2 the second test alone, with all that it prints
#   make grade           the points of all; FORMAT=json and junit for programs
#   make check-lessons   is everything in the lessons as they say?
#   make transcripts     what the READMEs show, printed anew
#   make handout         build/handout/: all this without the solutions
LESSONS := $(notdir $(patsubst %/,%,$(sort $(dir $(wildcard lessons/[0-9]*/exercise.c)))))
KIT := $(wildcard lessons/kit/*.c)
SHOWN := $(filter-out %/exercise.c %/test_exercise.c %/solution.c $(if $(filter Linux,$(shell uname)),,%/epoll.c),$(wildcard lessons/[0-9]*/*.c))
SHOWN := $(SHOWN:%.c=$(BUILD)/%)
EXERCISES := $(LESSONS:%=$(BUILD)/exercise/%)
SOLUTIONS := $(patsubst lessons/%/solution.c,$(BUILD)/solution/%,$(wildcard lessons/*/solution.c))
MUTANTS := $(patsubst lessons/%.c,$(BUILD)/mutant/%,$(wildcard lessons/*/mutants/*.c))
graded = $(call as,sanitized,lessons/$(1)/test_exercise.c $(2) $(KIT) $(COMMON))

# What the lessons show. Of the small programs those of the first two need libc alone.
shown: all $(BUILD)/socketio_app $(SHOWN)
$(SHOWN): $(BUILD)/%: $(BUILD)/release/%.o
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS)
$(filter-out $(BUILD)/lessons/01-% $(BUILD)/lessons/02-%,$(SHOWN)): $(call as,release,$(COMMON))

# Conversions that C does by itself are no mistakes of a student's.
$(LESSONS:%=$(BUILD)/sanitized/lessons/%/exercise.o): BASE += -Wno-conversion

.SECONDEXPANSION:
$(EXERCISES): $(BUILD)/exercise/%: $$(call graded,$$*,lessons/$$*/exercise.c)
$(SOLUTIONS): $(BUILD)/solution/%: $$(call graded,$$*,lessons/$$*/solution.c)
$(MUTANTS): $(BUILD)/mutant/%: $$(call graded,$$(firstword $$(subst /, ,$$*)),$(BUILD)/wrong/lessons/$$*.c)
$(EXERCISES) $(SOLUTIONS) $(MUTANTS):
	@mkdir -p $(@D)
	@$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LDFLAGS)
# A wrong solution is the right one but for the functions that its file holds.
$(BUILD)/wrong/%.c: lessons/kit/mutant.awk %.c lessons/$$(word 2,$$(subst /, ,$$*))/solution.c
	@mkdir -p $(@D)
	@awk -f $^ >$@ || { rm -f $@; exit 1; }

lessons:
	@sh lessons/kit/list.sh
lesson-%: shown
	@sh lessons/kit/show.sh $*
exercise-%:
	@sh lessons/kit/exercise.sh $*
grade:
	@sh lessons/kit/grade.sh
check-lessons: shown
	@sh lessons/kit/check.sh
transcripts: shown
	@sh lessons/kit/transcripts.sh
handout:
	@sh lessons/kit/handout.sh
.PHONY: shown lessons grade check-lessons transcripts handout
