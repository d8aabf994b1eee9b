/*
 * `memStress [--size SIZE] [--workers COUNT] [--time DURATION] [--client]`: stands in for the program of that name, which Chaos
 * Mesh's daemon starts in a container's cgroup and no package brings. SIZE is the total over all workers: a number with an
 * optional unit (decimal KB, MB, GB or binary KiB, MiB, GiB), or a percentage of the machine's memory. DURATION is how long
 * it takes to grow to that size (Go's notation). The memory is held until a signal comes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 100, MOST_WORKERS = 256 };

static pid_t workers[MOST_WORKERS];
static int started;

static void fail(const char *why, const char *text) {
  fprintf(stderr, "memStress: %s: %s\n", why, text);
  exit(64);
}

static double machine_bytes(void) { return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE); }

static double bytes_of(const char *text) {
  static const struct { const char *name; double factor; } units[] = {
      {"", 1},           {"B", 1},          {"K", 1e3},        {"KB", 1e3},          {"M", 1e6},          {"MB", 1e6},
      {"G", 1e9},        {"GB", 1e9},       {"KI", 1024.0},    {"KIB", 1024.0},      {"MI", 1048576.0},   {"MIB", 1048576.0},
      {"GI", 1073741824.0}, {"GIB", 1073741824.0}};
  char *rest;
  double number = strtod(text, &rest);
  if (rest == text || number < 0) fail("not a size", text);
  if (strcmp(rest, "%") == 0) return machine_bytes() * number / 100;
  for (size_t unit = 0; unit < sizeof units / sizeof *units; unit++)
    if (strcasecmp(rest, units[unit].name) == 0) return number * units[unit].factor;
  fail("not a size", text);
  return 0;
}

static double seconds_of(const char *text) {
  static const struct { const char *name; double factor; } units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
  double total = 0;
  while (*text != '\0') {
    char *rest;
    double number = strtod(text, &rest);
    size_t length = strspn(rest, "mhs");
    double factor = 0;
    for (size_t unit = 0; unit < sizeof units / sizeof *units; unit++)
      if (strlen(units[unit].name) == length && strncmp(rest, units[unit].name, length) == 0) factor = units[unit].factor;
    if (rest == text || (factor == 0 && number != 0)) fail("not a duration", text);
    total += number * factor;
    text = rest + length;
  }
  return total;
}

static void hold(size_t bytes, double growing_seconds) {
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("no memory", "mmap");
  for (int step = 0; step < STEPS; step++) {
    size_t from = bytes / STEPS * step;
    size_t until = step == STEPS - 1 ? bytes : bytes / STEPS * (step + 1);
    memset(memory + from, 0xa5, until - from);
    if (growing_seconds > 0) usleep((useconds_t)(growing_seconds * 1e6 / STEPS));
  }
  for (;;) pause();
}

static void end(int signal_number) {
  for (int worker = 0; worker < started; worker++) kill(workers[worker], SIGKILL);
  /* In a container there may be nobody to take in what an ended parent leaves. */
  while (wait(NULL) > 0) continue;
  _exit(128 + signal_number);
}

int main(int argc, char **argv) {
  double size = 0, growing_seconds = 0;
  int count = 1;
  for (int index = 1; index < argc; index++) {
    if (strcmp(argv[index], "--client") == 0) continue;
    if (index + 1 >= argc) fail("no value", argv[index]);
    const char *name = argv[index], *value = argv[++index];
    if (strcmp(name, "--size") == 0) size = bytes_of(value);
    else if (strcmp(name, "--workers") == 0) count = atoi(value);
    else if (strcmp(name, "--time") == 0) growing_seconds = seconds_of(value);
    else fail("unknown option", name);
  }
  if (count < 1 || count > MOST_WORKERS) fail("workers", "must be 1 to 256");
  signal(SIGTERM, end);
  signal(SIGINT, end);
  /* The end must know every worker that there is, so it waits until all are counted. */
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  for (; started < count; started++) {
    workers[started] = fork();
    if (workers[started] < 0) fail("cannot start a worker", "fork");
    if (workers[started] != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &ends, NULL);
    hold((size_t)(size / count) + 1, growing_seconds);
  }
  sigprocmask(SIG_UNBLOCK, &ends, NULL);
  int status;
  while (wait(&status) > 0) continue;
  return 0;
}
