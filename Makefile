# icp_portrait is an ordinary PGXS extension: make, make install, make installcheck.
# The tasks below come on top of that, and need nothing but make to begin with: make help.

PG_CONFIG ?= pg_config
TASKS = help demo psql report bench check proof check-docs check-report check-versions lint dist deb check-deb

ifneq (,$(filter $(TASKS),$(MAKECMDGOALS)))

# A task is asked for. PGXS stays out of it: it may not be installed yet, and has a `check` of its own.

.PHONY: $(MAKECMDGOALS)

help:
	@echo 'Tasks, which install what they need and touch no database of yours:'
	@echo '  make demo     find what the best of a generated CRM share, score it, learn a portrait; in a throw-away server'
	@echo "                CSV=your.csv BEST='SQL condition' does it on your file; PORTRAIT=file.json scores that"
	@echo '  make psql     open a shell on the demo'
	@echo '  make report   draw the demo as one page, report/portrait.html, and one SVG; PGDATABASE=yours (and PGHOST ...) draws your own'
	@echo '  make check    run all tests, or TESTS="t_score ..."'
	@echo '  make proof    attack it: changed values, failing memory, sanitizers ...; what was tried and what it withstood, in a table'
	@echo '                PROOF="fuzz alloc quick" for some of it; PROOF_SECONDS=600 for more of it'
	@echo '  make check-docs  run the examples of README and docs, and compare their results'
	@echo '  make check-report  draw hostile, empty and ordinary data, and look at the page in a browser'
	@echo '  make check-versions  run all tests on each PostgreSQL that a Debian release has, or VERSIONS="17 18"; as root'
	@echo '  make lint     compile with gcc and clang, analyse the C code, check the install script'
	@echo '  make bench    time scores and traits against other ways, and print the ratios; BENCH="traits quick" for some of it'
	@echo '  make dist     the release for PGXN, a zip; make deb  the Debian package; make check-deb  install that in a bare Debian; as root'
	@echo 'The extension, built for the PostgreSQL of PG_CONFIG=$(PG_CONFIG):'
	@echo '  make, make install, make installcheck, make uninstall, make clean'

demo:
	@test/cluster setup demo
	@demo/run

psql:
	@test/cluster setup demo
	@[ -e "$$(test/cluster dir demo)/ready" ] || $(MAKE) --no-print-directory demo
	@test/cluster psql demo

# Whoever names a server or a database means that one.
report:
	@test/cluster setup $(if $(PGDATABASE)$(PGSERVICE)$(PGHOST),page,report)
	@report/run

bench:
	@test/cluster setup bench
	@bench/run $(BENCH)

check:
	@test/cluster setup check
	@test/check $(TESTS)

proof:
	@test/cluster setup check
	@test/proof $(PROOF)

check-docs:
	@test/cluster setup check
	@test/docs

check-report:
	@test/cluster setup check-report
	@test/report

check-versions:
	@test/cluster setup versions
	@TESTS="$(TESTS)" test/versions $(VERSIONS)

lint:
	@test/cluster setup lint
	@test/lint

dist:
	@test/cluster setup dist
	@test/dist

deb:
	@test/cluster setup deb
	@test/deb build

check-deb:
	@test/cluster setup deb
	@test/deb check

# What else stands on the same command line, as in `make install check`.
$(filter-out $(TASKS),$(MAKECMDGOALS)):
	@$(MAKE) --no-print-directory $@

else

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq (,$(wildcard $(PGXS)))
$(error $(PG_CONFIG) leads to no PostgreSQL development files: install postgresql-server-dev, or give PG_CONFIG=/path/to/pg_config; see also make help)
endif

# The sources' directory, which is another one than the current in a VPATH build.
top := $(or $(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))
sources = $(patsubst $(top)/%,%,$(sort $(wildcard $(addprefix $(top)/,$(1)))))

EXTENSION = icp_portrait
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" $(top)/icp_portrait.control)

MODULE_big = icp_portrait
OBJS := $(patsubst %.c,%.o,$(call sources,src/*/*.c))
# PostgreSQL's headers are a system's: they are not ours to warn about.
PG_CPPFLAGS = -I$(top)/src -isystem $(shell $(PG_CONFIG) --includedir-server) -DICP_PORTRAIT_VERSION=\"$(EXTVERSION)\"
PG_CFLAGS = -Wall -Wextra $(OPTFLAGS)

BASE_SCRIPT = $(EXTENSION)--$(EXTVERSION).sql
DATA := $(call sources,sql/updates/*.sql)
DATA_built = $(BASE_SCRIPT)
EXTRA_CLEAN = $(EXTENSION)--*.sql .built-for-*

# The tests that need only a running server, but for those named in SKIP. Those in test/tap start servers of their own: make check.
REGRESS := $(filter-out $(SKIP),$(basename $(notdir $(call sources,test/sql/t_*.sql))))
REGRESS_OPTS = --inputdir=$(srcdir)/test --load-extension=$(EXTENSION)
ISOLATION := $(filter-out $(SKIP),$(basename $(notdir $(call sources,test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=$(srcdir)/test/isolation --load-extension=$(EXTENSION)

include $(PGXS)

$(shell mkdir -p $(sort $(dir $(OBJS))))

# Objects of another PostgreSQL release are of no use, even of the same major: 15.20 changed how rows are read.
BUILT_FOR = .built-for-$(VERSION)
$(BUILT_FOR):
	@rm -f .built-for-*
	@touch $@

$(OBJS) $(OBJS:.o=.bc): $(call sources,src/*/*.h) $(EXTENSION).control $(BUILT_FOR)

# Loops over arrays of numbers, as in PostgreSQL's own checksum.o.
src/sketch/block.o: CFLAGS += $(CFLAGS_UNROLL_LOOPS) $(CFLAGS_VECTORIZE)

# The directory is a prerequisite because a fragment may have been taken away.
$(BASE_SCRIPT): $(call sources,sql/[0-9]*.sql) $(top)/sql $(EXTENSION).control
	@printf '%s\n' '\echo Use "CREATE EXTENSION $(EXTENSION)" to load this file. \quit' > $@
	cat $(filter %.sql,$^) >> $@

endif
